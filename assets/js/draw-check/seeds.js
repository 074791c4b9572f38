// What seeds a draw of an evaluation committee: app/log/standalone/verify_seeds.py in the reader's browser. Pure.
// Each check gives what the page shows of it: `facts` for its sentences (a fact "@word" is one of the page's words), `hashes` with what was hashed.
import { DAY, MINUTE, check, checkFields, day, dayOf, dayText, digestOf, hashOf, instant, isBlank, isHash, isNumber, isSame, list, weekday } from "./reading.js";

const SIDES = ["tenderer", "bureau"];
// Lottery: the days of the week on which it is drawn (Monday is 0), how many balls of each kind and the highest.
const LOTTERIES = new Map([
  ["ssq", { days: [1, 3, 6], balls: [[6, 33], [1, 16]] }],
  ["dlt", { days: [0, 2, 5], balls: [[5, 35], [2, 12]] }],
]);
const BEIJING = 480 * MINUTE;
const TIME_TO_REVEAL = 240 * MINUTE;
const LEAD = MINUTE / 2;
const LONGEST_REST = 16; // days: no holiday keeps the lotteries shut for longer
const SPECIALTIES = ["property", "engineering", "economics", "law", "environment", "other"];
const LEFT_OUT = ["suspended", "supervisor", "area", "specialty", "tenderer", "recusal", "involved"];
export const ANNOUNCED = "round experts frozen_at reason pool_sha256 pool left_out commit_until reveal_until number_kind announced_on";
const only = (part, names) => Object.fromEntries(names.split(" ").map((name) => [name, part[name]]));

// --- before the seeds ---------------------------------------------------------------------------------------------------

export function checkSeats(plan) {
  checkFields(plan, "seats representatives experts specialties", "plan");
  const { seats, representatives, experts } = plan;
  const isLawful = [seats, representatives, experts].every(isNumber) && seats >= 5 && seats % 2 === 1 && representatives >= 0 && 3 * experts >= 2 * seats;
  check(isLawful, "seats");
  check(experts === seats - representatives, "seats-experts");
  check(list(plan.specialties).length > 0 && plan.specialties.every((one) => SPECIALTIES.includes(one)), "specialties");
  return { facts: { seats, representatives, experts } };
}

export function checkPool(part) {
  for (const one of list(part.left_out)) {
    checkFields(one, "commitment reason", "left_out");
    check(LEFT_OUT.includes(one.reason), "left-out-reason");
  }
  const leftOut = part.left_out.map(({ commitment }) => commitment);
  const everybody = [...list(part.pool), ...leftOut];
  check(part.pool.length > 0 && everybody.every(isHash), "pool-hash");
  check(isSame(part.pool, [...part.pool].sort()), "pool-order");
  check(new Set(everybody).size === everybody.length, "pool-twice");
  const input = `${part.pool.join("\n")}\n\n${leftOut.sort().join("\n")}\n`;
  const computed = hashOf(input);
  check(computed === part.pool_sha256, "pool-digest", { computed });
  return { facts: { count: part.pool.length, left: leftOut.length }, hashes: [{ what: "pool", input, computed }] };
}

// The lottery's day as the notice gave it: the first that leaves time to reveal; a pool that is frozen later says why and may name a later one.
export function checkDays(part) {
  const [frozen, until, shown] = ["frozen_at", "commit_until", "reveal_until"].map((key) => instant(part[key], key));
  check(frozen.at <= until.at, "frozen-late");
  const lottery = LOTTERIES.get(part.number_kind);
  check(lottery, "lottery");
  const announced = day(part.announced_on, "announced_on");
  check(lottery.days.includes(weekday(announced)), "lottery-day");
  const evening = (date) => date * DAY - until.offset + 20 * 60 * MINUTE;
  check(shown.offset === BEIJING && until.offset === BEIJING && shown.at === evening(announced), "reveal-until");
  check(shown.at >= until.at + TIME_TO_REVEAL, "lottery-early");
  let first = dayOf(until);
  const drawnOn = (date) => (evening(date) >= until.at + TIME_TO_REVEAL ? [...LOTTERIES.keys()].find((kind) => LOTTERIES.get(kind).days.includes(weekday(date))) : undefined);
  while (!drawnOn(first)) first += 1;
  const isFirst = announced === first && part.number_kind === drawnOn(first);
  check(isFirst || !isBlank(part.reason), "lottery-first");
  check(part.round === 1 || !isBlank(part.reason), "frozen-reason");
  return { facts: { ...only(part, "frozen_at commit_until reveal_until announced_on"), kind: `@kind-${part.number_kind}` } };
}

export function checkAnnounced(draw, part) {
  const { input, digest } = digestOf({ ...only(part, ANNOUNCED), tender: draw.tender, plan: draw.plan });
  check(digest === part.announced_sha256, "announced", { computed: digest });
  return { facts: { digest }, hashes: [{ what: "announced", input, computed: digest }] };
}

// --- the seeds ----------------------------------------------------------------------------------------------------------

function checkSides(parts, names, where) {
  for (const one of list(parts)) checkFields(one, names, where);
  check(isSame(parts.map(({ side }) => side), SIDES), "sides", { where });
}

