// Canonical JSON: sorted keys, no blanks, UTF-8. One thing has one spelling, here and on the server (app/tenders/capsule/format.py).
export function canonical(value) {
  return new TextEncoder().encode(text(value));
}

function text(value) {
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${text(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError(`${value}: only whole numbers`);
  return JSON.stringify(value);
}
