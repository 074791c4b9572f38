"""Sealing 50 MB in Chromium with the bid page's own worker, beside the browser's bare hashing of the same bytes."""

import functools
import json
import re
import shutil
import statistics
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MEGABYTES = 50
ROUNDS = 5
TARGET_MB_A_SECOND = 20
BUILT = Path(__file__).resolve().parent.parent / "app" / "static" / "build"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SEAL = """async ([worker, inspect, megabytes, rounds]) => {
  const running = new Worker(worker, { type: "module" });
  const waiting = new Map();
  running.onmessage = ({ data }) => data.progress === undefined && waiting.get(data.id)(data);
  running.postMessage({ inspect });
  const call = (task, given) => new Promise((resolve, reject) => {
    waiting.set(waiting.size + 1, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
    running.postMessage({ id: waiting.size, task, given });
  });
  const part = new Uint8Array(1024 * 1024);
  for (let at = 0; at < part.length; at += 65536) crypto.getRandomValues(part.subarray(at, at + 65536));
  const file = new File(Array(megabytes).fill(part), "bid.pdf");
  const identity = await call("identity");
  const found = [];
  for (let round = 0; round < rounds; round += 1) {
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last - 20); last = now; }, 20);
    const begun = performance.now();
    const sealed = await call("seal", { identity, kind: "other", file });
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(watch);
    const opening = performance.now();
    const { name, size } = file;
    await call("reseal", { old: identity, identity, kind: "other", name, size, blob: sealed.object.blob });
    const again = (performance.now() - opening) / 1000;
    const hashing = performance.now();
    await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    found.push({ seconds, again, longest, bare: (performance.now() - hashing) / 1000 });
  }
  return found;
}"""


def measure_sealing() -> dict:
    """Megabytes a second from the file to its ciphertext and hashes; `frozen_ms`: how long the page itself could not answer, at worst."""
    from playwright.sync_api import sync_playwright

    names = json.loads((BUILT / "manifest.json").read_text())
    with served(BUILT) as address, sync_playwright() as playwright:
        path = next(found for name in BROWSERS if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.goto(f"{address}/manifest.json")
        asked = [f"{address}/{names['bid-worker.js']}", f"{address}/{names['bid-inspect.js']}", MEGABYTES, ROUNDS]
        rounds = page.evaluate(SEAL, asked)
        version = re.sub(r"^\D*", "", browser.version)
        browser.close()
    seconds = statistics.median(one["seconds"] for one in rounds)
    return {
        "megabytes": MEGABYTES,
        "chromium": version,
        "seconds": round(seconds, 2),
        "limit_seconds": MEGABYTES / TARGET_MB_A_SECOND,
        "mb_a_second": round(MEGABYTES / seconds, 1),
        "open_and_seal_again_seconds": round(statistics.median(one["again"] for one in rounds), 2),
        "bare_hash_seconds": round(statistics.median(one["bare"] for one in rounds), 2),
        "frozen_ms": round(max(one["longest"] for one in rounds)),
    }


@contextmanager
def served(folder: Path):
    """The folder on an address of this machine: a browser gives workers and cryptography to localhost, not to a file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments) -> None:
        """The benchmark prints its figures, not each request."""
