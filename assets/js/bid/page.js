// What the page brought along: whose bid it is, addresses, limits, and every sentence in the reader's language.
export const page = JSON.parse(document.getElementById("bid-page").textContent);

const fill = (text, values) => text.replace(/%\((\w+)\)[sd]/g, (whole, name) => (name in values ? String(values[name]) : whole));

// A sentence, or a refusal with what to do next.
export function say(key, values = {}) {
  const found = page.words[key];
  return typeof found === "string" ? fill(found, values) : joined(reason(key, values));
}

export function reason(key, values = {}) {
  const { text, next, basis } = page.words[key];
  return { text: fill(text, values), next: fill(next, values), basis };
}

// Chinese sentences follow each other without a blank, English ones with one.
export const joined = ({ text, next }) => (next ? text + (text.endsWith("。") ? "" : " ") + next : text);

// Something that can't go on, with the sentence to show.
export class Refused extends Error {
  constructor(key, values) {
    super(say(key, values));
    this.key = key;
  }
}

// As app/common/figures.py writes a size.
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
