// A holder opens the test capsule of a tender in the browser and sends back the SHA-256 of what was in it,
// never the content: a capsule that is no rehearsal must not be opened for somebody else.
import { Decrypter, armor } from "age-encryption";
import { rememberKey } from "../receipt/remembered.js";
import { showFault } from "../keys/fault.js";
import { isSecure } from "../keys/identity.js";
import { say, unlock } from "../keys/unlock.js";
import { sha256hex } from "../sealing/bytes.js";

const FORMAT = "linli-rehearsal-2";

async function rehearse(root) {
  document.querySelector("[data-needs]").hidden = true;
  const { identity, logKey } = await unlock(root);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const capsule = armor.decode(document.querySelector("[data-capsule]").textContent.trim());
  const content = await decrypter.decrypt(capsule);
  const opened = JSON.parse(new TextDecoder().decode(content));
  const error = root.querySelector("[data-unlock-error]");
  const refuse = (word, field = null) => showFault(error, say(root, word), field);
  if (opened.format !== FORMAT || opened.tender !== root.dataset.tender) return refuse("elsewhere");
  // Better now than at the opening, when the same key would be refused. Without a key file nobody has compared it yet: it is not remembered.
  if (logKey !== null && logKey !== root.dataset.logKey) return refuse("other-log", root.querySelector("[data-unlock-file]"));
  if (logKey !== null) rememberKey(logKey);
  const form = document.querySelector("[data-answer-form] form");
  form.elements.answer.value = sha256hex(content);
  return form.submit();
}

const root = document.querySelector("[data-rehearsal] [data-unlock]");
if (root && isSecure()) rehearse(root);
