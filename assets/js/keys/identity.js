// A holder's key in its three shapes: 32 bytes, 24 Chinese characters with a checksum (BIP-39), and age's AGE-SECRET-KEY-1….
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/simplified-chinese.js";
import { identityToRecipient } from "age-encryption";

export const CHARACTERS = 24;
const BITS = 11;
const places = new Map(wordlist.map((word, place) => [word, place]));

// What is wrong, as a word that the page has a sentence for; `position` counts from 1.
export class KeyProblem extends Error {
  constructor(word, details = {}) {
    super(word);
    this.word = word;
    this.details = details;
  }
}

export const isSecure = () => window.isSecureContext && Boolean(globalThis.crypto?.subtle);

export const identityOf = (bytes) => bech32.encodeFromBytes("AGE-SECRET-KEY-", bytes).toUpperCase();
export const recipientOf = (identity) => identityToRecipient(identity);
export const charactersOf = (bytes) => entropyToMnemonic(bytes, wordlist).split(" ");

export async function fingerprintOf(recipient) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(recipient)));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("").replace(/(.{4})(?=.)/g, "$1 ");
}

function pack(indices) {
  const bytes = new Uint8Array((indices.length * BITS) / 8);
  indices.forEach((index, n) => {
    for (let bit = 0; bit < BITS; bit += 1) {
      if (index & (1 << (BITS - 1 - bit))) bytes[(n * BITS + bit) >> 3] |= 128 >> ((n * BITS + bit) & 7);
    }
  });
  return bytes;
}

const isWhole = (packed) => sha256(packed.subarray(0, 32))[0] === packed[32];

// The place of the one character (or of two neighbours) whose change makes the expected key; 0 when there is none.
async function findSlip(indices, expected) {
  const fits = async (tried) => {
    const packed = pack(tried);
    return isWhole(packed) && expected.includes(await recipientOf(identityOf(packed.slice(0, 32))));
  };
  for (let n = 0; n < indices.length; n += 1) {
    const tried = [...indices];
    if (n + 1 < indices.length) {
      [tried[n], tried[n + 1]] = [tried[n + 1], tried[n]];
      if (await fits(tried)) return n + 1;
      [tried[n], tried[n + 1]] = [tried[n + 1], tried[n]];
    }
    for (let word = 0; word < wordlist.length; word += 1) {
      tried[n] = word;
      if (await fits(tried)) return n + 1;
    }
  }
  return 0;
}

async function identityOfCharacters(text, expected) {
  const characters = Array.from(text.normalize("NFC")).filter((character) => /\p{L}/u.test(character));
  if (characters.length !== CHARACTERS) throw new KeyProblem("count", { found: characters.length });
  const indices = characters.map((character, n) => {
    if (!places.has(character)) throw new KeyProblem("unknown", { position: n + 1, character });
    return places.get(character);
  });
  const packed = pack(indices);
  if (isWhole(packed)) return identityOf(packed.slice(0, 32));
  const position = expected.length ? await findSlip(indices, expected) : 0;
  throw new KeyProblem(position ? "slip" : "checksum", { position });
}

// An identity from what a person typed: the 24 characters, or the age key itself.
export async function identityOfText(text, expected = []) {
  const plain = text.replace(/\s+/g, "");
  if (!/^AGE-SECRET-KEY-1/i.test(plain)) return identityOfCharacters(text, expected);
  try {
    await recipientOf(plain.toUpperCase());
  } catch {
    throw new KeyProblem("malformed");
  }
  return plain.toUpperCase();
}
