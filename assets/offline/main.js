// The offline sealer: reads the terms from disk, seals the bid with the same modules as the bid page, and gives two files to save.
import * as library from "../js/bid-inspect/main.js";
import { inspect } from "../js/bid-worker/inspect.js";
import { download, make } from "../js/bid/dom.js";
import { filledRows, findGaps, readFields } from "../js/bid/gaps.js";
import { letters } from "../js/bid/names.js";
import { yuan } from "../js/bid/money.js";
import { Unpublished, checkPublished, fingerprintOf } from "../js/receipt/published.js";
import { hashOf, sha256hex } from "../js/sealing/bytes.js";
import { capsuleHash, newIdentity, openCapsule, pack, publicKey, sealBid, sealFile, unpack } from "../js/sealing/capsule.js";
import { drawCapsule, sizeText } from "./read.js";
import { WORDS, language, say, speak } from "./words.js";

const MOST_FEN = 10 ** 9;
const USCC = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const SECRET = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/m;
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;
const at = (id) => document.getElementById(id);
let terms = null;
let logged = null; // the publication's place in the public log
let builtFor = ""; // the tender documents for which the form stands: the same terms chosen again take nothing away
let files = []; // { kind, file, sha256, pages }
let made = null;

// --- the terms -------------------------------------------------------------------------------------------------------------

async function readTerms() {
  const [file] = at("terms").files;
  at("terms-error").textContent = "";
  if (!file) return;
  terms = null;
  try {
    const found = checkedTerms(JSON.parse(await file.text()));
    logged = checkPublished(found.log, found);
    checkLogKey(found.log.key, at("log-key").value);
    terms = found;
  } catch (error) {
    at("terms-error").textContent = error instanceof Unpublished ? say(error.word.replace("-", "_"), error.details) : say("no_terms");
  }
  at("form").hidden = !terms;
  at("result").hidden = true;
  at("terms-shown").replaceChildren();
  if (!terms) return;
  if (builtFor !== terms.documents) {
    builtFor = terms.documents;
    files = [];
    buildForm();
  }
  drawTerms();
}

// typed: the log's key line or its fingerprint, as the bidder has it from elsewhere; may be empty.
function checkLogKey(key, typed) {
  const known = typed.normalize("NFKC").replace(/\s/g, "");
  const given = fingerprintOf(key);
  if (known && known !== key && known.toLowerCase() !== given.replaceAll(" ", "")) throw new Unpublished("log-other", { given });
}

function checkedTerms(found) {
  const keys = found.holders.map(({ key }) => key);
  const sound =
    found.format === "linli-terms-1" && /^[0-9a-f]{64}$/.test(found.documents) && keys.every((key) => RECIPIENT.test(key)) &&
    new Set(keys).size === keys.length && found.threshold > 1 && found.threshold < keys.length && !Number.isNaN(Date.parse(found.deadline_at));
  if (!sound) throw new TypeError("not terms");
  return found;
}

const fingerprint = (key) => sha256hex(new TextEncoder().encode(key)).slice(0, 16).match(/.{4}/g).join(" ");

