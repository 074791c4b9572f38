// Fetches a bid's PDF with the reader's own right to it and hands the bytes to a frame that has no right to anything (assets/js/pdf-viewer).
const frame = document.querySelector("[data-viewer]");
const state = document.querySelector("[data-state]");
const word = (name) => state.querySelector(`[data-word="${name}"]`);

function show(name, details = {}) {
  for (const one of state.querySelectorAll("[data-word]")) one.hidden = true;
  const sentence = word(name);
  sentence.textContent = Object.entries(details).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), sentence.textContent);
  sentence.hidden = false;
}

window.addEventListener("message", async (event) => {
  if (event.source !== frame.contentWindow) return;
  if (event.data.ready) {
    const answer = await fetch(frame.dataset.file, { credentials: "same-origin" });
    if (!answer.ok) return show("failed");
    const bytes = await answer.arrayBuffer();
    frame.contentWindow.postMessage(bytes, "*", [bytes]);
  } else if (event.data.failed) show("failed");
  else if (event.data.drawn < event.data.pages) show("partly", event.data);
  else show("done", event.data);
});
state.hidden = false;
frame.src = frame.dataset.viewer;
