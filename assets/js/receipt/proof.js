// Reads and checks a receipt of the public log: C2SP tlog-proof, RFC 6962 hashing, Ed25519. Pure; works without a secure context.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";

const HEAD = "c2sp.org/tlog-proof@v1";
const STATEMENT = "linli-statement@v1";
const text = new TextEncoder();

// What does not hold; `fault` names the sentence on the page.
export class Wrong extends Error {
  constructor(fault) {
    super(fault);
    this.fault = fault;
  }
}

export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function unbase64(code, fault) {
  try {
    const found = atob(code);
    if (btoa(found) === code) return Uint8Array.from(found, (letter) => letter.charCodeAt(0));
  } catch {
    // falls through: not base64 at all
  }
  throw new Wrong(fault);
}

function wholeNumber(code, fault) {
  if (!/^(0|[1-9]\d{0,14})$/.test(code)) throw new Wrong(fault);
  return Number(code);
}

export function readKey(line) {
  const [name, hash, ...rest] = line.trim().split("+");
  const code = unbase64(rest.join("+"), "key");
  const found = sha256(joined(text.encode(`${name}\n`), code)).slice(0, 4);
  if (code.length !== 33 || code[0] !== 1 || hex(found) !== hash) throw new Wrong("key");
  return { name, hash: found, key: code.slice(1) };
}

// The lines of a signed note, once this key has signed them.
function openNote(note, key) {
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n")) throw new Wrong("form");
  const signed = note.slice(0, gap + 1);
  const lines = note.slice(gap + 2, -1).split("\n").map((line) => line.split(" "));
  const isSigned = lines.some(([dash, name, code]) => {
    if (dash !== "\u2014" || name !== key.name || !code) return false;
    const signature = unbase64(code, "signature");
    return same(signature.slice(0, 4), key.hash) && signature.length === 68
      && ed25519.verify(signature.slice(4), text.encode(signed), key.key, { zip215: false });
  });
  if (!isSigned) throw new Wrong("signature");
  return signed.slice(0, -1).split("\n");
}

function readCheckpoint(note, key) {
  const [origin, size, root] = openNote(note, key);
  if (origin !== key.name) throw new Wrong("signature");
  return { origin, size: wholeNumber(size, "form"), root: unbase64(root, "form") };
}

function node(left, right) {
  return sha256(joined(Uint8Array.of(1), left, right));
}

// The root that a leaf and its siblings lead to (RFC 9162 §2.1.3.2). Numbers may pass 2^31, so no bit operators.
function rootOfPath(leaf, index, size, path) {
  if (index >= size) throw new Wrong("path");
  let place = index;
  let last = size - 1;
  let found = leaf;
  const half = (number) => Math.floor(number / 2);
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) throw new Wrong("path");
    if (place % 2 || place === last) {
      found = node(sibling, found);
      while (place % 2 === 0 && place) [place, last] = [half(place), half(last)];
    } else found = node(found, sibling);
    [place, last] = [half(place), half(last)];
  }
  if (last) throw new Wrong("path");
  return found;
}

// What the platform signed beside the log: it has a content, and no place in a tree.
function checkStatement(note, keyLine) {
  const key = readKey(keyLine);
  const lines = openNote(note, key);
  if (lines.length !== 2 || lines[0] !== STATEMENT) throw new Wrong("form");
  return { index: "\u2014", size: "\u2014", origin: key.name, root: "\u2014", payload: lines[1], isStatement: true };
}

export function checkReceipt(given, keyLine) {
  const receipt = given.replaceAll("\r\n", "\n");
  if (receipt.startsWith(`${STATEMENT}\n`)) return checkStatement(receipt, keyLine);
  const gap = receipt.indexOf("\n\n");
  const lines = receipt.slice(0, gap).split("\n");
  if (gap < 0 || lines.shift() !== HEAD) throw new Wrong("form");
  if (!lines[0]?.startsWith("extra ")) throw new Wrong("content");
  let opened;
  try {
    opened = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unbase64(lines.shift().slice(6), "form")));
  } catch {
    throw new Wrong("form");
  }
  if (typeof opened?.payload !== "string" || typeof opened.salt !== "string" || !lines[0]?.startsWith("index ")) throw new Wrong("form");
  const index = wholeNumber(lines.shift().slice(6), "form");
  const path = lines.map((line) => unbase64(line, "form"));
  const checkpoint = readCheckpoint(receipt.slice(gap + 2), readKey(keyLine));
  const salt = unbase64(opened.salt, "form");
  const content = text.encode(opened.payload);
  // 32 bytes exactly: otherwise the beginning of the content could be moved into the salt, out of sight. And only whole characters.
  if (salt.length !== 32 || new TextDecoder("utf-8", { ignoreBOM: true }).decode(content) !== opened.payload) throw new Wrong("form");
  const data = sha256(joined(salt, content));
  const root = rootOfPath(sha256(joined(Uint8Array.of(0), data)), index, checkpoint.size, path);
  if (!same(root, checkpoint.root)) throw new Wrong("path");
  return { index, size: checkpoint.size, origin: checkpoint.origin, root: hex(root), payload: opened.payload };
}
