// The fields on the page: read, written, and with their errors. They have no names and the form no address: nothing of them can be sent.
import { page, reason, joined, say } from "./page.js";
import { make, part } from "./dom.js";
import { filledRows } from "./gaps.js";

const FREE_ROWS = 2;
const LEAST_ROWS = 5;
const MOST_ROWS = 40;
const PARTS = ["post", "people", "qualification"];
const at = (id) => document.getElementById(id);

export function sentence({ key, values = {}, label, at: place = "" }) {
  const given = label ? { ...values, label: page.labels[label] } : values;
  const text = joined(typeof page.words[key] === "string" ? { text: say(key, given) } : reason(key, given));
  const row = place.match(/^staffing-(\d+)-/)?.[1];
  return row ? say("in_row", { number: Number(row) + 1, text }) : text;
}

export class BidForm {
  #rows = part("staffing");

  constructor(changed) {
    part("form").addEventListener("submit", (event) => event.preventDefault());
    part("form").addEventListener("input", (event) => !event.target.closest("[data-bid='files'], [data-bid='aside']") && changed());
    part("add-row").addEventListener("click", () => {
      this.#addRow();
      at(`staffing-${this.#rows.children.length - 1}-post`).focus();
    });
    this.#fillRows([]);
  }

  read() {
    const rows = [...this.#rows.children].map((_row, number) =>
      Object.fromEntries(PARTS.map((name) => [name, at(`staffing-${number}-${name}`).value])),
    );
    return {
      price: at("price").value,
      project_manager: at("project_manager").value,
      plan: at("plan").value,
      answers: Object.fromEntries(page.passages.map(({ code }) => [code, at(`answer_${code}`).value])),
      staffing: filledRows(rows),
      no_interest: at("no_interest").checked,
    };
  }

  write(fields) {
    for (const name of ["price", "project_manager", "plan"]) put(at(name), fields[name] ?? "");
    for (const { code } of page.passages) put(at(`answer_${code}`), fields.answers?.[code] ?? "");
    at("no_interest").checked = Boolean(fields.no_interest);
    this.#fillRows(fields.staffing ?? []);
  }

  isEmpty() {
    const { price, project_manager, plan, answers, staffing, no_interest } = this.read();
    return ![price, project_manager, plan, ...Object.values(answers)].some((text) => text.trim()) && !staffing.length && !no_interest;
  }

  #fillRows(posts) {
    this.#rows.replaceChildren();
    const count = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, posts.length + FREE_ROWS));
    for (let number = 0; number < count; number += 1) this.#addRow(posts[number]);
  }

  #addRow(post = {}) {
    const number = this.#rows.children.length;
    const cells = PARTS.map((name) => {
      const id = `staffing-${number}-${name}`;
      const field = make("input", {
        id,
        class: `govuk-input${name === "people" ? " n" : ""}`,
        autocomplete: "off",
        inputmode: name === "people" ? "numeric" : null,
        "aria-describedby": "staffing-error",
      });
      field.value = post[name] ?? "";
      const label = say("row_label", { label: page.labels[name], number: number + 1 });
      return make("td", { "data-label": page.labels[name] }, make("label", { class: "govuk-visually-hidden", for: id }, label), field);
    });
    this.#rows.append(make("tr", {}, ...cells));
    part("add-row").hidden = this.#rows.children.length >= MOST_ROWS;
  }

  // found: [{ field, key, values, label, at }]; each at its field, and all together on top with the focus.
  showErrors(found) {
    for (const group of document.querySelectorAll("[data-error]")) {
      const own = found.filter(({ field }) => field === group.dataset.error);
      const lines = own.map((one) => make("p", { class: "govuk-error-message" }, make("span", { class: "govuk-visually-hidden" }, say("error")), sentence(one)));
      group.replaceChildren(...lines);
      group.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", own.length > 0);
    }
    for (const field of document.querySelectorAll("[data-bid='form'] [aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const one of found) at(one.at ?? one.field)?.setAttribute("aria-invalid", "true");
    const title = document.title.replace(say("error"), "");
    document.title = found.length ? say("error") + title : title;
    part("errors").replaceChildren(...(found.length ? [summary(found)] : []));
    part("errors").firstElementChild?.focus();
  }
}

function summary(found) {
  const items = found.map((one) => {
    const target = one.at ?? (one.field === "staffing" ? "staffing-0-post" : one.field);
    const follow = (event) => {
      event.preventDefault();
      at(target).closest(".govuk-form-group, tr").scrollIntoView({ block: "center" });
      at(target).focus({ preventScroll: true });
    };
    return make("li", {}, make("a", { href: `#${target}`, click: follow }, sentence(one)));
  });
  const list = make("ul", { class: "govuk-list govuk-error-summary__list" }, ...items);
  const heading = make("h2", { class: "govuk-error-summary__title" }, say("errors_first"));
  const body = make("div", { role: "alert" }, heading, make("div", { class: "govuk-error-summary__body" }, list));
  return make("div", { class: "govuk-error-summary", tabindex: "-1" }, body);
}

// The counter below a text area counts when it hears of an input.
function put(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input"));
}
