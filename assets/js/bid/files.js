// The bid's files: looked into, encrypted, kept on this machine as ciphertext, and sent while the bidder goes on typing.
import { page, joined, say, sizeText } from "./page.js";
import { announce, make, part } from "./dom.js";
import { send, takeBack } from "./upload.js";

const LONGEST_NAME = 200;
const REST = 500; // milliseconds between two drawings of a progress bar
const UNSENT = new Set(["file_waiting", "file_sending", "file_offline"]);
const renamed = (file) => new File([file], [...file.name].filter((letter) => letter >= " ").slice(-LONGEST_NAME).join(""));

export class Files {
  #engine;
  #store;
  #identity;
  #changed;
  #sending = Promise.resolve();
  #list = part("file-list");
  #isLost = !navigator.onLine;
  entries = [];

  // identity: gives the bid's own secret; changed: called when what is to be kept of the files has changed.
  constructor({ engine, store, identity, changed }) {
    this.#engine = engine;
    this.#store = store;
    this.#identity = identity;
    this.#changed = changed;
    part("file-input").addEventListener("change", async ({ target }) => {
      const chosen = [...target.files];
      target.value = "";
      this.#tell([]);
      for (const file of chosen) await this.add(file);
    });
    for (const name of ["offline", "online"]) addEventListener(name, () => this.#lost(!navigator.onLine));
    addEventListener("beforeunload", (event) => this.isBusy() && event.preventDefault());
  }

  // Whether a file would be lost if the page were closed now: one that is not yet kept as ciphertext.
  isBusy() {
    return this.entries.some(({ object }) => !object);
  }

  // What the draft keeps of them.
  kept() {
    return this.entries
      .filter(({ object }) => object)
      .map(({ kind, name, size, sha256, pages, object, place, arrived }) => ({
        ...{ kind, name, size, sha256, pages, place, arrived },
        object: { sha256: object.sha256, size: object.size },
      }));
  }

  async restore(kept) {
    for (const one of kept) {
      const blob = await this.#store.object(one.object.sha256);
      if (!blob) {
        this.#tell([say("file_lost", { name: one.name })]);
        continue;
      }
      const entry = { ...one, object: { ...one.object, blob } };
      this.#draw(entry);
      this.#send(entry);
    }
  }

  async add(given, kind = this.#nextKind()) {
    const file = renamed(given);
    if (this.entries.length >= page.limits.files) return this.#tell([say("too_many_files", { most: page.limits.files })]);
    const entry = { kind, name: file.name, size: file.size, pages: null, arrived: false };
    this.#draw(entry);
    entry.ready = this.#prepare(entry, file);
    return entry.ready.then(() => void this.#send(entry), () => {}); // what is wrong with it stands at the field
  }

  async #prepare(entry, file) {
    this.#state(entry, "file_checking");
    try {
      entry.pages = (await this.#engine.call("inspect", { file, limit: page.limits.file_bytes })).pages;
      const identity = await this.#identity();
      await this.#seal(entry, { identity, kind: entry.kind, file });
    } catch (error) {
      this.#forget(entry);
      this.#tell([say(error.key ?? "file_not_sealed", error.values ?? { name: file.name })]);
      throw Object.assign(error, { field: "files" });
    }
  }

  // Every file's ciphertext under another key; nothing changes until it is adopted.
  async resealed(old, identity) {
    const made = [];
    for (const entry of [...this.entries].filter(({ object }) => object)) {
      const { kind, name, size, object } = entry;
      const seen = (progress) => this.#state(entry, "file_sealing", progress);
      const sealed = await this.#engine.call("reseal", { old, identity, kind, name, size, blob: object.blob }, seen);
      made.push([entry, await this.#kept(sealed.object)]);
    }
    return made;
  }

  // Goes on with what resealed() made. Gives the hashes that nothing needs any more.
  adopt(made) {
    return made.map(([entry, object]) => {
      if (!this.entries.includes(entry)) return object.sha256;
      const { sha256 } = entry.object;
      entry.controller?.abort();
      Object.assign(entry, { object, place: null, arrived: false });
      this.#send(entry);
      return sha256;
    });
  }

  // Once more whatever the server did not take.
  retry() {
    for (const entry of this.entries) if (entry.state === "file_failed") this.#send(entry);
  }

  // When all have been encrypted and have arrived; fails with the first that can't.
  async settled() {
    await Promise.all(this.entries.map(({ ready }) => ready));
    await Promise.all(this.entries.map(({ done }) => done));
  }

  async drop() {
    for (const entry of [...this.entries]) await this.#remove(entry);
  }

  #nextKind() {
    const [first] = page.kinds;
    return this.entries.some(({ kind }) => kind === first.value) ? page.kinds.at(-1).value : first.value;
  }

  async #seal(entry, given) {
    this.#state(entry, "file_sealing", 0);
    const { sha256, object } = await this.#engine.call("seal", given, (progress) => this.#state(entry, "file_sealing", progress));
    if (this.entries.some((other) => other.sha256 === sha256)) throw Object.assign(new Error(), { key: "file_twice", values: { name: entry.name } });
    Object.assign(entry, { sha256, object: await this.#kept(object) });
    await this.#changed();
  }

  // The ciphertext as it lies on the disk: what was made in memory can be let go, so that ten large files take no more of it than one.
  async #kept(object) {
    await this.#store.keepObject(object.sha256, object.blob);
    return { ...object, blob: await this.#store.object(object.sha256) };
  }

  #send(entry) {
    if (entry.arrived) {
      this.#state(entry, "file_arrived");
      return (entry.done = Promise.resolve());
    }
    const controller = (entry.controller = new AbortController());
    this.#state(entry, this.#isLost ? "file_offline" : "file_waiting");
    entry.done = this.#sending.then(() => {
      if (controller.signal.aborted) return undefined;
      return send(entry.object, entry.place, {
        signal: controller.signal,
        onPlace: (place) => {
          entry.place = place;
          this.#changed();
        },
        onProgress: (progress) => {
          if (!navigator.onLine) return; // what the system took is not on its way
          this.#lost(false);
          this.#state(entry, "file_sending", progress);
        },
        onWaiting: () => this.#lost(true),
      });
    });
    entry.done = entry.done.then(
      async () => {
        if (controller.signal.aborted) return;
        entry.arrived = true;
        this.#state(entry, "file_arrived");
        announce(say("file_arrived_name", { name: entry.name }));
        await this.#changed();
      },
      (error) => {
        if (controller.signal.aborted) return;
        const text = error.reason ? joined(error.reason) : say("upload_failed");
        this.#state(entry, "file_failed");
        entry.problem.textContent = text;
        announce(text);
        throw Object.assign(new Error(text), { field: "files" });
      },
    );
    this.#sending = entry.done.catch(() => {}); // shown above; the next file's turn comes all the same
    return entry.done.catch(() => {});
  }

  // The connection is one for all: those whose turn has not come wait for it too.
  #lost(isLost) {
    if (isLost === this.#isLost) return;
    this.#isLost = isLost;
    const unsent = this.entries.filter(({ state }) => UNSENT.has(state));
    for (const entry of unsent) this.#state(entry, isLost ? "file_offline" : "file_waiting");
    if (isLost && unsent.length) announce(say("file_offline"));
  }

  async #remove(entry) {
    entry.controller?.abort();
    this.#forget(entry);
    if (entry.object) await this.#store.dropObject(entry.object.sha256);
    if (entry.place) takeBack(entry.place);
    await this.#changed();
  }

