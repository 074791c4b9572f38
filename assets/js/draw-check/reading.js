// The file of a draw as it is read: its fields, hashes, instants and days. Pure; as app/log/standalone/verify_seeds.py, which the tests hold it against.
import { canonical } from "../sealing/canonical.js";
import { sha256hex } from "../sealing/bytes.js";

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;
const utf8 = new TextEncoder();

// What does not hold; `word` names the sentence on the page.
export class Wrong extends Error {
  constructor(word, details = {}) {
    super(word);
    this.word = word;
    this.details = details;
  }
}

export function check(holds, word, details) {
  if (!holds) throw new Wrong(word, details);
}

// Whoever changes a file may put anything in any place.
export function list(found) {
  if (!Array.isArray(found)) throw new TypeError("no list");
  return found;
}

export function text(found) {
  if (typeof found !== "string") throw new TypeError("no text");
  return found;
}

export function checkFields(part, names, where) {
  const due = names.split(" ");
  const found = part !== null && typeof part === "object" && !Array.isArray(part) ? Object.keys(part) : [];
  const other = [...found.filter((name) => !due.includes(name)), ...due.filter((name) => !found.includes(name))].sort();
  check(other.length === 0, "fields", { where, names: other.join(", ") });
}

export const hashOf = (input) => sha256hex(typeof input === "string" ? utf8.encode(input) : input);

// SHA-256 of JSON with sorted keys and no blanks, as the log's leaves name it, and what is hashed.
export function digestOf(part) {
  const input = new TextDecoder("utf-8", { ignoreBOM: true }).decode(canonical(part));
  return { input, digest: hashOf(input) };
}

export const isHash = (found) => typeof found === "string" && /^[0-9a-f]{64}$/.test(found);
export const isNumber = Number.isSafeInteger;
export const isSame = (one, other) => list(one).length === list(other).length && one.every((value, at) => value === other[at]);

export const isBlank = (found) => !/[^\s\x1c-\x1f\x85]/.test(text(found));

// { at: milliseconds, offset: of its clock }
export function instant(given, name) {
  const found = typeof given === "string" && /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d):(\d\d)([+-])(\d\d):(\d\d)$/.exec(given);
  const [, date, hours, minutes, seconds, sign, ahead, more] = found || [];
  const start = found ? dayNumber(date) : null;
  check(start !== null && hours < 24 && minutes < 60 && seconds < 60 && ahead < 24 && more < 60, "instant", { name });
  const offset = (sign === "-" ? -1 : 1) * (ahead * 60 + Number(more)) * MINUTE;
  return { at: start * DAY + (hours * 60 + Number(minutes)) * MINUTE + seconds * 1000 - offset, offset };
}

// Days since 1970-01-01.
export function day(given, name) {
  const found = typeof given === "string" ? dayNumber(given) : null;
  check(found !== null, "day", { name });
  return found;
}

function dayNumber(date) {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null;
  const [year, month, number] = date.split("-").map(Number);
  const found = Date.UTC(year, month - 1, number) / DAY;
  return dayText(found) === date ? found : null;
}

export const dayText = (number) => new Date(number * DAY).toISOString().slice(0, 10);
export const dayOf = ({ at, offset }) => Math.floor((at + offset) / DAY);
export const weekday = (number) => (((number + 3) % 7) + 7) % 7; // Monday is 0

// The text of a file as an object: whole numbers only, so that a digest has one spelling, and whole characters.
export function parsed(file) {
  const found = JSON.parse(file);
  if (/[.e]\d|\de|-0|\d{16}/i.test(file.replace(/"(?:[^"\\]|\\.)*"/g, '""'))) throw new TypeError("no whole number");
  checkCharacters(found);
  return found;
}

function checkCharacters(part) {
  if (typeof part === "string" && /\p{Surrogate}/u.test(part)) throw new TypeError("half a character");
  if (part !== null && typeof part === "object") for (const one of Object.values(part)) checkCharacters(one);
}
