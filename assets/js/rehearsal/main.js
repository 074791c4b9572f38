// A holder opens the test capsule of a tender in the browser and sends back the random value that was in it.
import { Decrypter, armor } from "age-encryption";
import { isSecure } from "../keys/identity.js";
import { say, unlock } from "../keys/unlock.js";

const FORMAT = "linli-rehearsal-1";

async function rehearse(root) {
  document.querySelector("[data-needs]").hidden = true;
  const identity = await unlock(root);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const capsule = armor.decode(document.querySelector("[data-capsule]").textContent.trim());
  const opened = JSON.parse(await decrypter.decrypt(capsule, "text"));
  const error = root.querySelector("[data-unlock-error]");
  if (opened.format !== FORMAT || opened.tender !== root.dataset.tender) {
    error.textContent = say(root, "elsewhere");
    error.hidden = false;
    return;
  }
  const form = document.querySelector("[data-answer-form] form");
  form.elements.answer.value = opened.answer;
  form.submit();
}

const root = document.querySelector("[data-rehearsal] [data-unlock]");
if (root && isSecure()) rehearse(root);
