// The opening room of a holder: the key is opened here, the closing list and every capsule are checked, and only then the shares go out.
// Also keeps the room's own refreshing from taking away what somebody is typing.
import { publicKey, unwrapShare } from "../sealing/capsule.js";
import { isSecure } from "../keys/identity.js";
import { say, unlock } from "../keys/unlock.js";
import { fingerprintOf } from "../receipt/published.js";
import { rememberKey, rememberedKey } from "../receipt/remembered.js";
import { Mistrust, checkClosing, checkDocuments, checkHeader, checkKey, checkLog, shortName } from "./check.js";

let isBusy = false;

function isTyped(field) {
  if (field.type === "hidden") return false;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const fields = document.querySelectorAll("main input, main textarea");
  if (isBusy || [...fields].some(isTyped)) event.preventDefault();
});

// The site did not do what was asked; the message is its own sentence, empty when it gave none.
class Answered extends Error {}

async function ask(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" }, ...options }).catch(() => {
    throw new Answered("");
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.ok) return answer;
  const told = isJson ? await answer.json() : {};
  throw new Answered([told.text, told.next].filter(Boolean).join(" "));
}

// Shares by capsule, null where the part is not what the header promised; `seen` hears how many are done.
// Bidders write the parts as they like, so whatever goes wrong with one is of its capsule alone: no bidder keeps the others' bids shut.
export async function sharesFrom(capsules, headers, identity, seen) {
  const shares = {};
  const unusable = [];
  for (const [place, capsule] of capsules.entries()) {
    try {
      shares[capsule.sha256] = await unwrapShare(headers[place], identity);
    } catch {
      shares[capsule.sha256] = null;
      unusable.push(shortName(capsule));
    }
    seen(place + 1);
  }
  return { shares, unusable };
}

// A key file holds the log's key. Whoever has none compares its fingerprint with the card once; this browser remembers the key.
async function compareKey(root, part, log) {
  const known = rememberedKey();
  if (known === log.key) return;
  const word = known === null ? "compare" : "compare-other";
  part("compare-text").textContent = say(root, word, { given: fingerprintOf(log.key), known: fingerprintOf(known ?? "") });
  part("compare").hidden = false;
  part("compare").focus();
  await new Promise((resolve) => part("compare-yes").addEventListener("click", resolve, { once: true }));
  part("compare").hidden = true;
}

async function release(root, part, { identity, logKey }) {
  const terms = await (await ask(root.dataset.terms)).json();
  const documents = new Uint8Array(await (await ask(root.dataset.documents)).arrayBuffer());
  const given = await (await ask(root.dataset.capsules)).json();
  const own = await publicKey(identity);
  if (terms.tender !== root.dataset.tender) throw new Mistrust("list-elsewhere", { tender: terms.tender });
  checkKey(given.log, logKey);
  checkDocuments(documents, terms);
  checkClosing(given.closing, terms, given.capsules, Date.now());
  const logged = checkLog(given.log, given.closing, terms);
  const headers = given.capsules.map((capsule) => checkHeader(capsule, terms, own));
  if (logKey === null) await compareKey(root, part, given.log);
  rememberKey(given.log.key);
  part("checked").textContent = say(root, "checked", { total: headers.length, index: logged.index, publication: logged.published });
  part("bar").max = headers.length;
  const { shares, unusable } = await sharesFrom(given.capsules, headers, identity, (done) => {
    part("bar").value = done;
    part("progress-text").textContent = say(root, "unwrapping", { nth: done, total: headers.length });
  });
  if (unusable.length) {
    part("unusable").textContent = say(root, "unusable", { capsules: unusable.join(root.dataset.separator) });
    part("unusable").hidden = false;
    await new Promise((resolve) => {
      part("go-on").hidden = false;
      part("go-on").addEventListener("click", resolve, { once: true });
    });
  }
  part("progress-text").textContent = say(root, "sending");
  const answer = await ask(root.dataset.shares, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": root.dataset.token },
    body: JSON.stringify({ shares }),
  });
  return (await answer.json()).next;
}

// What the holder reads, of whatever went wrong: never nothing.
function sentenceOf(root, error) {
  if (error instanceof Answered) return error.message || say(root, "unreachable");
  if (error instanceof Mistrust) return `${say(root, error.word, error.details)} ${say(root, "nothing-released")}`;
  console.warn(error);
  return say(root, "unforeseen", { trouble: error?.name ?? "" });
}

async function work(root) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  document.querySelector("[data-needs]").hidden = true;
  const begins = part("progress-text").textContent;
  for (;;) {
    const opened = await unlock(root.querySelector("[data-unlock]"));
    isBusy = true;
    part("checked").textContent = ""; // nothing of an attempt before this one
    part("progress-text").textContent = begins;
    part("bar").value = 0;
    part("refusal").hidden = part("unusable").hidden = part("go-on").hidden = true;
    part("work").hidden = false;
    try {
      window.location.assign(await release(root, part, opened));
      return;
    } catch (error) {
      part("refusal").textContent = sentenceOf(root, error);
      part("refusal").hidden = false;
      part("refusal").focus();
    } finally {
      part("work").hidden = part("compare").hidden = true;
      isBusy = false;
    }
  }
}

const root = document.querySelector("[data-release]");
if (root && isSecure()) work(root);
