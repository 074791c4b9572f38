// The page that checks a receipt: takes a file or a text, and shows one of the sentences that the page holds.
import { make } from "../bid/dom.js";
import { factsIn } from "./facts.js";
import { Wrong, checkReceipt } from "./proof.js";

const form = document.querySelector("[data-verify]");
const verdict = document.querySelector("[data-verdict]");
const words = JSON.parse(document.querySelector("[data-words]").textContent);
const [file, receipt, key] = ["receipt-file", "receipt-text", "log-key"].map((id) => document.getElementById(id));

const MOST = 1024 * 1024; // bytes: a receipt has a few thousand, and a whole log in the field would stop the page

function show(result, fault, facts) {
  for (const element of verdict.querySelectorAll("[data-result], [data-fault], [data-facts]")) element.hidden = true;
  verdict.querySelector(`[data-result="${result}"]`).hidden = false;
  if (fault) verdict.querySelector(`[data-fault="${fault}"]`).hidden = false;
  for (const [name, value] of Object.entries(facts ?? {})) verdict.querySelector(`[data-fact="${name}"]`).textContent = value;
  const told = factsIn(facts?.payload ?? "", words, document.documentElement.lang).map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value)));
  verdict.querySelector("[data-told]").replaceChildren(...told);
  if (facts) for (const element of verdict.querySelectorAll("[data-facts]")) element.hidden = false;
  verdict.focus({ preventScroll: true });
  verdict.scrollIntoView({ block: "start" });
}

function check() {
  if (!receipt.value.trim()) return show("bad", "empty");
  try {
    const { isStatement, ...facts } = checkReceipt(`${receipt.value.trimEnd()}\n`, key.value);
    show(isStatement ? "statement" : "good", null, facts);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    show("bad", error.fault);
  }
}

file.addEventListener("change", async () => {
  if (!file.files.length) return;
  if (file.files[0].size > MOST) {
    receipt.value = "";
    return show("bad", "large");
  }
  receipt.value = await file.files[0].text();
  check();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
