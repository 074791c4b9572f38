// Prices as typed, shown and in words: the same as app/common/money.py, tested against it.
const NUMBER = /^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]+)?$/;

// { fen } or { wrong: key of the sentence }. Never rounds.
export function parseFen(typed) {
  const plain = typed.normalize("NFKC").trim().replaceAll(" ", "");
  if (/^[-\u2212]/.test(plain) && NUMBER.test(plain.slice(1))) return { wrong: "money_negative" };
  if (/^[0-9]+$/.test(plain) && !NUMBER.test(plain)) return { wrong: "money_too_large" };
  if (!NUMBER.test(plain)) return { wrong: "money_no_number" };
  const [whole, fraction = ""] = plain.replaceAll(",", "").split(".");
  const cents = fraction.replace(/0+$/, "");
  if (cents.length > 2) return { wrong: "money_too_fine" };
  return { fen: Number(whole) * 100 + Number(cents.padEnd(2, "0")) };
}

export function yuan(fen) {
  const whole = String(Math.floor(fen / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}.${String(fen % 100).padStart(2, "0")}`;
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "兆"];

export function yuanInWords(fen) {
  if (fen === 0) return "零元整";
  const whole = Math.floor(fen / 100);
  const cents = fen % 100;
  const jiao = Math.floor(cents / 10);
  let words = whole ? `${wholeInWords(whole)}元` : "";
  if (!cents) return `${words}整`;
  if (jiao) words += `${DIGITS[jiao]}角`;
  else if (whole) words += "零";
  return words + (cents % 10 ? `${DIGITS[cents % 10]}分` : "整");
}

function wholeInWords(whole) {
  const groups = [];
  for (let rest = whole; rest; rest = Math.floor(rest / 10_000)) groups.push(rest % 10_000);
  let words = "";
  let zeroBefore = false;
  for (let index = groups.length - 1; index >= 0; index -= 1) {
    const group = groups[index];
    if (!group) {
      zeroBefore = words !== "";
      continue;
    }
    if (words && (zeroBefore || group < 1000)) words += "零";
    words += groupInWords(group) + GROUPS[index];
    zeroBefore = false;
  }
  return words;
}

function groupInWords(group) {
  let words = "";
  let gap = false;
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.floor(group / 10 ** place) % 10;
    if (digit) words += (gap && words ? "零" : "") + DIGITS[digit] + PLACES[place];
    gap = digit === 0;
  }
  return words;
}
