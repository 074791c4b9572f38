// The last look: the browser opens its own capsule, shows what the bureau will read, gives the recovery file, and sends one small request.
import { page, joined, say, sizeText } from "./page.js";
import { announce, download, make, noted, part, show } from "./dom.js";
import { yuan, yuanInWords } from "./money.js";
import { heed } from "./countdown.js";
import { trustedTerms } from "./terms.js";
import { send } from "./upload.js";

export class Review {
  #engine;
  #place = part("review-content");
  #outcome = part("outcome");
  #sealed = null;
  #onSubmitted;

  constructor({ engine, onSubmitted }) {
    this.#engine = engine;
    this.#onSubmitted = onSubmitted;
    part("back").addEventListener("click", () => this.close());
    part("recovery")?.addEventListener("click", () => this.#giveRecovery());
    part("submit")?.addEventListener("click", () => this.#submit());
  }

  close() {
    this.#sealed = null;
    show("review", false);
    show("form");
    show("offline-part");
    document.getElementById("price").focus();
  }

  // content: the manifest's fields; files: of Files.entries, all arrived. Throws when the terms can't be had or are not those of the public log, or the capsule does not open.
  // seen: hears how much of the capsule has been opened again.
  async start({ content, files, identity, knownDocuments, seen }) {
    this.#outcome.replaceChildren();
    const terms = await trustedTerms();
    const parts = files.map(({ kind, name, size, sha256, object }) => ({ kind, name, size, sha256, object: { sha256: object.sha256, size: object.size } }));
    const bid = { ...content, bidder: page.uscc, version: page.version };
    const holders = terms.holders.map(({ key }) => key);
    const sealed = await this.#engine.call("sealBid", {
      terms: { tender: terms.tender, documents: terms.documents, threshold: terms.threshold, holders },
      ...{ bid, files: parts, identity },
    });
    const blobs = [sealed.manifest, ...files.map(({ object }) => object.blob)];
    const found = await this.#engine.call("reopen", { header: sealed.header, blobs, identity, limit: page.limits.file_bytes }, seen);
    this.#sealed = { ...sealed, identity };
    this.#draw(found, terms, knownDocuments && knownDocuments !== terms.documents);
    return terms.documents;
  }

