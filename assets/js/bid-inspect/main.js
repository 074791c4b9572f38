// Looking into PDF and office files before they are sealed. Large, so the worker fetches it only when such a file comes.
import { BlobReader, TextWriter, ZipReader, configure } from "@zip.js/zip.js/lib/zip-core-native.js";
import { PDFDataRangeTransport, VerbosityLevel, getDocument } from "unpdf/pdfjs";

const PART = 1024 * 1024;
const MAIN_PART = { docx: "word/document.xml", xlsx: "xl/workbook.xml" };

configure({ useWebWorkers: false });

class FaultOfFile extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

// Reads only what it needs of the file.
class Slices extends PDFDataRangeTransport {
  constructor(file, head) {
    super(file.size, head);
    this.file = file;
  }

  async requestDataRange(begin, end) {
    this.onDataRange(begin, new Uint8Array(await this.file.slice(begin, end).arrayBuffer()));
  }
}

export async function pagesOfPdf(file) {
  const head = new Uint8Array(await file.slice(0, PART).arrayBuffer());
  const source = file.size > PART ? { range: new Slices(file, head), rangeChunkSize: PART } : { data: head };
  const reading = getDocument({
    ...source,
    disableAutoFetch: true,
    disableStream: true,
    isEvalSupported: false,
    useSystemFonts: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await reading.promise;
    await document.getPage(1);
    return document.numPages;
  } catch (error) {
    throw new FaultOfFile(error.name === "PasswordException" ? "file_password" : "file_damaged");
  } finally {
    await reading.destroy();
  }
}

// Whether a .docx or .xlsx opens without a password and holds what its kind must hold.
export async function checkOffice(file, kind) {
  const reader = new ZipReader(new BlobReader(file));
  try {
    const entries = await reader.getEntries();
    const main = entries.find(({ filename }) => filename === MAIN_PART[kind]);
    if (entries.some(({ encrypted }) => encrypted)) throw new FaultOfFile("file_password");
    if (!main) throw new FaultOfFile("file_damaged");
    const text = await main.getData(new TextWriter(), { checkSignature: true });
    if (!text.includes("<")) throw new FaultOfFile("file_damaged");
  } catch (error) {
    throw error instanceof FaultOfFile ? error : new FaultOfFile("file_damaged");
  } finally {
    await reader.close();
  }
}
