// Sealing, opening and looking into files happen in a worker, so that one can go on typing meanwhile.
export class Engine {
  #worker;
  #waiting = new Map();
  #last = 0;

  constructor({ worker, inspect }) {
    this.#worker = new Worker(worker, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => this.#fail(new Error(event.message || "the worker stopped"));
    this.#worker.postMessage({ inspect: new URL(inspect, location.href).href });
  }

  // What the worker's task gives; seen hears its progress from 0 to 1. Fails with an error that has .key and .values when the file is at fault.
  call(task, given, seen = () => {}) {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, seen });
      this.#worker.postMessage({ id, task, given });
    });
  }

  #hear({ id, progress, result, error }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    if (progress !== undefined) {
      waiting.seen(progress);
      return;
    }
    this.#waiting.delete(id);
    if (error) waiting.reject(Object.assign(new Error(error.message), error));
    else waiting.resolve(result);
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
