// The capsule of app/tenders/capsule, made and opened in the bidder's and the holders' own browsers.
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { combine, split } from "shamir-secret-sharing";
import { collect, fromBase64, hashOf, hex, padded, paddedSize, sha256hex, toBase64 } from "./bytes.js";
import { canonical } from "./canonical.js";

export const MAGIC = "linli-sealed-1\n";
const CAPSULE = "linli-capsule-1";
const BID = "linli-bid-1";
const SHARE_SIZE = 75; // as in app/tenders/capsule/format.py
const utf8 = (text) => new TextEncoder().encode(text);
const asText = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const asJson = (bytes) => JSON.parse(asText(bytes));

export class CapsuleError extends Error {
  // kind: what is wrong, for the page's sentence
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export const newIdentity = () => generateX25519Identity();
export const publicKey = (identity) => identityToRecipient(identity);

async function encryptTo(recipient, bytes) {
  const box = new Encrypter();
  box.addRecipient(recipient);
  return box.encrypt(bytes);
}

async function decryptWith(identity, bytes) {
  const box = new Decrypter();
  box.addIdentity(identity);
  return box.decrypt(bytes);
}

// One file of a bid: { kind, name, size, sha256 } of itself and { blob, sha256, size } of its ciphertext.
export async function sealFile(recipient, kind, file, seen = () => {}) {
  const own = await hashOf(file, (done) => seen(done / 2 / file.size));
  const box = new Encrypter();
  box.addRecipient(recipient);
  const whole = padded(file);
  const sealed = await collect(await box.encrypt(whole.stream()), (done) => seen(Math.min(1, 0.5 + done / 2 / whole.size)));
  return { kind, name: file.name, size: file.size, sha256: own, object: sealed };
}

// terms: { tender, documents, threshold, holders: [age1…] }; bid: the manifest's fields; files: of sealFile, for the same identity.
export async function sealBid(terms, bid, files, identity) {
  const key = await publicKey(identity);
  const manifest = {
    ...bid,
    format: BID,
    tender: terms.tender,
    documents: terms.documents,
    files: files.map(({ kind, name, size, sha256 }, place) => ({ kind, name, size, sha256, object: place + 1 })),
  };
  const plain = canonical(manifest);
  const filled = new Uint8Array(paddedSize(plain.length)).fill(32);
  filled.set(plain);
  const first = await encryptTo(key, filled);
  const shares = await split(utf8(identity), terms.holders.length, terms.threshold);
  const holders = [];
  for (const [place, holder] of terms.holders.entries()) {
    const inside = canonical({ documents: terms.documents, holder, key, share: toBase64(shares[place]), tender: terms.tender });
    holders.push({ key: holder, check: sha256hex(shares[place]), share: toBase64(await encryptTo(holder, inside)) });
  }
  const objects = [{ sha256: sha256hex(first), size: first.length }, ...files.map(({ object }) => ({ sha256: object.sha256, size: object.size }))];
  const header = { format: CAPSULE, tender: terms.tender, documents: terms.documents, key, threshold: terms.threshold, holders, objects };
  return { header, headerBytes: canonical(header), manifest, blobs: [new Blob([first]), ...files.map(({ object }) => object.blob)] };
}

export function pack(capsule) {
  return new Blob([MAGIC, capsule.headerBytes, "\n", ...capsule.blobs], { type: "application/octet-stream" });
}

export async function unpack(file) {
  const head = new Uint8Array(await file.slice(0, MAGIC.length + 64 * 1024 + 1).arrayBuffer());
  if (asText(head.subarray(0, MAGIC.length)) !== MAGIC) throw new CapsuleError("not-sealed");
  const end = head.indexOf(10, MAGIC.length);
  if (end < 0) throw new CapsuleError("not-sealed");
  const headerBytes = head.slice(MAGIC.length, end);
  const header = asJson(headerBytes);
  let at = end + 1;
  const blobs = header.objects.map(({ size }) => file.slice(at, (at += size)));
  if (at !== file.size) throw new CapsuleError("not-sealed");
  return { header, headerBytes, blobs };
}

// Opens a capsule with the bid's own secret, as the bureau's side will: what it gives is what will be read.
// look: gets each file by itself in place of the result, which then holds none of them; seen: hears the part that is done.
export async function openCapsule(header, blobs, identity, { look = null, seen = () => {} } = {}) {
  if ((await publicKey(identity)) !== header.key) throw new CapsuleError("wrong-key");
  const whole = 2 * header.objects.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const [place, { sha256, size }] of header.objects.entries()) {
    if ((await hashOf(blobs[place])) !== sha256) throw new CapsuleError("changed");
    seen((done += size) / whole);
  }
  const manifest = asJson(await decryptWith(identity, new Uint8Array(await blobs[0].arrayBuffer())));
  const files = [];
  for (const { name, size, sha256, object, kind } of manifest.files) {
    const box = new Decrypter();
    box.addIdentity(identity);
    const { blob } = await collect(await box.decrypt(blobs[object].stream()), (opened) => seen((done + opened) / whole));
    const own = blob.slice(0, size);
    if ((await hashOf(own)) !== sha256) throw new CapsuleError("changed");
    if (look) await look({ kind, name, blob: own });
    else files.push({ kind, name, blob: own });
    done += header.objects[object].size;
  }
  return { manifest, files };
}

// Bytes of a share, in the one spelling that every program reads alike: atob itself forgives blanks, the server does not.
function bytesOfShare(text) {
  const bytes = fromBase64(text);
  if (bytes.length !== SHARE_SIZE || toBase64(bytes) !== text) throw new CapsuleError("share-unreadable");
  return bytes;
}

// A holder's share of one capsule, checked against its header, in base64. Throws CapsuleError, whatever the bidder's program put into the part.
export async function unwrapShare(header, identity) {
  const own = await publicKey(identity);
  const part = header.holders.find(({ key }) => key === own);
  if (!part) throw new CapsuleError("not-a-holder");
  try {
    return promisedShare(asJson(await decryptWith(identity, fromBase64(part.share))), header, part);
  } catch (error) {
    throw error instanceof CapsuleError ? error : new CapsuleError("share-unreadable");
  }
}

// As Share in app/tenders/capsule/format.py; only a part that an older program sealed does not name the documents.
function promisedShare(found, header, part) {
  const names = Object.keys(found).filter((name) => name !== "documents").sort().join();
  const isShare = names === "holder,key,share,tender" && Object.values(found).every((value) => typeof value === "string");
  if (!isShare) throw new CapsuleError("share-unreadable");
  if (found.holder !== part.key || found.key !== header.key || found.tender !== header.tender) throw new CapsuleError("share-of-another");
  if ("documents" in found && found.documents !== header.documents) throw new CapsuleError("share-of-other-documents");
  if (sha256hex(bytesOfShare(found.share)) !== part.check) throw new CapsuleError("share-not-promised");
  return found.share;
}

export async function combineShares(header, shares) {
  const secret = asText(await combine(shares.slice(0, header.threshold).map(bytesOfShare)));
  if ((await publicKey(secret)) !== header.key) throw new CapsuleError("wrong-key");
  return secret;
}

export const capsuleHash = (headerBytes) => sha256hex(headerBytes);
export { hex };
