// The page that makes a holder's key. Only the public half is posted; the secret is shown, printed, saved by its holder, and cleared.
import { showFault } from "./fault.js";
import { openKey, painted, sealKey } from "./file.js";
import { CHARACTERS, KeyProblem, charactersOf, fingerprintOf, identityOf, isSecure, recipientOf } from "./identity.js";
import { rememberKey } from "../receipt/remembered.js";
import { qrSvg } from "./qr.js";
import { strengthOf } from "./strength.js";
import { say } from "./unlock.js";

const ASKED = 3;
const maker = document.querySelector("[data-key-maker]");
const find = (name) => maker.querySelector(`[data-${name}]`);
const secret = {};

function shows(step) {
  for (const part of maker.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== step;
  document.querySelector("[data-public-form]").hidden = step !== "passphrase";
  const heading = maker.querySelector(`[data-step="${step}"] h2`);
  heading.focus();
  heading.scrollIntoView();
}

function complain(name, field, word, details) {
  showFault(find(name), word ? say(maker, word, details) : "", field);
}

// Everything at once that shows without opening the file. Returns whether something is wrong.
function isIncomplete(fields, file) {
  const wrong = secret.asked.flatMap((place, n) => (fields[n].value.trim() === secret.characters[place] ? [] : [n]));
  const positions = wrong.map((n) => secret.asked[n] + 1).join(maker.dataset.separator);
  const said = [wrong.length ? say(maker, "mistyped", { positions }) : "", file ? "" : say(maker, "nofile")].filter(Boolean);
  showFault(find("confirm-error"), said.join(said[0]?.endsWith("。") ? "" : " "), ...wrong.map((n) => fields[n]), file ? null : find("file"));
  return said.length > 0;
}

function pick(count, from) {
  const chosen = new Set();
  while (chosen.size < count) chosen.add(crypto.getRandomValues(new Uint32Array(1))[0] % from);
  return [...chosen].sort((a, b) => a - b);
}

function clear() {
  for (const name of Object.keys(secret)) delete secret[name];
  for (const field of maker.querySelectorAll("input")) field.value = "";
  find("characters").replaceChildren();
  find("qr").replaceChildren();
}

async function make() {
  const passphrase = find("passphrase").value;
  const strength = strengthOf(passphrase);
  if (strength === "short" || strength === "weak") return complain("passphrase-error", find("passphrase"), strength);
  if (passphrase !== find("again").value) return complain("passphrase-error", find("again"), "differs");
  complain("passphrase-error");
  find("making").hidden = false;
  await painted();
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  secret.identity = identityOf(bytes);
  secret.characters = charactersOf(bytes);
  bytes.fill(0);
  secret.recipient = await recipientOf(secret.identity);
  secret.fingerprint = await fingerprintOf(secret.recipient);
  secret.file = await sealKey(secret.identity, secret.recipient, passphrase, maker.dataset.logKey);
  find("making").hidden = true;
  find("passphrase").value = find("again").value = "";
  draw();
  return shows("keep");
}

function draw() {
  find("characters").replaceChildren(...secret.characters.map((character) => Object.assign(document.createElement("li"), { textContent: character })));
  find("qr").replaceChildren(qrSvg(secret.identity, say(maker, "qr")));
  for (const place of maker.querySelectorAll("[data-fingerprint]")) place.textContent = secret.fingerprint;
  secret.asked = pick(ASKED, CHARACTERS);
  maker.querySelectorAll("[data-asked]").forEach((label, n) => {
    label.textContent = say(maker, "asked", { position: secret.asked[n] + 1 });
  });
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([secret.file], { type: "application/octet-stream" }));
  link.download = `linli-${secret.fingerprint.replaceAll(" ", "").slice(0, 8)}.key.age`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  secret.isSaved = true;
}

async function confirm() {
  const fields = [...maker.querySelectorAll("[data-asked-for]")];
  const [file] = find("file").files;
  if (isIncomplete(fields, file)) return undefined;
  find("opening").hidden = false;
  try {
    if ((await openKey(file, find("file-passphrase").value)).identity !== secret.identity) throw new KeyProblem("other");
  } catch (problem) {
    if (!(problem instanceof KeyProblem)) throw problem;
    const isOfPassphrase = problem.word === "wrong" || problem.word === "passphrase";
    return complain("confirm-error", find(isOfPassphrase ? "file-passphrase" : "file"), problem.word, problem.details);
  } finally {
    find("opening").hidden = true;
  }
  const form = document.querySelector("[data-public-form] form");
  form.elements.recipient.value = secret.recipient;
  rememberKey(maker.dataset.logKey);
  clear();
  return form.submit();
}

function start() {
  document.querySelector("[data-needs]").hidden = true;
  maker.hidden = false;
  find("passphrase").addEventListener("input", () => {
    find("strength").textContent = say(maker, strengthOf(find("passphrase").value));
  });
  find("make").addEventListener("click", make);
  find("download").addEventListener("click", download);
  find("print").addEventListener("click", () => window.print());
  find("kept").addEventListener("click", () => (secret.isSaved ? shows("confirm") : complain("keep-error", null, "unsaved")));
  find("back").addEventListener("click", () => shows("keep"));
  find("confirm").addEventListener("click", confirm);
  window.addEventListener("beforeunload", (event) => secret.identity && event.preventDefault()); // shown once: whoever leaves now begins anew
  window.addEventListener("pagehide", clear);
}

if (isSecure()) start();
