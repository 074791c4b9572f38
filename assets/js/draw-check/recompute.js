// A draw computed again from its file, step by step, as `verify.py draw` does. Pure; works without a secure context.
import { Wrong, check, checkFields, instant, list, parsed } from "./reading.js";
import { ANNOUNCED, checkAnnounced, checkClosing, checkContributions, checkDays, checkKey, checkNumber, checkPool, checkSeats } from "./seeds.js";
import { checkOpened, checkOrder, checkWalks } from "./walk.js";

const FORMAT = "linli-draw@2";
const OF_ROUND = `${ANNOUNCED} announced_sha256 contributions public_number closing key_string sequence walks opened`;
const BEFORE = ["pool", "days", "announced", "contributions"];
const AFTER = ["number", "closing", "key", "order", "walks", "opened"];

const CHECKS = {
  pool: ({ part }) => checkPool(part),
  days: ({ part }) => checkDays(part),
  announced: ({ draw, part }) => checkAnnounced(draw, part),
  contributions: ({ draw, part }) => checkContributions(draw.tender, part),
  number: ({ part }) => checkNumber(part),
  closing: ({ part }) => checkClosing(part),
  key: ({ part }) => checkKey(part),
  order: ({ part }) => checkOrder(part),
  walks: ({ draw, part, before }) => checkWalks(draw, part, before),
  opened: ({ draw, part, people }) => checkOpened(draw, part, people),
  waiting: ({ part }) => {
    const isBare = part.closing === null && part.public_number === null && list(part.sequence).length === 0 && list(part.walks).length === 0;
    check(isBare, "bare");
    return {};
  },
};

// { tender, steps: [{ name, round, state: "good" | "bad" | "open", shown }], fault: null | { step, word, details }, empty, isClosed }
export function recompute(text) {
  const steps = [];
  try {
    const { draw } = run(steps, "file", 0, () => ({ draw: readFile(text) }));
    run(steps, "plan", 0, () => checkSeats(draw.plan));
    const found = { tender: draw.tender, isClosed: draw.names === "closed" };
    return { ...found, steps, fault: null, empty: computeRounds(draw, steps) };
  } catch (error) {
    const isBroken = error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
    if (!(error instanceof Wrong) && !isBroken) throw error;
    const step = steps.findLast(({ state }) => state === "open");
    step.state = "bad";
    const { word, details } = isBroken ? { word: "broken", details: {} } : error;
    return { tender: null, isClosed: false, steps, fault: { step, word, details }, empty: null };
  }
}

// Whether a file that somebody chose is the file of a draw at all, be it a damaged one.
export const isDraw = (text) => /"format"\s*:\s*"linli-draw@/.test(text);

function run(steps, name, round, work) {
  const step = { name, round, state: "open", shown: null };
  steps.push(step);
  step.shown = work();
  step.state = "good";
  return step.shown;
}

function readFile(text) {
  const draw = parsed(text);
  checkFields(draw, "format tender algorithm names seated plan rounds", "file");
  check(draw.format === FORMAT, "format");
  check(draw.algorithm === "RFC 3797, SHA-256", "algorithm");
  check(draw.names === "open" || draw.names === "closed", "names");
  list(draw.rounds);
  return draw;
}

function computeRounds(draw, steps) {
  const before = [];
  const people = new Set();
  for (const [index, part] of draw.rounds.entries()) {
    const work = { draw, part, before, people };
    run(steps, "round", index + 1, () => checkRound(draw, index));
    const later = part.key_string === null ? ["waiting", "opened"] : AFTER;
    for (const name of [...BEFORE, ...later]) run(steps, name, index + 1, () => CHECKS[name](work));
    before.push(...part.sequence);
  }
  const { experts } = draw.plan;
  run(steps, "seats", 0, () => {
    const seated = before.filter(({ outcome, left_at }) => outcome === "seated" && left_at === null).length;
    check(seated === draw.seated, "seated", { seated });
    return { facts: { seated, experts, passed: before.filter(({ outcome }) => outcome === "skipped").length } };
  });
  return experts - draw.seated;
}

// The rounds are counted from 1, each begins after the one before was used up, and nobody stands in two of them.
function checkRound(draw, index) {
  const part = draw.rounds[index];
  if (index > 0) {
    const earlier = draw.rounds[index - 1];
    check(list(earlier.sequence).length === list(earlier.pool).length, "round-early");
    check(instant(part.frozen_at, "frozen_at").at >= instant(earlier.walks.at(-1).at, "walks at").at, "round-frozen");
    const drawnBefore = new Set(draw.rounds.slice(0, index).flatMap(({ pool }) => pool));
    check(!list(part.pool).some((code) => drawnBefore.has(code)), "round-twice");
  }
  checkFields(part, OF_ROUND, "rounds");
  check(part.round === index + 1, "round-number");
  check(part.experts === draw.plan.experts, "round-experts");
  return {};
}
