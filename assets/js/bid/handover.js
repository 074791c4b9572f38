// A draft from the clerk's machine to the signatory's: one file under a passphrase that goes another way.
import { page, say } from "./page.js";
import { download, make, noted, part } from "./dom.js";

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that look alike
const GROUPS = 5;

// 25 letters of 31: more than 120 bits, easy to say on the telephone.
function newPassphrase() {
  const letters = [];
  while (letters.length < GROUPS * 5) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) if (byte < 248) letters.push(LETTERS[byte % 31]);
  }
  return Array.from({ length: GROUPS }, (_none, group) => letters.slice(group * 5, group * 5 + 5).join("")).join("-");
}

export function offerHandOver({ engine, give, take, isEmpty }) {
  const told = part("handover-told");
  const tell = (kind, ...inside) => told.replaceChildren(noted(kind, "", ...inside));

  part("export").addEventListener("click", async ({ target }) => {
    target.disabled = true;
    tell("info", make("p", {}, say("exporting")));
    try {
      const passphrase = newPassphrase();
      const blob = await engine.call("handOver", { passphrase, ...(await give()) });
      download(blob, `linli-draft-${page.tender}.age`);
      tell("good", make("p", {}, say("exported")), make("p", {}, make("code", { class: "seal", "data-bid": "passphrase" }, passphrase)));
    } catch {
      tell("warn", make("p", {}, say("export_failed")));
    }
    target.disabled = false;
  });

  part("import").addEventListener("click", async ({ target }) => {
    const [file] = part("import-file").files;
    const passphrase = part("import-passphrase").value.trim().toLowerCase();
    if (!file || !passphrase) return tell("warn", make("p", {}, say("import_incomplete")));
    if (!isEmpty() && !confirm(say("import_replaces"))) return undefined;
    target.disabled = true;
    tell("info", make("p", {}, say("importing")));
    try {
      const found = await engine.call("takeOver", { passphrase, file });
      if (found.draft.tender !== page.tender || found.draft.bidder !== page.uscc) throw Object.assign(new Error(), { key: "import_other" });
      part("import-passphrase").value = part("import-file").value = "";
      tell("good", make("p", {}, say("imported")));
      await take(found);
    } catch (error) {
      tell("warn", make("p", {}, say(error.key ?? "import_no_draft")));
    }
    target.disabled = false;
    return undefined;
  });
}
