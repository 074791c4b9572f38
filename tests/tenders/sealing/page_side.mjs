// The bid page's own rules under Node, for the tests: node page_side.mjs < [[what, argument]…] gives the answers as JSON.
import { findGaps, readFields } from "../../../assets/js/bid/gaps.js";
import { parseFen, yuan, yuanInWords } from "../../../assets/js/bid/money.js";
import { letters } from "../../../assets/js/bid/names.js";
import { simplified } from "../../../assets/js/bid/simplified.js";

const rules = {
  parse: parseFen,
  yuan,
  words: yuanInWords,
  letters,
  simplified: (text) => [...text].map(simplified).join(""),
  gaps: ({ content, terms }) => findGaps(content, terms).map(({ field, key, values }) => [field, key, values ?? {}]),
  read: ({ fields, limits }) => readFields(fields, limits),
};
let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
process.stdout.write(JSON.stringify(JSON.parse(text).map(([what, argument]) => rules[what](argument))));
