// The part of the draw's page that computes the draw again in the reader's own browser, from the published file or from one that the reader has.
import { make, noted } from "../bid/dom.js";
import { sha256hex } from "../sealing/bytes.js";
import { Drawn } from "./drawn.js";
import { isDraw, recompute } from "./recompute.js";

const root = document.querySelector("[data-draw-check]");
const [verdict, steps] = ["verdict", "steps"].map((name) => root.querySelector(`[data-${name}]`));
const drawn = new Drawn(JSON.parse(root.querySelector("[data-words]").textContent), Number(root.dataset.level));
const paragraph = (...inside) => make("p", {}, ...inside);

function titleOf({ fault, empty }) {
  if (fault) return drawn.say(fault.step.round ? "bad-round" : "bad", { round: fault.step.round, step: drawn.say(`step-${fault.step.name}`) });
  return empty ? drawn.say("part", { empty }) : drawn.say("good");
}

function notesOf(found) {
  const notes = found.steps.flatMap(({ shown }) => shown?.notes ?? []);
  if (found.isClosed) notes.push({ word: "note-closed" });
  if (found.tender && root.dataset.tender && found.tender !== root.dataset.tender) notes.unshift({ word: "note-elsewhere", details: { tender: found.tender } });
  return notes;
}

async function show(blob, file) {
  const found = recompute(await blob.text());
  const kind = found.fault ? "bad" : found.empty ? "part" : "good";
  const hash = sha256hex(new Uint8Array(await blob.arrayBuffer()));
  const told = [...(found.fault ? [{ word: `fault-${found.fault.word}`, details: found.fault.details }] : []), { word: `${kind}-text` }, ...notesOf(found)];
  const note = noted({ good: "good", part: "wait", bad: "warn" }[kind], titleOf(found), ...told.map(({ word, details }) => drawn.paragraph(word, details)));
  note.dataset.result = kind;
  const about = found.tender ? drawn.say("about", { tender: found.tender, file }) : file;
  verdict.replaceChildren(note, paragraph(about, make("br"), `${drawn.say("file-sha256")} `, make("code", { class: "hash" }, hash)));
  steps.replaceChildren(drawn.steps(found), drawn.paragraph("limits", {}, "small"));
}

async function choose(file) {
  if (isDraw(await file.text())) return show(file, file.name);
  const note = noted("warn", drawn.say("other-file"), drawn.paragraph("other-file-text"));
  note.dataset.result = "other";
  steps.replaceChildren();
  return verdict.replaceChildren(note, paragraph(file.name));
}

function fail() {
  steps.replaceChildren();
  verdict.replaceChildren(noted("warn", "", paragraph(drawn.say("unreachable"))));
}

root.querySelector("[data-recompute]")?.addEventListener("click", async () => {
  const answer = await fetch(root.dataset.published, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  return answer?.ok ? show(await answer.blob(), drawn.say("published")) : fail();
});
root.querySelector("[data-file]").addEventListener("change", ({ target }) => {
  if (target.files.length) choose(target.files[0]);
});
root.querySelector("[data-tools]").hidden = false;
