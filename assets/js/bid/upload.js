// Ciphertext on its way to the server, in pieces that go on where they stopped: after a lost connection, and after a closed laptop.
import { Upload } from "tus-js-client";
import { page } from "./page.js";

const PIECE = 4 * 1024 * 1024;
const SOON = [0, 1000, 3000];
const LATER = 10_000;
const WORTH_ANOTHER_TRY = new Set([0, 409, 423, 429, 500, 502, 503, 504]);

// Resolves when the server has the whole object. Rejects with an error that has .reason { text, next, basis } when the server refuses it.
// heard: { onPlace(address), onProgress(0…1), onWaiting() }; signal aborts.
export async function send(object, place, { onPlace, onProgress, onWaiting, signal }) {
  for (;;) {
    try {
      return await attempt(object, place, { onPlace: (address) => onPlace((place = address)), onProgress, signal });
    } catch (error) {
      const status = statusOf(error);
      if (signal.aborted || !WORTH_ANOTHER_TRY.has(status)) throw refusalOf(error);
      onWaiting();
      await online(signal);
    }
  }
}

// A file that was removed: the server need not keep what was sent of it. What it could not be told it clears away after the closing.
export async function takeBack(place) {
  try {
    await fetch(place, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": page.csrf } });
  } catch {
    // no connection
  }
}

function attempt({ blob, sha256 }, place, { onPlace, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(blob, {
      endpoint: page.urls.objects,
      uploadUrl: place ?? null,
      chunkSize: PIECE,
      metadata: { sha256 },
      headers: { "X-CSRFToken": page.csrf },
      retryDelays: SOON,
      storeFingerprintForResuming: false, // its own notes would hold what we keep encrypted
      onShouldRetry: (error) => WORTH_ANOTHER_TRY.has(statusOf(error)),
      onUploadUrlAvailable: () => onPlace(upload.url),
      onProgress: (sent, whole) => onProgress(sent / whole),
      onSuccess: resolve,
      onError: reject,
    });
    signal.addEventListener("abort", () => upload.abort().finally(() => reject(new DOMException("aborted", "AbortError"))), { once: true });
    upload.start();
  });
}

const statusOf = (error) => error.originalResponse?.getStatus() ?? (error.originalRequest ? 0 : -1);

// The server's own sentence, when it sent one.
function refusalOf(error) {
  try {
    error.reason = JSON.parse(error.originalResponse.getBody());
  } catch {
    error.reason = null; // not an answer of ours: signed out, or something between us and the server
  }
  return error;
}

function online(signal) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, LATER);
    addEventListener("online", over);
    signal.addEventListener("abort", over, { once: true });
  });
}