  #draw({ manifest, pages }, terms, hasChanged) {
    const facts = [
      ["price", make("span", {}, make("b", {}, yuan(manifest.price_fen)), ` ${say("price_unit")}`)],
      ["in_words", say("price_in_words", { words: yuanInWords(manifest.price_fen) })],
      ["project_manager", manifest.project_manager],
      ["people_total", say("people_number", { number: manifest.staffing.reduce((sum, { people }) => sum + people, 0) })],
      ["declaration", say(manifest.no_interest ? "declared" : "not_declared")],
    ];
    const rows = facts.map(([name, value]) =>
      make("div", { class: "govuk-summary-list__row govuk-summary-list__row--no-actions" }, make("dt", { class: "govuk-summary-list__key" }, page.labels[name]), make("dd", { class: "govuk-summary-list__value" }, value)),
    );
    const passages = page.passages.flatMap(({ code, label }) => [make("h3", {}, label), ...paragraphs(manifest.answers[code] ?? "")]);
    this.#place.replaceChildren(
      ...(hasChanged ? [noted("warn", "", make("p", {}, say("terms_changed")))] : []),
      make("dl", { class: "govuk-summary-list" }, ...rows),
      make("h3", {}, page.labels.plan),
      ...paragraphs(manifest.plan),
      ...passages,
      make("h3", {}, page.labels.staffing),
      staffingTable(manifest.staffing),
      ...fileList(manifest.files, pages),
      make("h3", {}, page.labels.holders),
      make("p", {}, say("holders_open", { threshold: terms.threshold, count: terms.holders.length, names: terms.holders.map(({ organisation }) => organisation).join(say("list_comma")) })),
      make("p", {}, say("logged_alike", terms.logged)),
      make("p", {}, make("b", {}, page.labels.capsule), make("br"), make("span", { class: "seal" }, `SHA-256 ${this.#sealed.hash}`)),
    );
    if (part("submit")) part("submit").disabled = true;
    if (part("recovery-done")) part("recovery-done").textContent = "";
    show("form", false);
    show("offline-part", false);
    show("review").querySelector("h2").focus();
  }

  #giveRecovery() {
    const { identity, hash, header } = this.#sealed;
    const lines = say("recovery_text", { title: page.title, tender: page.tender, bidder: page.enterprise, uscc: page.uscc, version: page.version, hash, key: header.key });
    const commented = lines.split("\n").map((line) => `# ${line}`.trimEnd());
    download(new Blob([[...commented, identity, ""].join("\n")], { type: "text/plain;charset=utf-8" }), `linli-recovery-${page.tender}-${page.version}.txt`);
    part("recovery-done").textContent = say("recovery_given");
    announce(say("recovery_given"));
    if (part("submit")) part("submit").disabled = false;
  }

  async #submit() {
    const { header, manifest, text, hash } = this.#sealed;
    part("submit").disabled = true;
    this.#tell("info", make("p", {}, say("submitting")));
    try {
      const quiet = { signal: new AbortController().signal, onPlace() {}, onProgress() {}, onWaiting: () => this.#tell("wait", make("p", {}, say("file_offline"))) };
      await send({ blob: manifest, sha256: header.objects[0].sha256 }, null, quiet);
      const answer = await fetch(page.urls.submit, {
        method: "POST",
        headers: { "X-CSRFToken": page.csrf, Accept: "application/json" },
        body: new URLSearchParams({ header: text }),
      });
      heed(answer);
      await this.#heard(answer, hash);
    } catch (error) {
      this.#tell("warn", make("p", {}, error.reason ? joined(error.reason) : say("outcome_unknown")));
      part("submit").disabled = false;
    }
  }

  async #heard(answer, hash) {
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!isJson) throw new Error(`status ${answer.status}`);
    const told = await answer.json();
    if (answer.status === 201) {
      await this.#onSubmitted(hash);
      location.assign(told.receipt);
      return;
    }
    const proof = told.refusal && make("p", {}, make("a", { href: told.refusal }, say("refusal_receipt")));
    this.#tell("warn", make("p", {}, joined(told)), told.basis && make("p", { class: "basis" }, told.basis), proof);
    part("submit").disabled = false;
  }

  #tell(kind, ...paragraphs_) {
    this.#outcome.replaceChildren(noted(kind, "", ...paragraphs_));
    this.#outcome.scrollIntoView({ block: "nearest" });
  }
}

const paragraphs = (text) => text.split(/\n+/).filter((line) => line.trim()).map((line) => make("p", {}, line));

function staffingTable(posts) {
  const heads = ["post", "people", "qualification"].map((name) => make("th", { scope: "col", class: name === "people" ? "n" : null }, page.labels[name]));
  const rows = posts.map(({ post, people, qualification }) =>
    make("tr", {}, make("td", { class: "lead" }, post), make("td", { class: "n", "data-label": page.labels.people }, String(people)), make("td", { "data-label": page.labels.qualification }, qualification || "—")),
  );
  return make("table", { class: "stack" }, make("caption", {}, say("staffing_caption")), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

function fileList(files, pages) {
  if (!files.length) return [];
  const kinds = Object.fromEntries(page.kinds.map(({ value, label }) => [value, label]));
  const items = files.map(({ kind, name, size }, place) => {
    const facts = [kinds[kind], sizeText(size), pages[place] ? say("pages", { number: pages[place] }) : null].filter(Boolean);
    return make("li", {}, make("span", {}, name), make("span", { class: "meta" }, facts.join(" · ")));
  });
  return [make("h3", {}, page.labels.files), make("ul", { class: "documents" }, ...items)];
}
