// Names that would tell an evaluator whose a bid is; read as app/tenders/bidding.py reads them.
import { simplified } from "./simplified.js";

// What of a text reads as a name: compatible and traditional forms made one; blanks, signs and invisible characters left out.
export function letters(text) {
  const plain = text.normalize("NFKC").match(/[\p{L}\p{N}]/gu) ?? [];
  return [...plain.join("").toUpperCase().toLowerCase()].map(simplified).join("");
}

// names: [[as it reads, as people write it]…]; the one that is met in the texts, or null.
export function nameMet(names, texts) {
  const read = texts.map(letters);
  const met = names.filter(([plain]) => read.some((text) => text.includes(plain))).map(([, name]) => name);
  return met.sort(byCodePoint).at(-1) ?? null;
}

function byCodePoint(one, other) {
  const [a, b] = [[...one], [...other]];
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    if (a[at] !== b[at]) return a[at].codePointAt(0) - b[at].codePointAt(0);
  }
  return a.length - b.length;
}