  #forget(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    entry.item.remove();
    this.#list.hidden = !this.entries.length;
  }

  #tell(sentences) {
    const lines = sentences.map((text) => make("p", { class: "govuk-error-message" }, make("span", { class: "govuk-visually-hidden" }, say("error")), text));
    const group = document.querySelector("[data-error='files']");
    group.append(...lines);
    if (!sentences.length) group.replaceChildren();
    group.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", group.childElementCount > 0);
    if (sentences.length) announce(sentences.join(""));
  }

  #draw(entry) {
    const options = page.kinds.map(({ value, label }) => make("option", { value, selected: value === entry.kind }, label));
    const choose = ({ target }) => {
      entry.kind = target.value;
      this.#changed();
    };
    entry.status = make("span", { class: "meta" });
    entry.bar = make("progress", { class: "progress", max: "1", value: "0", "aria-label": say("progress_of", { name: entry.name }) });
    entry.problem = make("p", { class: "govuk-error-message" });
    const kind = make("select", { class: "govuk-select", "aria-label": say("kind_of", { name: entry.name }), change: choose }, ...options);
    const remove = () => this.#remove(entry).then(() => part("file-input").focus());
    const button = make("button", { type: "button", class: "govuk-button govuk-button--secondary", click: remove }, say("remove_file"), make("span", { class: "govuk-visually-hidden" }, entry.name));
    entry.item = make("li", {}, make("span", { class: "file-name" }, entry.name), entry.status, entry.bar, entry.problem, make("div", { class: "file-tools" }, kind, button));
    this.entries.push(entry);
    this.#list.hidden = false;
    this.#list.append(entry.item);
  }

  #state(entry, key, progress) {
    const now = performance.now();
    if (entry.state === key && progress !== undefined && progress < 1 && now - entry.drawn < REST) return;
    Object.assign(entry, { state: key, drawn: now });
    const pages = entry.pages ? say("pages", { number: entry.pages }) : "";
    const percent = progress === undefined ? "" : `${Math.floor(progress * 100)}%`;
    entry.status.textContent = [sizeText(entry.size), pages, [say(key), percent].filter(Boolean).join(" ")].filter(Boolean).join(" · ");
    entry.bar.hidden = progress === undefined;
    entry.bar.value = progress ?? 0;
    entry.problem.textContent = "";
  }
}
