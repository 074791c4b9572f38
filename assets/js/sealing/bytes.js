// Bytes, hashes and the padded lengths that hide how long a plan or a file is.
import { sha256 } from "@noble/hashes/sha2.js";

export const PIECE = 4 * 1024 * 1024;
const WHOLE = 256 * 1024 * 1024; // so much is hashed by the browser itself, many times faster, in memory for that moment

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sha256hex(bytes) {
  return hex(sha256(bytes));
}

export function toBase64(bytes) {
  let out = "";
  for (let at = 0; at < bytes.length; at += 0x8000) out += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(out);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// Padmé, as padded_size in app/tenders/capsule/format.py.
export function paddedSize(size) {
  if (size <= 4096) return 4096;
  const exponent = Math.floor(Math.log2(size));
  const spare = exponent - (Math.floor(Math.log2(exponent)) + 1);
  const step = 2 ** spare;
  return Math.ceil(size / step) * step;
}

// The bytes of a stream as a Blob and their hash; `seen` hears how many have passed.
export async function collect(stream, seen = () => {}) {
  const parts = [];
  let held = [];
  let size = 0;
  let waiting = 0;
  for await (const chunk of pieces(stream)) {
    held.push(chunk);
    size += chunk.length;
    waiting += chunk.length;
    if (waiting >= PIECE) {
      parts.push(new Blob(held)); // a browser may keep a Blob on disk; bytes it must keep in memory
      held = [];
      waiting = 0;
    }
    seen(size);
  }
  const blob = new Blob([...parts, ...held]);
  return { blob, sha256: await hashOf(blob), size };
}

export async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

export async function hashOf(blob, seen) {
  if (globalThis.crypto?.subtle && blob.size <= WHOLE) {
    const found = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())));
    seen?.(blob.size);
    return found;
  }
  const hash = sha256.create();
  let size = 0;
  for await (const chunk of pieces(blob.stream())) {
    hash.update(chunk);
    size += chunk.length;
    seen?.(size);
  }
  return hex(hash.digest());
}

// The blob followed by zero bytes up to its padded length.
export function padded(blob) {
  return new Blob([blob, new Uint8Array(paddedSize(blob.size) - blob.size)]);
}
