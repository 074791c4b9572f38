// The order of a draw, its walks and its names: app/log/standalone/verify_draw.py in the reader's browser. Pure.
import { sha256 } from "@noble/hashes/sha2.js";
import { check, checkFields, digestOf, hashOf, instant, isHash, isNumber, list, text } from "./reading.js";
import { hex } from "../sealing/bytes.js";
import { canonical } from "../sealing/canonical.js";

const PASSED_OVER = ["suspended", "supervisor", "tenderer", "bidder", "past_bidder", "recusal", "involved", "gone"];
const WALKED = ["round", "announced_sha256", "contributions", "public_number", "closing", "key_string"];
const utf8 = new TextEncoder();

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const fromHex = (code) => Uint8Array.from(code.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// RFC 3797, section 4: [{ digest, left, rest, place }], places from 1 in the order of the draw. `hash`: bytes to bytes.
export function selection(key, size, hash = sha256) {
  const left = Array.from({ length: size }, (_, at) => at + 1);
  return left.map((_, index) => index).map((index) => {
    const mark = Uint8Array.of(index >> 8, index & 255);
    const digest = hex(hash(joined(mark, utf8.encode(key), mark)));
    const count = left.length;
    const rest = Number(BigInt(`0x${digest}`) % BigInt(count));
    return { digest, left: count, rest, place: left.splice(rest, 1)[0] };
  });
}

// --- the sequence -------------------------------------------------------------------------------------------------------

function checkStep(step, number, place, part) {
  checkFields(step, "sequence position commitment outcome reason at left_at", `sequence ${number}`);
  check(step.sequence === number, "place-missing", { number });
  check(step.position === place && part.pool[place - 1] === step.commitment, "place-other", { number, place });
  const isSeated = step.outcome === "seated";
  check(isSeated || step.outcome === "skipped", "outcome", { number });
  check(isSeated ? step.reason === null : PASSED_OVER.includes(step.reason), "passed-reason", { number });
  const { at } = instant(step.at, "sequence at");
  check(step.left_at === null || (isSeated && instant(step.left_at, "left_at").at >= at), "left-when", { number });
}

export function checkOrder(part) {
  const steps = list(part.sequence);
  const order = selection(part.key_string, part.pool.length);
  for (const [index, { place }] of order.slice(0, steps.length).entries()) checkStep(steps[index], index + 1, place, part);
  check(steps.length <= part.pool.length, "places-more");
  check(steps.length > 0, "places-none");
  const input = hex(joined(Uint8Array.of(0, 0), utf8.encode(part.key_string), Uint8Array.of(0, 0)));
  const reserves = order.slice(steps.length).map(({ place }) => place);
  return { steps, order, reserves, facts: { drawn: steps.length }, hashes: [{ what: "order", input, computed: order[0].digest }] };
}

// What a walk's leaf in the log commits to: everything that it rested on, the sequence so far, and who had left by then.
function walkDigest(tender, part, steps, at) {
  const until = instant(at, "walks at").at;
  const hadLeft = (left) => left && instant(left, "left_at").at <= until;
  const sequence = steps.map((one) => ({ ...one, left_at: hadLeft(one.left_at) ? one.left_at : null }));
  return digestOf({ ...Object.fromEntries(WALKED.map((name) => [name, part[name]])), tender, sequence });
}

const sits = (step, at) => step.outcome === "seated" && (step.left_at === null || instant(step.left_at, "left_at").at > at);

// Each walk began with an empty seat, ended when the last was filled, and passed nobody without need. `before`: steps of earlier rounds.
export function checkWalks(draw, part, before) {
  const { experts } = draw.plan;
  let start = 0;
  let previous = instant(part.reveal_until, "reveal_until").at;
  const rows = [];
  const hashes = [];
  for (const walk of list(part.walks)) {
    checkFields(walk, "at steps sha256", "walks");
    const { at } = instant(walk.at, "walks at");
    const end = isNumber(walk.steps) ? start + walk.steps : -1;
    const own = part.sequence.slice(start, Math.max(end, 0));
    check(start < end && end <= part.sequence.length && own.every((one) => one.at === walk.at) && at >= previous, "walks");
    const sitting = [...before, ...part.sequence.slice(0, start)].filter((one) => sits(one, at)).length;
    const drawn = own.filter(({ outcome }) => outcome === "seated").length;
    check(sitting < experts, "walk-full");
    check(sitting + drawn <= experts, "walk-many");
    const isFull = sitting + drawn === experts && own.at(-1).outcome === "seated";
    check(isFull || end === part.pool.length, "walk-stopped");
    const { input, digest } = walkDigest(draw.tender, part, part.sequence.slice(0, end), walk.at);
    check(digest === walk.sha256, "walk-digest", { computed: digest });
    rows.push({ word: "walk", facts: { number: rows.length + 1, at: walk.at, empty: experts - sitting, drawn, passed: own.length - drawn, digest } });
    hashes.push({ what: "walk", number: rows.length, input, computed: digest });
    [start, previous] = [end, at];
  }
  check(start === part.sequence.length, "walks-other");
  const entered = Math.max(...part.public_number.entered.map(({ at }) => instant(at, "entered at").at));
  check(entered <= instant(part.walks[0].at, "walks at").at, "walk-early");
  return { rows, hashes };
}

// --- afterwards ---------------------------------------------------------------------------------------------------------

// Each commitment opens to one line of the form in which it was made, and nobody stands in the pools twice.
export function checkOpened(draw, part, numberedBefore) {
  if (draw.names === "closed") {
    check(part.opened === null, "names-closed");
    return { word: "opened-closed", names: {} };
  }
  const reasons = Object.fromEntries(part.left_out.map(({ commitment, reason }) => [commitment, reason]));
  const known = new Set([...part.pool, ...Object.keys(reasons)]);
  const people = new Set();
  const names = {};
  check(Array.isArray(part.opened), "names-open");
  for (const one of part.opened) {
    checkFields(one, "commitment salt line", "opened");
    const { commitment: code, salt, line } = one;
    check(known.has(code) && isHash(salt) && hashOf(joined(fromHex(salt), utf8.encode(text(line)))) === code, "opens", { code: String(code).slice(0, 16) });
    const told = JSON.parse(line);
    checkFields(told, "employer name person pool specialty", "line");
    check(new TextDecoder().decode(canonical(told)) === line && isNumber(told.person), "line");
    const isDrawable = Object.values(part.pool).includes(code);
    const fits = draw.plan.specialties.includes(told.specialty);
    check(isDrawable ? fits : !fits || reasons[code] !== "specialty", "opened-specialty", { name: told.name });
    check(!people.has(told.person) && !(isDrawable && numberedBefore.has(told.person)), "opened-twice", { name: told.name });
    people.add(told.person);
    if (isDrawable) numberedBefore.add(told.person);
    names[code] = told.name;
  }
  check(people.size === part.opened.length && people.size === known.size, "opened-missing");
  return { facts: { count: people.size }, names };
}
