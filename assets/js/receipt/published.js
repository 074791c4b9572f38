// The publish leaf of a tender: terms that a server gives are compared with what the public log says of them. Pure.
import { sha256hex } from "../sealing/bytes.js";
import { Wrong, checkReceipt } from "./proof.js";

// What does not hold; `word` names the sentence, and nothing may be sealed or released.
export class Unpublished extends Error {
  constructor(word, details = {}) {
    super(word);
    this.word = word;
    this.details = details;
  }
}

// What people compare of a log's key, as fingerprint in app/log/notes.py.
export const fingerprintOf = (keyLine) => sha256hex(new TextEncoder().encode(keyLine)).slice(0, 16).match(/.{4}/g).join(" ");

const isSameList = (one, other) => Array.isArray(one) && one.length === other.length && one.every((value, at) => value === other[at]);

// What an entry says: { told, index, size, root }. `word`: of the sentence when the log does not have it.
export function readEntry(receipt, keyLine, word) {
  try {
    const { payload, ...place } = checkReceipt(receipt, keyLine);
    if (!Number.isSafeInteger(place.index)) throw new Wrong("path"); // signed, but not in the log
    return { told: JSON.parse(payload) ?? {}, ...place };
  } catch (error) {
    if (!(error instanceof Wrong || error instanceof SyntaxError)) throw error;
    throw new Unpublished(word);
  }
}

// terms: { tender, documents, deadline_at, threshold, holders: [{ key }] }; log: { key, published }. Gives the entry.
export function checkPublished(log, terms) {
  if (typeof log?.key !== "string" || typeof log.published !== "string") throw new Unpublished("published-missing");
  const entry = readEntry(log.published, log.key, "published");
  const { told } = entry;
  if (told.event !== "tender.publish" || told.tender !== terms.tender) throw new Unpublished("published-elsewhere");
  if (told.terms_sha256 !== terms.documents) throw new Unpublished("published-documents");
  if (Date.parse(told.bid_deadline_at) !== Date.parse(terms.deadline_at)) throw new Unpublished("published-deadline");
  const keys = terms.holders.map(({ key }) => key);
  if (told.threshold !== terms.threshold || !isSameList(told.recipients, keys)) throw new Unpublished("published-keys");
  return entry;
}
