// Draws a bid's PDF inside a sandboxed frame of its own: the frame has no origin, so whatever the file does reaches nothing of the site.
// The page around it (assets/js/pdf-preview/main.js) hands the bytes over; page after page is drawn as a picture.
import { VerbosityLevel, getDocument } from "unpdf/pdfjs";

const PAGES = 60;
const WIDTH = 1000;
const place = document.querySelector("[data-pages]");

async function draw(bytes) {
  const file = await getDocument({ data: bytes, isEvalSupported: false, enableXfa: false, disableFontFace: true, useSystemFonts: false, verbosity: VerbosityLevel.ERRORS }).promise;
  const count = Math.min(file.numPages, PAGES);
  for (let number = 1; number <= count; number += 1) {
    const page = await file.getPage(number);
    const natural = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: WIDTH / natural.width });
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height) });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", place.dataset.page.replace("{number}", number).replace("{count}", file.numPages));
    place.append(canvas);
    await page.render({ canvas, canvasContext: canvas.getContext("2d"), viewport }).promise;
    page.cleanup();
  }
  return { drawn: count, pages: file.numPages };
}

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || !(event.data instanceof ArrayBuffer)) return;
  try {
    window.parent.postMessage(await draw(new Uint8Array(event.data)), "*");
  } catch {
    window.parent.postMessage({ failed: true }, "*");
  }
});
window.parent.postMessage({ ready: true }, "*");
