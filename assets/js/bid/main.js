// The bid page: everything is written, checked, encrypted and opened again here; only ciphertext, hashes and a header leave this machine.
import { Refused, page, say } from "./page.js";
import { rememberKey } from "../receipt/remembered.js";
import { announce, part, show } from "./dom.js";
import { startCountdown } from "./countdown.js";
import { Draft, draftName } from "./draft.js";
import { Engine } from "./engine.js";
import { Files } from "./files.js";
import { BidForm } from "./form.js";
import { findGaps, readFields } from "./gaps.js";
import { offerHandOver } from "./handover.js";
import { Review } from "./review.js";

const REST = 400; // milliseconds without a key before the draft is kept

class BidPage {
  #store;
  #engine = new Engine(page.urls);
  #form;
  #files;
  #review;
  #identity = null;
  #version = page.version;
  #documents = null; // the tender documents' hash that was last checked against
  #timer = 0;
  #making = null; // a key that is being made, with what has to be encrypted to it

  constructor(store) {
    this.#store = store;
    this.#form = new BidForm(() => this.#typed());
    this.#files = new Files({ engine: this.#engine, store, identity: () => this.#ownIdentity(), changed: () => this.#save() });
    this.#review = new Review({ engine: this.#engine, onSubmitted: (capsule) => this.#save(capsule) });
    part("check").addEventListener("click", () => this.#check());
    part("forget").addEventListener("click", () => this.#forget());
    offerHandOver({
      engine: this.#engine,
      give: () => this.#give(),
      take: (found) => this.#take(found),
      isEmpty: () => this.#form.isEmpty() && !this.#files.entries.length,
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.#timer && this.#save());
  }

  async restore() {
    let kept;
    try {
      kept = await this.#store.load();
    } catch {
      this.#saved(say("draft_unreadable"));
      return;
    }
    if (!kept) return;
    this.#identity = kept.identity;
    this.#version = kept.version;
    this.#documents = kept.documents;
    this.#form.write(kept.fields);
    await this.#files.restore(kept.files);
    this.#saved(say("draft_restored"));
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), REST);
  }

  // The draft as it stands; capsule: of a submission that was just accepted.
  async #save(capsule = null) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const kept = {
      ...{ fields: this.#form.read(), files: this.#files.kept(), capsule },
      ...{ identity: this.#identity, version: this.#version, documents: this.#documents },
    };
    try {
      await this.#store.save(kept);
      this.#saved(say("draft_saved", { time: new Date().toLocaleTimeString(page.language, { hour: "2-digit", minute: "2-digit" }) }));
    } catch {
      this.#saved(say("draft_not_saved"));
    }
  }

  #saved(text) {
    part("draft-state").textContent = text;
  }

  // One key a version: after a submission the next one begins with a fresh key. Asked twice at once, it is made once.
  async #ownIdentity() {
    if (this.#identity === null || this.#version !== page.version) {
      this.#making ??= (this.#identity === null ? this.#begin() : this.#renew()).finally(() => (this.#making = null));
      await this.#making;
    }
    return this.#identity;
  }

  async #begin() {
    this.#identity = await this.#engine.call("identity");
    this.#version = page.version;
    await this.#save();
  }

  async #renew() {
    const identity = await this.#engine.call("identity");
    const made = await this.#files.resealed(this.#identity, identity);
    this.#identity = identity;
    this.#version = page.version;
    const old = this.#files.adopt(made);
    await this.#save();
    for (const sha256 of old) await this.#store.dropObject(sha256);
  }

  async #check() {
    const { content, wrong } = readFields(this.#form.read(), page.limits);
    const known = new Set(wrong.map(({ field }) => field));
    const terms = { ceilingFen: page.ceiling_fen, passages: page.passages, names: page.names, planLeast: page.limits.plan_min };
    const gaps = findGaps(content, terms).filter(({ field }) => !known.has(field));
    const found = [...wrong, ...gaps].sort((one, other) => place(one) - place(other));
    this.#form.showErrors(found);
    if (found.length) return;
    const button = part("check");
    button.disabled = true;
    try {
      this.#step("step_files");
      const identity = await this.#ownIdentity();
      this.#files.retry();
      await this.#files.settled();
      this.#step("step_sealing");
      const files = this.#files.entries;
      const seen = (progress) => (part("check-progress").textContent = `${Math.floor(progress * 100)}%`);
      this.#documents = await this.#review.start({ content, files, identity, knownDocuments: this.#documents, seen });
      this.#step(null);
      await this.#save();
    } catch (error) {
      if (error instanceof Refused) this.#refuse(error);
      else this.#step(error.field === "files" ? "files_not_sent" : "not_sealed");
    } finally {
      button.disabled = false;
    }
  }

  #step(key) {
    this.#tell(key ? say(key) : "");
  }

  #tell(text) {
    part("check-state").textContent = text;
    part("check-progress").textContent = "";
    show("log-accept", false);
    announce(text);
  }

  // Nothing is sealed, and nothing typed is lost. Another key of the log is taken only by somebody who has compared it.
  #refuse({ message, logKey }) {
    this.#tell(message);
    if (!logKey) return;
    show("log-accept");
    part("log-accept").onclick = () => {
      rememberKey(logKey);
      this.#check();
    };
  }

  async #give() {
    const files = this.#files.entries.map(({ kind, name, size, sha256, object }) => ({ kind, name, size, sha256, blob: object.blob }));
    return { draft: { tender: page.tender, bidder: page.uscc, fields: this.#form.read() }, files, identity: this.#identity };
  }

  async #take({ draft, files }) {
    await this.#files.drop();
    this.#identity = null;
    this.#form.write(draft.fields);
    await this.#save();
    for (const { kind, file } of files) this.#files.add(file, kind);
  }

  async #forget() {
    if (!confirm(say("forget_sure"))) return;
    clearTimeout(this.#timer);
    await this.#files.drop();
    await this.#store.clear();
    location.reload();
  }
}

// Where a finding's field stands on the page.
const ORDER = ["price", "plan", ...page.passages.map(({ code }) => `answer_${code}`), "project_manager", "staffing", "no_interest"];
const place = ({ field }) => ORDER.indexOf(field);

// One window at a time: two would write over each other's draft.
function holdAlone(name) {
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
  });
}

async function start() {
  if (!window.isSecureContext || !crypto.subtle || !window.indexedDB || !navigator.locks) {
    show("no-crypto");
    part("offline").open = true;
    return;
  }
  const name = draftName(page.owner, page.tender);
  if (!(await holdAlone(name))) {
    show("second-window");
    return;
  }
  let store;
  try {
    store = await Draft.open(name);
  } catch {
    show("no-storage");
    part("offline").open = true;
    return;
  }
  const bid = new BidPage(store);
  await bid.restore();
  show("form");
  document.documentElement.dataset.bidReady = "";
}

show("no-script", false);
startCountdown();
await start();