export function checkContributions(tender, part) {
  const [frozen, until, shown] = ["frozen_at", "commit_until", "reveal_until"].map((key) => instant(part[key], key).at);
  checkSides(part.contributions, "side committed committed_at value revealed_at", "contributions");
  const hashes = [];
  const sides = part.contributions.map(({ side, committed, committed_at, value, revealed_at }) => {
    const words = { side: `@side-${side}` };
    check((committed === null) === (committed_at === null), "committed-time", words);
    check((value === null) === (revealed_at === null), "value-time", words);
    if (committed !== null) {
      const at = instant(committed_at, "committed_at").at;
      check(isHash(committed), "committed-hash", words);
      check(frozen <= at && at < until, "committed-when", words);
    }
    if (value !== null) {
      const at = instant(revealed_at, "revealed_at").at;
      check(until <= at && at < shown, "value-when", words);
      const input = `linli-draw/1\n${tender}\n${part.round}\n${side}\n${value}\n`;
      const computed = hashOf(input);
      check(isHash(value) && computed === committed, "value-committed", words);
      hashes.push({ what: "side", ...words, input, computed });
    }
    const kind = value !== null ? "both" : committed !== null ? "committed" : "none";
    return { word: `contribution-${kind}`, facts: { ...words, committed, value } };
  });
  return { rows: sides, hashes };
}

// The numbers as that lottery draws them, of the announced day; the lottery's days in between are said to have been holidays.
export function checkNumber(part) {
  const found = part.public_number;
  checkFields(found, "issue drawn_on numbers entered", "public_number");
  const { days, balls } = LOTTERIES.get(part.number_kind);
  const isGroup = (group, [count, highest]) =>
    Array.isArray(group) && group.length === count && group.every(isNumber) && group.every((ball, at) => ball >= 1 && ball <= highest && (at === 0 || ball > group[at - 1]));
  const isDrawable = Array.isArray(found.numbers) && found.numbers.length === balls.length && balls.every((limits, at) => isGroup(found.numbers[at], limits));
  check(isDrawable, "numbers");
  const [announced, drawn] = [day(part.announced_on, "announced_on"), day(found.drawn_on, "drawn_on")];
  check(announced <= drawn && drawn - announced <= LONGEST_REST && days.includes(weekday(drawn)), "drawn-on");
  check(typeof found.issue === "string" && !isBlank(found.issue), "issue");
  checkSides(found.entered, "side source at", "entered");
  for (const one of found.entered) {
    check(instant(one.at, "entered at").at >= instant(part.reveal_until, "reveal_until").at, "entered-early");
    check(!isBlank(one.source), "source");
  }
  const waited = Array.from({ length: drawn - announced }, (_, at) => announced + at).filter((date) => days.includes(weekday(date)));
  const numbers = found.numbers.map((group) => group.map((ball) => String(ball).padStart(2, "0")).join(" ")).join(" + ");
  const [first, second] = found.entered.map(({ source }) => source);
  return {
    facts: { drawn_on: found.drawn_on, issue: found.issue, numbers, first, second, kind: `@kind-${part.number_kind}` },
    notes: waited.map((date) => ({ word: "note-holiday", details: { day: dayText(date) } })),
  };
}

export function checkClosing(part) {
  const { closing } = part;
  checkFields(closing, "source digest checkpoint_at log_size log_began_at", "closing");
  check(["log", "opening_record", "rehearsed"].includes(closing.source), "closing-source");
  check(isHash(closing.digest), "closing-hash");
  const hasLog = isNumber(closing.log_size) && closing.log_size > 0 && closing.log_began_at !== null;
  const isBare = closing.log_size === null && closing.log_began_at === null;
  check(closing.source === "log" ? hasLog : isBare, "closing-size");
  const earliest = instant(part.commit_until, "commit_until").at + LEAD + 10 * MINUTE;
  const due = earliest - (earliest % (10 * MINUTE));
  check(instant(closing.checkpoint_at, "checkpoint_at").at === due, "closing-when");
  return {
    word: isBare ? "closing-bare" : undefined,
    facts: { digest: closing.digest, checkpoint_at: closing.checkpoint_at, size: closing.log_size, source: `@source-${closing.source}` },
    notes: closing.source === "rehearsed" ? [{ word: "note-rehearsed", details: {} }] : [],
  };
}

const ascending = (numbers) => [...numbers].sort((one, other) => (one < other ? -1 : Number(one > other)));

// RFC 3797, section 4.1: each source's numbers in ascending order, each behind a point, each source behind a stroke.
export const keyString = (sources) => sources.map((numbers) => `${ascending(numbers).map((number) => `${number}.`).join("")}/`).join("");

export function checkKey(part) {
  const number = (hexadecimal) => BigInt(`0x${hexadecimal}`);
  const given = part.contributions.map(({ value, committed }) => [number(value || committed || "0")]);
  const key = keyString([...part.public_number.numbers, ...given, [number(part.closing.digest)]]);
  check(key === part.key_string, "key", { computed: key });
  const kind = `@kind-${part.number_kind}`;
  const told = [
    ...part.public_number.numbers.map((numbers) => ({ name: kind, given: numbers.join(" ") })),
    ...part.contributions.map(({ side, value, committed }) => ({ name: "@random", side: `@side-${side}`, given: value || committed || "0" })),
    { name: "@closing", given: part.closing.digest },
  ];
  const decimals = key.split("/");
  return { sources: told.map((one, at) => ({ ...one, decimal: `${decimals[at]}/` })), hashes: [{ what: "key", input: key, computed: "" }] };
}
