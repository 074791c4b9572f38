// What a receipt says, in the reader's words. Labels come with the page; what it does not know is shown as it stands.
const FIRST = ["event", "at", "tender", "bidder", "object"];

// To the millisecond, as exact_time in app/tenders/bidding.py.
function at(text, language) {
  const isChinese = language.startsWith("zh");
  const form = { timeZone: "Asia/Shanghai", year: "numeric", month: isChinese ? "numeric" : "long", day: "numeric", weekday: "short" };
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" };
  const parts = new Intl.DateTimeFormat(isChinese ? "zh-CN" : "en-GB", { ...form, ...clock }).formatToParts(new Date(text));
  const { year, month, day, weekday, hour, minute, second, fractionalSecond } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  const time = `${hour}:${minute}:${second}.${fractionalSecond}`;
  return isChinese ? `${year}年${month}月${day}日（${weekday}）${time}` : `${day} ${month} ${year} (${weekday}) ${time}`;
}

// A whole number of fen, never through a fraction.
function yuan(fen, form) {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  const amount = `${fen < 0 ? "−" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return form.replace("{}", amount);
}

function said(key, value, words, language) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return "—";
  if (Array.isArray(value)) return value.map((one) => said("", one, words, language)).join(words.between);
  if (typeof value === "object") {
    return Object.entries(value).map(([name, one]) => `${words.facts[name] ?? name} ${said(name, one, words, language)}`).join(words.between);
  }
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (Number.isSafeInteger(value) && key.endsWith("_fen")) return yuan(value, key === words.unit_price ? words.price : words.yuan);
  if (typeof value === "string" && (key === "at" || key.endsWith("_at")) && !Number.isNaN(Date.parse(value))) return at(value, language);
  if (key === "event") return words.events[value] ?? value;
  if (key === "object") return String(value).replace(/^[a-z_]+/, (kind) => words.objects[kind] ?? kind);
  return words.enums[key]?.[value] ?? String(value);
}

// Pairs of label and value; none where the content is not an object of facts.
export function factsIn(payload, words, language) {
  let told = null;
  try {
    told = JSON.parse(payload);
  } catch {
    return [];
  }
  if (told === null || typeof told !== "object" || Array.isArray(told)) return [];
  const first = FIRST.filter((key) => key in told);
  const names = [...first, ...Object.keys(told).filter((key) => !FIRST.includes(key))];
  return names.map((key) => [words.fixed[key] ?? words.facts[key] ?? key, said(key, told[key], words, language)]);
}
