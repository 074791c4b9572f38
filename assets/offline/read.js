// What the bureau will read, drawn from an opened capsule. Text is always set as text.
import { make } from "../js/bid/dom.js";
import { yuan, yuanInWords } from "../js/bid/money.js";
import { say } from "./words.js";

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

export function drawCapsule({ header, manifest, pages, hash, fingerprints }, { kinds = [], passages = [] }) {
  const labels = Object.fromEntries(kinds.map(({ value, label }) => [value, label]));
  const titles = Object.fromEntries(passages.map(({ code, label }) => [code, label]));
  const files = manifest.files.map(({ kind, name, size }, place) =>
    [labels[kind] ?? kind, name, sizeText(size), pages[place] ? say("pages", { number: pages[place] }) : ""].filter(Boolean).join(" · "),
  );
  const rows = [
    ["tender", header.tender],
    ["bidder", `${manifest.bidder} · ${say("version", { number: manifest.version })}`],
    ["price", say("price_value", { figures: yuan(manifest.price_fen) })],
    ["in_words", say("price_in_words", { words: yuanInWords(manifest.price_fen) })],
    ["project_manager", manifest.project_manager],
    ["plan", manifest.plan],
    ...Object.entries(manifest.answers).map(([code, text]) => [null, text, titles[code] ?? code]),
    ["staffing", manifest.staffing.map((post) => say("post_line", post).trim()).join("\n")],
    ["declaration", say(manifest.no_interest ? "declared" : "not_declared")],
    ["files", files.join("\n") || say("none")],
    ["sealed_for", `${header.threshold} / ${header.holders.length}\n${fingerprints.join("\n")}`],
    ["capsule", hash],
  ];
  return make("dl", {}, ...rows.map(([key, value, title]) => make("div", {}, make("dt", {}, key ? say(key) : title), make("dd", {}, value))));
}
