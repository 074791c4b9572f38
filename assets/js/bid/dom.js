// Small pieces of page. Text is always set as text, never as HTML.
export const part = (name) => document.querySelector(`[data-bid="${name}"]`);

export function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

export function show(name, visible = true) {
  const found = part(name);
  if (found) found.hidden = !visible;
  return found;
}

// For a screen reader, at once and only once: the region empties so that the same words are heard again.
export function announce(text) {
  const region = part("announcements");
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function noted(kind, title, ...paragraphs) {
  return make("div", { class: `note${kind === "info" ? "" : ` note-${kind}`}` }, title && make("p", { class: "note-title" }, title), ...paragraphs);
}
