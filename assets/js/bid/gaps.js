// What a bid still lacks: the same findings, in the same order, as app/tenders/bidding.py; the sentences come with the page.
import { parseFen, yuan } from "./money.js";
import { letters, nameMet } from "./names.js";

export const MOST_PEOPLE = 9999;
const LENGTHS = { project_manager: 40, post: 40, qualification: 100 };

// What was typed as a bid's content, and what of it can't be read: { content, wrong: [{ field, key, values, at }] }.
export function readFields(fields, { plan: longest, price_fen: highest }) {
  const wrong = [];
  const price = fields.price.trim() ? parseFen(fields.price) : { fen: null };
  if (price.wrong) wrong.push({ field: "price", key: price.wrong });
  else if (price.fen !== null && price.fen < 1) wrong.push({ field: "price", key: "price_too_low", values: { least: yuan(1) } });
  else if (price.fen > highest) wrong.push({ field: "price", key: "price_too_high", values: { most: yuan(highest) } });
  if (count(fields.project_manager) > LENGTHS.project_manager) wrong.push(tooLong("project_manager", "project_manager", LENGTHS.project_manager));
  if (count(fields.plan) > longest) wrong.push(tooLong("plan", "plan", longest));
  for (const [code, text] of Object.entries(fields.answers)) {
    if (count(text) > longest) wrong.push(tooLong(`answer_${code}`, `answer_${code}`, longest));
  }
  const staffing = [];
  for (const [row, typed] of fields.staffing.entries()) readPost(typed, row, staffing, wrong);
  const answers = Object.entries(fields.answers).map(([code, text]) => [code, text.trim()]);
  return {
    wrong,
    content: {
      price_fen: price.fen ?? null,
      project_manager: fields.project_manager.trim(),
      plan: fields.plan.trim(),
      staffing,
      answers: Object.fromEntries(answers.filter(([, text]) => text)),
      no_interest: fields.no_interest,
    },
  };
}

function readPost({ post, people, qualification }, row, staffing, wrong) {
  const name = post.trim();
  const typed = people.normalize("NFKC").trim();
  const number = /^[0-9]+$/.test(typed) ? Number(typed) : null;
  const place = (part) => `staffing-${row}-${part}`;
  if (typed && (number === null || number > MOST_PEOPLE)) {
    wrong.push({ field: "staffing", key: "people_no_number", values: { most: MOST_PEOPLE }, at: place("people") });
  } else if (number && !name) {
    wrong.push({ field: "staffing", key: "post_missing", at: place("post") });
  } else if (name && !number) {
    wrong.push({ field: "staffing", key: "people_missing", values: { post: name }, at: place("people") });
  }
  if (count(post) > LENGTHS.post) wrong.push({ ...tooLong("staffing", "post", LENGTHS.post), at: place("post") });
  if (count(qualification) > LENGTHS.qualification) {
    wrong.push({ ...tooLong("staffing", "qualification", LENGTHS.qualification), at: place("qualification") });
  }
  if (name && number) staffing.push({ post: name, people: number, qualification: qualification.trim() });
}

// The rows of the staffing table in their places: what is wrong with one is said at it. Nothing follows the last that is filled in.
export function filledRows(rows) {
  const last = rows.findLastIndex((row) => Object.values(row).some((text) => text.trim()));
  return rows.slice(0, last + 1);
}

// Letters as the server counts them: a rare character is one, not two.
const count = (text) => [...text].length;
const tooLong = (field, label, length) => ({ field, key: "too_long", label, values: { length } });

// terms: { ceilingFen, passages: [{ code, label }], names: [[plain, shown]…], planLeast }
export function findGaps(content, { ceilingFen, passages, names, planLeast }) {
  const found = [];
  if (!content.price_fen) found.push({ field: "price", key: "price_missing" });
  else if (ceilingFen !== null && content.price_fen > ceilingFen) {
    found.push({ field: "price", key: "price_above_ceiling", values: { price: yuan(content.price_fen), ceiling: yuan(ceilingFen) } });
  }
  if (!content.project_manager) found.push({ field: "project_manager", key: "manager_missing" });
  if (count(content.plan) < planLeast) found.push({ field: "plan", key: "plan_short" });
  for (const { code, label } of passages) {
    if (!content.answers[code]) found.push({ field: `answer_${code}`, key: "passage_missing", values: { label } });
  }
  if (!content.staffing.length) found.push({ field: "staffing", key: "staffing_missing" });
  if (!content.no_interest) found.push({ field: "no_interest", key: "declaration_missing" });
  return [...found, ...namesInBlindParts(content, names)];
}

function namesInBlindParts(content, known) {
  const manager = letters(content.project_manager);
  const names = manager.length >= 2 ? [...known.filter(([plain]) => plain !== manager), [manager, content.project_manager]] : known;
  const parts = [["plan", [content.plan]]];
  for (const code of Object.keys(content.answers).sort()) parts.push([`answer_${code}`, [content.answers[code]]]);
  parts.push(["staffing", content.staffing.flatMap(({ post, qualification }) => [post, qualification])]);
  return parts
    .map(([field, texts]) => ({ field, key: "named_in_blind_part", values: { name: nameMet(names, texts) } }))
    .filter(({ values }) => values.name !== null);
}
