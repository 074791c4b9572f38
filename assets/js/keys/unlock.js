// Wires the small form of components/unlock.html: a key file with its passphrase, or the 24 characters, or AGE-SECRET-KEY-1….
// The fields have no names, so that no form can send them; what was typed is cleared once the key is open.
import { showFault } from "./fault.js";
import { openKey } from "./file.js";
import { KeyProblem, identityOfText, recipientOf } from "./identity.js";

export function say(root, word, details = {}) {
  const sentence = root.querySelector(`[data-word="${word}"]`).textContent.trim();
  return Object.entries(details).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), sentence);
}

// { identity, logKey }, once the person has opened a key that is one of those in data-recipients (any key when there are none).
// logKey: the public log's, from the key file; null when there is none in it, or no file.
export function unlock(root) {
  const parts = Object.fromEntries(["file", "passphrase", "text", "error", "busy", "open"].map((name) => [name, root.querySelector(`[data-unlock-${name}]`)]));
  const expected = (root.dataset.recipients ?? "").split(" ").filter(Boolean);
  root.hidden = false;
  return new Promise((resolve) => {
    const ending = new AbortController();
    const options = { signal: ending.signal };
    const tryIt = async () => {
      showFault(parts.error);
      parts.open.disabled = true;
      parts.busy.hidden = false;
      try {
        const opened = await read(parts, expected);
        if (expected.length && !expected.includes(await recipientOf(opened.identity))) throw new KeyProblem("other");
        for (const field of [parts.file, parts.passphrase, parts.text]) field.value = "";
        ending.abort();
        resolve(opened);
      } catch (problem) {
        const { word, details } = problem instanceof KeyProblem ? problem : unforeseen(problem);
        showFault(parts.error, say(root, word, details), fieldOf(word, parts));
      } finally {
        parts.busy.hidden = true;
        parts.open.disabled = false;
      }
    };
    parts.open.addEventListener("click", tryIt, options);
    parts.passphrase.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), tryIt()), options);
  });
}

// A fault of this program or of the browser: the person has to hear that nothing happened, and of what name it was.
function unforeseen(problem) {
  console.warn(problem);
  return { word: "key-trouble", details: { trouble: problem?.name ?? "" } };
}

// The field that a problem of a key speaks of.
function fieldOf(word, parts) {
  if (word === "wrong" || word === "passphrase") return parts.passphrase;
  const isOfText = !parts.file.files.length && word !== "nothing";
  return isOfText ? parts.text : parts.file;
}

async function read(parts, expected) {
  if (parts.file.files.length) return openKey(parts.file.files[0], parts.passphrase.value);
  if (parts.text.value.trim()) return { identity: await identityOfText(parts.text.value, expected), logKey: null };
  throw new KeyProblem("nothing");
}
