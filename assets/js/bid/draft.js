// The draft as it lies on this machine: what was typed under a key that can't be taken out of the browser; files as the ciphertext that goes up.
import { sha256hex } from "../sealing/bytes.js";

const DATABASE = "linli-bids";
const STORES = ["keys", "drafts", "objects"];

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

// One step in one store; done when it is on disk.
function step(database, store, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

export const draftName = (owner, tender) => sha256hex(new TextEncoder().encode(`${owner}\n${tender}`));

export class Draft {
  #database;
  #name;
  #key;
  #saving = Promise.resolve();

  // name: of draftName, so that the store itself does not tell who bids where.
  static async open(name) {
    const draft = new Draft();
    draft.#name = name;
    draft.#database = await opened();
    await draft.#takeKey();
    return draft;
  }

  async #takeKey() {
    const kept = await step(this.#database, "keys", "readonly", (store) => store.get(this.#name));
    this.#key = kept ?? (await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
    if (!kept) await step(this.#database, "keys", "readwrite", (store) => store.put(this.#key, this.#name));
  }

  // What save() kept, or null.
  async load() {
    const kept = await step(this.#database, "drafts", "readonly", (store) => store.get(this.#name));
    if (!kept) return null;
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, this.#key, kept.data);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  // One save after another, so that an older one never comes last.
  save(content) {
    const plain = new TextEncoder().encode(JSON.stringify(content));
    this.#saving = this.#saving.catch(() => {}).then(async () => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#key, plain);
      await step(this.#database, "drafts", "readwrite", (store) => store.put({ iv, data }, this.#name));
    });
    return this.#saving;
  }

  keepObject(sha256, blob) {
    return step(this.#database, "objects", "readwrite", (store) => store.put(blob, [this.#name, sha256]));
  }

  object(sha256) {
    return step(this.#database, "objects", "readonly", (store) => store.get([this.#name, sha256]));
  }

  dropObject(sha256) {
    return step(this.#database, "objects", "readwrite", (store) => store.delete([this.#name, sha256]));
  }

  // Everything of this draft, its key last: what might be left of it can't be read any more.
  async clear() {
    await this.#saving.catch(() => {});
    await step(this.#database, "objects", "readwrite", (store) => store.delete(IDBKeyRange.bound([this.#name], [this.#name, []])));
    await step(this.#database, "drafts", "readwrite", (store) => store.delete(this.#name));
    await step(this.#database, "keys", "readwrite", (store) => store.delete(this.#name));
  }
}
