// An error stands at its field, between hint and input, and marks the field, as in the forms that the site checks itself.
const homes = new WeakMap(); // line: the comment that holds its first place, for an error of no field

// text: empty when nothing is wrong; fields: those that it is about, the first of which gets the focus. `line` has an id.
export function showFault(line, text = "", ...fields) {
  const [field = null] = fields.filter(Boolean);
  if (!homes.has(line)) {
    homes.set(line, document.createComment(""));
    line.before(homes.get(line));
  }
  for (const marked of document.querySelectorAll(`[aria-describedby~="${line.id}"]`)) unmark(marked, line.id);
  if (field && text) field.before(line);
  else homes.get(line).after(line);
  line.textContent = text;
  line.hidden = !text;
  if (!text) return;
  for (const one of fields) if (one) mark(one, line.id);
  (field ?? line).focus();
}

const errorClass = (field) => ["govuk-input", "govuk-textarea", "govuk-file-upload"].filter((one) => field.classList.contains(one)).map((one) => `${one}--error`);
const described = (field) => (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function mark(field, id) {
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...described(field), id].join(" "));
  field.classList.add(...errorClass(field));
  field.closest(".govuk-form-group")?.classList.add("govuk-form-group--error");
}

function unmark(field, id) {
  const rest = described(field).filter((one) => one !== id);
  field.removeAttribute("aria-invalid");
  if (rest.length) field.setAttribute("aria-describedby", rest.join(" "));
  else field.removeAttribute("aria-describedby");
  field.classList.remove(...errorClass(field));
  field.closest(".govuk-form-group")?.classList.remove("govuk-form-group--error");
}
