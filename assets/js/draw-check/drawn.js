// What the recomputation of a draw looks like: each step with what it shows, and what was hashed behind a line that opens.
import { make } from "../bid/dom.js";

const HASH = /([0-9a-f]{64})/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\+08:00$/;

// words: of app/tenders/draw_words.py; level: of a step's heading.
export class Drawn {
  #words;
  #level;

  constructor(words, level) {
    this.#words = words;
    this.#level = level;
  }

  say(word, values = {}) {
    return this.#words[word].replace(/%\((\w+)\)s/g, (_whole, name) => this.#told(values[name], values));
  }

  #told(value, values) {
    if (typeof value === "string" && value.startsWith("@")) return this.say(value.slice(1), { ...values, name: "" });
    if (typeof value === "string" && TIME.test(value)) return value.slice(0, 16).replace("T", " ");
    return String(value);
  }

  // The same as a paragraph, its hashes as code.
  paragraph(word, values, kind = null) {
    const parts = this.say(word, values).split(HASH);
    return make("p", { class: kind }, ...parts.map((part) => (HASH.test(part) ? make("code", { class: "hash" }, part) : part)));
  }

  steps(found) {
    const names = Object.assign({}, ...found.steps.map(({ shown }) => shown?.names ?? {}));
    const rounds = Math.max(...found.steps.map(({ round }) => round));
    const told = found.steps.filter(({ name, state }) => name !== "round" || rounds > 1 || state === "bad");
    return make("ol", { class: "recomputed" }, ...told.map((step) => this.#step(step, names, rounds, found.fault)));
  }

  #step({ name, round, state, shown }, names, rounds, fault) {
    const isGood = state === "good";
    const ofRound = rounds > 1 && round ? `${this.say("round", { number: round })} · ` : "";
    const tag = make("strong", { class: `govuk-tag tag-${isGood ? "open" : "soon"}` }, this.say(isGood ? "holds" : "fails"));
    const heading = make(`h${this.#level}`, {}, `${ofRound}${this.say(`step-${name}`)} `, tag);
    const parts = isGood ? this.#shown(name, shown, names) : [this.paragraph(`fault-${fault.word}`, fault.details, "fault")];
    return make("li", { class: isGood ? null : "bad", "data-step": name, "data-state": state }, heading, ...parts);
  }

  #shown(name, shown, names) {
    return [
      this.paragraph(shown.word ?? `shown-${name}`, shown.facts),
      ...(shown.rows ?? []).map(({ word, facts }) => this.paragraph(word, facts)),
      shown.sources && this.#sources(shown.sources),
      shown.order && this.#order(shown, names),
      shown.reserves && this.paragraph(shown.reserves.length ? "reserves" : "reserves-none", { reserves: shown.reserves.join(", ") }),
      shown.hashes && make("div", { class: "whys" }, ...shown.hashes.map((hash) => this.#hash(hash))),
    ].filter(Boolean);
  }

  #hash({ what, input, computed, ...values }) {
    const code = (text) => make("p", {}, make("code", { class: "hash" }, text));
    const word = what === "order" ? "hash-input-hexadecimal" : "hash-input";
    const output = computed ? [make("p", {}, this.say("hash-output")), code(computed)] : [];
    const inside = [make("p", {}, this.say(word)), make("pre", {}, input), ...output];
    return make("details", { class: "why" }, make("summary", {}, this.say(`hash-${what}`, values)), make("div", { class: "why-text" }, ...inside));
  }

  #table(columns, rows) {
    const labels = columns.map((column) => this.say(`column-${column}`));
    const head = make("thead", {}, make("tr", {}, ...labels.map((label) => make("th", { scope: "col" }, label))));
    const cell = (inside, at) => make("td", at ? { "data-label": labels[at] } : { class: "lead" }, inside);
    return make("table", { class: "stack" }, head, make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))));
  }

  #sources(sources) {
    const code = (text) => make("code", { class: "hash" }, text);
    return this.#table(["source", "hexadecimal", "decimal"], sources.map((one) => [this.#told(one.name, one), code(one.given), code(one.decimal)]));
  }

  #order({ steps, order }, names) {
    const rows = steps.map((step, at) => [
      this.say("place", { number: at + 1 }),
      make("code", { class: "hash" }, order[at].digest),
      String(order[at].left),
      String(order[at].rest),
      this.say("number", { number: order[at].place }),
      this.#result(step, names),
    ]);
    return this.#table(["place", "digest", "left", "rest", "number", "result"], rows);
  }

  #result(step, names) {
    const isSeated = step.outcome === "seated";
    const more = [names[step.commitment], step.reason && this.say(`reason-${step.reason}`), step.left_at && this.say("has-left")].filter(Boolean);
    const tag = make("strong", { class: `govuk-tag tag-${isSeated ? "open" : "wait"}` }, this.say(step.outcome));
    return make("span", {}, tag, ...more.map((text) => make("small", {}, text)));
  }
}
