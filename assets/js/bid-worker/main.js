// The bid page's worker: everything that takes long. Plain content comes in and goes out by messages within this page alone.
import { Decrypter, Encrypter } from "age-encryption";
import { collect } from "../sealing/bytes.js";
import { canonical } from "../sealing/canonical.js";
import { capsuleHash, newIdentity, openCapsule, publicKey, sealBid, sealFile } from "../sealing/capsule.js";
import { FaultOfFile, inspect } from "./inspect.js";

const DRAFT = "linli-draft-1";
let address = "";
let loaded;
const library = () => (loaded ??= import(address));

async function unsealed({ identity, name, size, blob }) {
  const box = new Decrypter();
  box.addIdentity(identity);
  const plain = await collect(await box.decrypt(blob.stream()));
  return new File([plain.blob.slice(0, size)], name);
}

const tasks = {
  identity: () => newIdentity(),

  inspect: ({ file, limit }) => inspect(file, limit, library),

  // A file's ciphertext for this bid's key.
  async seal({ identity, kind, file }, seen) {
    return sealFile(await publicKey(identity), kind, file, seen);
  },

  // The same file under another key.
  async reseal({ old, identity, kind, name, size, blob }, seen) {
    const file = await unsealed({ identity: old, name, size, blob });
    return sealFile(await publicKey(identity), kind, file, seen);
  },

  async sealBid({ terms, bid, files, identity }) {
    const { header, headerBytes, blobs } = await sealBid(terms, bid, files, identity);
    return { header, text: new TextDecoder().decode(headerBytes), hash: capsuleHash(headerBytes), manifest: blobs[0] };
  },

  // Opens the whole capsule and looks into each file again: what the bureau will have.
  async reopen({ header, blobs, identity, limit }, seen) {
    const pages = [];
    const look = async ({ name, blob }) => pages.push((await inspect(new File([blob], name), limit, library)).pages);
    const { manifest } = await openCapsule(header, blobs, identity, { look, seen });
    return { manifest, pages };
  },

  // The draft with its files, under a passphrase.
  async handOver({ passphrase, draft, files, identity }) {
    const plain = [];
    for (const { name, size, blob } of files) plain.push(await unsealed({ identity, name, size, blob }));
    const listed = files.map(({ kind, name, size, sha256 }) => ({ kind, name, size, sha256 }));
    const box = new Encrypter();
    box.setPassphrase(passphrase);
    const whole = new Blob([canonical({ ...draft, format: DRAFT, files: listed }), "\n", ...plain]);
    return (await collect(await box.encrypt(whole.stream()))).blob;
  },

  async takeOver({ passphrase, file }) {
    const whole = await withPassphrase(passphrase, file);
    const head = await firstLine(whole);
    const draft = JSON.parse(new TextDecoder().decode(head));
    if (draft.format !== DRAFT) throw new FaultOfFile("import_no_draft");
    let at = head.length + 1;
    const files = draft.files.map(({ kind, name, size }) => ({ kind, file: new File([whole.slice(at, (at += size))], name) }));
    return { draft, files };
  },
};

async function withPassphrase(passphrase, file) {
  const box = new Decrypter();
  box.addPassphrase(passphrase);
  let stream;
  try {
    stream = await box.decrypt(file.stream());
  } catch (error) {
    throw new FaultOfFile(/passphrase|identit/.test(error.message) ? "import_passphrase" : "import_no_draft");
  }
  try {
    return (await collect(stream)).blob;
  } catch {
    throw new FaultOfFile("import_no_draft");
  }
}

async function firstLine(blob) {
  for (let size = 64 * 1024; ; size *= 4) {
    const bytes = new Uint8Array(await blob.slice(0, size).arrayBuffer());
    const end = bytes.indexOf(10);
    if (end >= 0) return bytes.slice(0, end);
    if (size >= blob.size) throw new FaultOfFile("import_no_draft");
  }
}

// One after another: two files sealed at once would only take twice the memory.
let before = Promise.resolve();
onmessage = ({ data }) => {
  if (data.inspect) {
    address = data.inspect;
    return;
  }
  before = before.then(() => work(data));
};

async function work({ id, task, given }) {
  let last = 0;
  const seen = (progress) => {
    if (progress - last < 0.01 && progress < 1) return;
    last = progress;
    postMessage({ id, progress });
  };
  try {
    postMessage({ id, result: await tasks[task](given, seen) });
  } catch (error) {
    postMessage({ id, error: { key: error.key ?? null, values: error.values ?? {}, kind: error.kind ?? null, message: String(error.message) } });
  }
}
