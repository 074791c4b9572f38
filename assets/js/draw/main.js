// A random value that stays with its maker, and the commitment that is handed in (app/tenders/draw/seeds.py contribution_hash).
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function start(box) {
  const { tender, round, side, file } = box.dataset;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const field = document.getElementById("committed");

  async function make() {
    const value = hex(crypto.getRandomValues(new Uint8Array(32)));
    const text = `linli-draw/1\n${tender}\n${round}\n${side}\n${value}\n`;
    field.value = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    find("value").textContent = value;
    const link = find("save");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([`${value}\n`], { type: "text/plain" }));
    link.download = file;
    find("made").hidden = false;
    link.focus();
  }

  find("make").addEventListener("click", make);
  box.hidden = false;
}

const box = document.querySelector("[data-promise]");
if (box && globalThis.crypto?.subtle) start(box);
