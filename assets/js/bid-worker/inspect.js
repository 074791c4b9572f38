// What a file is by its first bytes, against its name: the same kinds and the same findings as app/common/files.py.
const MARKS = [
  ["pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpg", [0xff, 0xd8, 0xff]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["ole", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
];
const PROMISES = { pdf: "pdf", docx: "docx", xlsx: "xlsx", png: "png", jpg: "jpg", jpeg: "jpg" };
const NAMES = { pdf: "PDF", png: "PNG", jpg: "JPG", docx: "DOCX", xlsx: "XLSX", zip: "ZIP", ole: "DOC / XLS", text: "TXT" };
const ENCRYPTED_OFFICE = "EncryptedPackage";

export class FaultOfFile extends Error {
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

const endingOf = (name) => (name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "");

function kindOf(head, name) {
  const found = MARKS.find(([, mark]) => mark.every((byte, at) => head[at] === byte));
  if (!found) return head.includes(0) ? "unknown" : "text";
  return found[0] === "zip" && ["docx", "xlsx"].includes(endingOf(name)) ? endingOf(name) : found[0];
}

// { kind, pages } of a file that may be handed in; pages is null unless it is a PDF. library: loads bid-inspect.
export async function inspect(file, limit, library) {
  const name = file.name;
  if (!file.size) throw new FaultOfFile("file_empty", { name });
  if (file.size > limit) throw new FaultOfFile("file_too_large", { name, limit: Math.floor(limit / 1024 ** 2) });
  const kind = kindOf(new Uint8Array(await file.slice(0, 4096).arrayBuffer()), name);
  const ending = endingOf(name);
  if (kind === "ole" && (await isEncryptedOffice(file))) throw new FaultOfFile("file_password", { name });
  if (kind in NAMES && (PROMISES[ending] ?? kind) !== kind) {
    const values = { name, kind: NAMES[kind], ending, right: kind, promised: ending.toUpperCase() };
    throw new FaultOfFile(kind in PROMISES ? "file_other_kind" : "file_other_kind_unknown", values);
  }
  if (!(kind in PROMISES)) throw new FaultOfFile("file_not_allowed", { name });
  try {
    return { kind, pages: await lookInside(file, kind, library) };
  } catch (error) {
    if (error.key) throw new FaultOfFile(error.key, { name });
    throw error;
  }
}

async function lookInside(file, kind, library) {
  if (kind === "pdf") return (await library()).pagesOfPdf(file);
  if (kind === "png" || kind === "jpg") await checkPicture(file);
  else await (await library()).checkOffice(file, kind);
  return null;
}

async function checkPicture(file) {
  try {
    (await createImageBitmap(file, { resizeWidth: 16, resizeHeight: 16 })).close();
  } catch {
    throw new FaultOfFile("file_damaged");
  }
}

// Office puts a document with a password into an OLE container whose directory names a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4.4).
async function isEncryptedOffice(file) {
  const head = new DataView(await file.slice(0, 512).arrayBuffer());
  const sector = 1 << head.getUint16(30, true);
  const at = (head.getUint32(48, true) + 1) * sector;
  const directory = await file.slice(at, at + 4096).arrayBuffer();
  return new TextDecoder("utf-16le").decode(directory).includes(ENCRYPTED_OFFICE);
}
