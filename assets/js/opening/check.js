// What a holder's browser checks before it lets a share out. Pure; a Mistrust says what does not hold, and then nothing is released.
import { Unpublished, checkPublished, readEntry } from "../receipt/published.js";
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

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
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
  const header = parsed(capsule.header);
  if (!header || capsuleHash(bytes) !== capsule.sha256 || !same(canonical(header), bytes)) throw new Mistrust("header", { capsule: shortName(capsule) });
  const holders = terms.holders.map(({ key }) => key);
  const isHere = header.tender === terms.tender && header.documents === terms.documents && header.threshold === terms.threshold;
  if (!isHere || !same(header.holders.map(({ key }) => key), holders)) throw new Mistrust("header-elsewhere", { capsule: shortName(capsule) });
  if (!holders.includes(own)) throw new Mistrust("not-a-holder");
  return header;
}

// The tender documents of which the capsules speak are those that the tender's page shows, and name this tender and this deadline.
export function checkDocuments(bytes, terms) {
  if (sha256hex(bytes) !== terms.documents) throw new Mistrust("documents");
  const documents = parsed(new TextDecoder().decode(bytes)) ?? {};
  if (documents.tender !== terms.tender) throw new Mistrust("documents");
  if (Date.parse(documents.bid_deadline_at) !== Date.parse(terms.deadline_at)) throw new Mistrust("documents-deadline");
}

// The log is the one whose key the holder has kept. `kept`: from the key file, null when it has none.
export function checkKey(log, kept) {
  if (typeof log?.key !== "string") throw new Mistrust("log-missing");
  if (kept !== null && kept !== log.key) throw new Mistrust("log-other");
}

// One tree of the public log has both the publication, with these terms, holders and deadline, and after it this very list:
// the operator cannot show another to somebody else.
export function checkLog(log, statement, terms) {
  if (typeof log?.closed !== "string") throw new Mistrust("log-missing");
  try {
    const published = checkPublished(log, terms);
    const closed = readEntry(log.closed, log.key, "log");
    const { told } = closed;
    const isIt = told.event === "tender.close_bidding" && told.tender === terms.tender && told.closing_sha256 === sha256hex(utf8(statement));
    if (!isIt || closed.index <= published.index) throw new Mistrust("log");
    if (closed.size !== published.size || closed.root !== published.root) throw new Mistrust("log-forked");
    if (!(Date.parse(told.at) >= Date.parse(terms.deadline_at))) throw new Mistrust("log-early");
    return { index: closed.index, published: published.index };
  } catch (error) {
    throw error instanceof Unpublished ? new Mistrust(error.word) : error;
  }
}

export const shortName = ({ sha256 }) => sha256.slice(0, 8);
