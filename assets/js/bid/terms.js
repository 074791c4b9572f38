// The terms to seal for, compared with the public log by this browser itself: a server that gives other keys or another deadline gets no bid.
import { Unpublished, checkPublished, fingerprintOf } from "../receipt/published.js";
import { rememberKey, rememberedKey } from "../receipt/remembered.js";
import { heed } from "./countdown.js";
import { Refused, page } from "./page.js";

// By the words of published.js.
const REFUSALS = {
  published: "published",
  "published-missing": "published_missing",
  "published-elsewhere": "published_elsewhere",
  "published-documents": "published_documents",
  "published-deadline": "published_deadline",
  "published-keys": "published_keys",
};

// With `logged`: { index, key } of the publication's entry and the fingerprint of the log's key.
export async function trustedTerms() {
  const answer = await fetch(page.urls.terms, { cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  heed(answer);
  const terms = await answer.json();
  if (terms.tender !== page.tender) throw new Refused("published_elsewhere");
  const { index } = checked(terms);
  if (!areSound(terms)) throw new Refused("terms_unsound");
  const known = rememberedKey();
  const given = fingerprintOf(terms.log.key);
  if (known !== null && known !== terms.log.key) {
    throw Object.assign(new Refused("log_other", { given, known: fingerprintOf(known) }), { logKey: terms.log.key });
  }
  rememberKey(terms.log.key);
  return { ...terms, logged: { index, key: given } };
}

// What no log can make good: a bid that one holder alone could open, or that only all of them could, or one holder in two seats.
function areSound({ threshold, holders }) {
  return Number.isInteger(threshold) && 1 < threshold && threshold < holders.length && new Set(holders.map(({ key }) => key)).size === holders.length;
}

function checked(terms) {
  try {
    return checkPublished(terms.log, terms);
  } catch (error) {
    throw error instanceof Unpublished ? new Refused(REFUSALS[error.word]) : error;
  }
}
