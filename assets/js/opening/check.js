// What a holder's browser checks before it lets a share out. Pure; a Mistrust says what does not hold, and then nothing is released.
import { Wrong, checkReceipt } from "../receipt/proof.js";
import { capsuleHash } from "../sealing/capsule.js";
import { canonical } from "../sealing/canonical.js";
import { sha256hex } from "../sealing/bytes.js";

const FORMAT = "linli-closing-1";
const utf8 = (text) => new TextEncoder().encode(text);
const same = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);

export class Mistrust extends Error {
  // word: of the sentence on the page; details: what stands in it
  constructor(word, details = {}) {
    super(word);
    this.word = word;
    this.details = details;
  }
}

// The closing list is this tender's, closed at its deadline and not before now, and lists exactly these capsules.
export function checkClosing(statement, terms, capsules, now) {
  const [format, tender, closedAt, count, ...names] = statement.split("\n");
  if (format !== FORMAT || names.pop() !== "") throw new Mistrust("list");
  if (tender !== terms.tender) throw new Mistrust("list-elsewhere", { tender });
  if (Date.parse(closedAt) !== Date.parse(terms.deadline_at)) throw new Mistrust("list-time");
  if (!(now >= Date.parse(terms.deadline_at))) throw new Mistrust("early");
  if (String(names.length) !== count || new Set(names).size !== names.length) throw new Mistrust("list");
  if (!same(names, capsules.map(({ sha256 }) => sha256).sort())) throw new Mistrust("list-differs");
}

// The header hashes to its name, and is sealed for this tender, its documents and its holders, the own key among them.
export function checkHeader(capsule, terms, own) {
  const bytes = utf8(capsule.header);
  const header = JSON.parse(capsule.header);
  if (capsuleHash(bytes) !== capsule.sha256 || !same(canonical(header), bytes)) throw new Mistrust("header", { capsule: shortName(capsule) });
  const holders = terms.holders.map(({ key }) => key);
  const isHere = header.tender === terms.tender && header.documents === terms.documents && header.threshold === terms.threshold;
  if (!isHere || !same(header.holders.map(({ key }) => key), holders)) throw new Mistrust("header-elsewhere", { capsule: shortName(capsule) });
  if (!holders.includes(own)) throw new Mistrust("not-a-holder");
  return header;
}

// The tender documents of which the capsules speak are those that the tender's page shows.
export function checkDocuments(bytes, terms) {
  if (sha256hex(bytes) !== terms.documents) throw new Mistrust("documents");
}

// The public log has this very list: the operator cannot show another to somebody else.
export function checkLog(log, statement, terms) {
  if (!log) throw new Mistrust("log-missing");
  let found;
  try {
    found = checkReceipt(log.receipt, log.key);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    throw new Mistrust("log");
  }
  const told = JSON.parse(found.payload);
  const isIt = told.event === "tender.close_bidding" && told.tender === terms.tender && told.closing_sha256 === sha256hex(utf8(statement));
  if (!isIt) throw new Mistrust("log");
  return found;
}

export const shortName = ({ sha256 }) => sha256.slice(0, 8);