function drawTerms() {
  const deadline = new Date(terms.deadline_at);
  const shown = deadline.toLocaleString(language(), { timeZone: "Asia/Shanghai", dateStyle: "full", timeStyle: "medium" });
  const holders = terms.holders.map(({ key, seat, organisation }) => make("li", {}, make("span", { class: "seal" }, fingerprint(key)), ` ${seat} ${organisation}`));
  const rows = [
    [say("tender"), `${terms.tender} ${terms.title}`],
    [say("deadline"), shown + (deadline < new Date() ? say("closed") : "")],
    [say("documents"), make("span", { class: "seal" }, terms.documents)],
    [say("holders"), make("span", {}, say("holders_open", { count: terms.holders.length, threshold: terms.threshold }), make("ul", {}, ...holders))],
    [say("log"), make("span", {}, say("logged", { index: logged.index }), make("br"), say("log_key"), make("span", { class: "seal" }, fingerprintOf(terms.log.key)))],
  ];
  at("terms-shown").replaceChildren(make("dl", {}, ...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
}

// --- the form --------------------------------------------------------------------------------------------------------------

function buildForm() {
  at("passages").replaceChildren(
    ...terms.passages.map(({ code, label, guidance }) =>
      make("p", { class: "field" }, make("label", { for: `answer_${code}` }, label), make("span", { class: "hint" }, guidance), make("textarea", { id: `answer_${code}`, rows: 6 })),
    ),
  );
  at("kind").replaceChildren(...terms.kinds.map(({ value, label }) => make("option", { value }, label)));
  at("staffing").replaceChildren();
  for (let row = 0; row < 4; row += 1) addPost();
  drawHints();
  drawFiles();
}

function drawHints() {
  at("ceiling").textContent = terms.ceiling_fen === null ? "" : say("ceiling", { price: yuan(terms.ceiling_fen) });
  at("plan-hint").textContent = [terms.plan?.guidance, say("plan_hint", { least: terms.limits.plan_min, most: terms.limits.plan })].filter(Boolean).join(" ");
  at("files-hint").textContent = say("files_hint", { files: terms.limits.files, size: Math.floor(terms.limits.file_bytes / 1024 ** 2) });
}

function addPost() {
  const row = at("staffing").children.length;
  const cells = ["post", "people", "qualification"].map((name) =>
    make("td", {}, make("input", { id: `staffing-${row}-${name}`, autocomplete: "off", inputmode: name === "people" ? "numeric" : null, "aria-label": say("post_label", { number: row + 1, label: say(name) }) })),
  );
  at("staffing").append(make("tr", {}, ...cells));
}

function readForm() {
  const rows = [...at("staffing").children].map((_row, row) => Object.fromEntries(["post", "people", "qualification"].map((name) => [name, at(`staffing-${row}-${name}`).value])));
  return {
    price: at("price").value,
    project_manager: at("project_manager").value,
    plan: at("plan").value,
    answers: Object.fromEntries(terms.passages.map(({ code }) => [code, at(`answer_${code}`).value])),
    staffing: filledRows(rows),
    no_interest: at("no_interest").checked,
  };
}

// GB 32100: the eighteenth character makes the weighted sum a multiple of 31. A slip of the finger would make a bid of nobody's.
function hasCheckDigit(code) {
  let [sum, weight] = [0, 1];
  for (const character of code.slice(0, 17)) {
    sum += USCC_ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return (sum + USCC_ALPHABET.indexOf(code[17])) % 31 === 0;
}

// { bid, found }: the manifest's fields, and everything that is missing or wrong.
function readBid() {
  const { content, wrong } = readFields(readForm(), { plan: terms.limits.plan, price_fen: MOST_FEN });
  const bidder = at("bidder").value.normalize("NFKC").trim().toUpperCase();
  const version = Number(at("version").value.normalize("NFKC").trim());
  const enterprise = at("enterprise").value.trim();
  const names = letters(enterprise).length >= 2 ? [[letters(enterprise), enterprise]] : [];
  const known = new Set(wrong.map(({ field }) => field));
  const gaps = findGaps(content, { ceilingFen: terms.ceiling_fen, passages: terms.passages, names, planLeast: terms.limits.plan_min });
  const own = [];
  if (!USCC.test(bidder) || !hasCheckDigit(bidder)) own.push({ field: "bidder", key: "bidder_wrong" });
  if (!Number.isInteger(version) || version < 1 || version > 100_000) own.push({ field: "version", key: "version_wrong" });
  const found = [...own, ...wrong, ...gaps.filter(({ field }) => !known.has(field))];
  return { bid: { ...content, bidder, version }, found };
}

function sentence({ key, values = {}, label, at: place = "" }) {
  const shown = label === undefined ? values : { ...values, label: label in WORDS ? say(label) : terms.passages.find(({ code }) => `answer_${code}` === label)?.label };
  const text = say(key, { least: terms.limits.plan_min, ...shown });
  const row = place.match(/^staffing-(\d+)-/)?.[1];
  return row ? say("in_row", { number: Number(row) + 1, text }) : text;
}

function showErrors(found) {
  const place = at("errors");
  place.hidden = !found.length;
  const links = found.map((one) => {
    const id = one.at ?? (one.field === "staffing" ? "staffing-0-post" : one.field);
    return make("li", {}, make("a", { href: `#${id}`, click: (event) => (event.preventDefault(), at(id)?.focus()) }, sentence(one)));
  });
  place.replaceChildren(make("p", {}, say("fix")), make("ul", {}, ...links));
  if (found.length) place.focus();
}

// --- files -----------------------------------------------------------------------------------------------------------------

async function addFiles() {
  const chosen = [...at("file").files];
  const kind = at("kind").value;
  at("file-error").replaceChildren();
  for (const file of chosen) {
    at("progress").textContent = say("checking_file", { name: file.name });
    try {
      if (files.length >= terms.limits.files) throw Object.assign(new Error(), { key: "too_many_files", values: terms.limits });
      const { pages } = await inspect(file, terms.limits.file_bytes, async () => library);
      const sha256 = await hashOf(file);
      if (files.some((one) => one.sha256 === sha256)) throw Object.assign(new Error(), { key: "file_twice", values: { name: file.name } });
      files.push({ kind, file, sha256, pages });
    } catch (error) {
      at("file-error").append(make("div", {}, error.key ? say(error.key, error.values) : error.message));
    }
  }
  at("progress").textContent = "";
  at("file").value = "";
  drawFiles();
}

function drawFiles() {
  const labels = Object.fromEntries(terms.kinds.map(({ value, label }) => [value, label]));
  at("files").replaceChildren(
    ...files.map(({ kind, file, pages }, place) => {
      const facts = [labels[kind], sizeText(file.size), pages ? say("pages", { number: pages }) : ""].filter(Boolean).join(" · ");
      const drop = () => (files.splice(place, 1), drawFiles());
      return make("li", {}, make("span", {}, file.name), make("span", { class: "hint" }, facts), make("button", { type: "button", class: "link", "aria-label": say("remove_named", { name: file.name }), click: drop }, say("remove")));
    }),
  );
}

// --- sealing ---------------------------------------------------------------------------------------------------------------

async function sealAll(event) {
  event.preventDefault();
  const { bid, found } = readBid();
  showErrors(found);
  if (found.length) return;
  at("make").disabled = true;
  const tell = (key, values) => (at("progress").textContent = say(key, values));
  try {
    const identity = await newIdentity();
    const key = await publicKey(identity);
    const sealed = [];
    for (const { kind, file } of files) {
      sealed.push(await sealFile(key, kind, file, (share) => tell("sealing_file", { name: file.name, percent: Math.floor(share * 100) })));
    }
    const holders = terms.holders.map((holder) => holder.key);
    const capsule = await sealBid({ tender: terms.tender, documents: terms.documents, threshold: terms.threshold, holders }, bid, sealed, identity);
    tell("reopening");
    const whole = pack(capsule);
    const read = await readCapsule(whole, identity);
    made = { whole, identity, hash: read.hash, key, bid, tender: terms.tender };
    at("read").replaceChildren(drawCapsule(read, terms));
    at("save-sealed").disabled = true;
    at("form").hidden = true;
    at("result").hidden = false;
    tell("done");
    at("result").querySelector("h2").focus();
  } catch (error) {
    tell("failed", { why: error.message });
  } finally {
    at("make").disabled = false;
  }
}

// What stands in a sealed file, opened as the bureau's side will open it, each file looked into again.
async function readCapsule(whole, identity) {
  const { header, headerBytes, blobs } = await unpack(whole);
  const { manifest, files: inside } = await openCapsule(header, blobs, identity);
  const pages = [];
  for (const { name, blob } of inside) pages.push((await inspect(new File([blob], name), blob.size, async () => library)).pages);
  return { header, manifest, files: inside, pages, hash: capsuleHash(headerBytes), fingerprints: header.holders.map((holder) => fingerprint(holder.key)) };
}

function saveRecovery() {
  const told = WORDS.recovery.flatMap((text) => text.split("\n"));
  const { identity, hash, key, bid, tender } = made;
  const facts = [`tender: ${tender}`, `bidder: ${bid.bidder}`, `version: ${bid.version}`, `capsule: ${hash}`, `key: ${key}`];
  const text = [...[...told, ...facts].map((line) => `# ${line}`), identity, ""].join("\n");
  download(new Blob([text], { type: "text/plain;charset=utf-8" }), `linli-recovery-${tender}-${bid.version}.txt`);
  at("save-sealed").disabled = false;
}

// --- a finished file -------------------------------------------------------------------------------------------------------

const FAULTS = { "wrong-key": "wrong_key", changed: "changed", "not-sealed": "not_sealed" };

async function check() {
  const [[whole], [recovery]] = [at("check-sealed").files, at("check-recovery").files];
  at("check-error").textContent = "";
  at("check-read").replaceChildren();
  if (!whole || !recovery) {
    at("check-error").textContent = say("need_both");
    return;
  }
  const found = SECRET.exec(await recovery.text());
  if (!found) {
    at("check-error").textContent = say("no_recovery");
    return;
  }
  try {
    at("check-read").replaceChildren(drawCapsule(await readCapsule(whole, found[0]), terms ?? {}));
  } catch (error) {
    at("check-error").textContent = error.values ? say(error.key, error.values) : say(FAULTS[error.kind] ?? "not_sealed");
  }
}

// --- the page --------------------------------------------------------------------------------------------------------------

function switchLanguage() {
  speak(language() === "en" ? "zh" : "en");
  const isEnglish = language() === "en";
  document.documentElement.lang = language();
  document.title = isEnglish ? "Seal a bid offline · Linli" : "离线封标 · 邻里";
  for (const part of document.querySelectorAll("[data-en]")) {
    part.dataset.zh ??= part.textContent;
    part.textContent = isEnglish ? part.dataset.en : part.dataset.zh;
  }
  at("language").textContent = isEnglish ? "中文" : "English";
  at("language").lang = isEnglish ? "zh-CN" : "en";
  if (!terms) return;
  drawTerms();
  drawHints();
  drawFiles();
}

at("language").addEventListener("click", switchLanguage);
// The reader's first language of the two, as on the site; Chinese when it is neither.
if (navigator.languages.find((one) => /^(zh|en)\b/i.test(one))?.toLowerCase().startsWith("en")) switchLanguage();
if (!window.isSecureContext || !crypto.subtle) {
  at("unable").hidden = false;
  at("terms").disabled = true;
}
at("terms").addEventListener("change", readTerms);
at("log-key").addEventListener("change", readTerms);
at("add-post").addEventListener("click", addPost);
at("file").addEventListener("change", addFiles);
at("form").addEventListener("submit", sealAll);
at("save-recovery").addEventListener("click", saveRecovery);
at("save-sealed").addEventListener("click", () => download(made.whole, `${made.tender}-${made.bid.version}.sealed`));
at("back").addEventListener("click", () => {
  at("result").hidden = true;
  at("form").hidden = false;
});
at("check-open").addEventListener("click", check);
