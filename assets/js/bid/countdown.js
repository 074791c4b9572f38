// Time left by the server's clock, in plain words; the last ten minutes are said aloud once.
import { page, say } from "./page.js";
import { announce, part } from "./dom.js";

const MINUTE = 60_000;
const LAST = 10 * MINUTE;
let ahead = Date.parse(page.now) - Date.now(); // of the server before this machine

export const serverNow = () => (page.ticks ? Date.now() + ahead : Date.parse(page.now));

// Set the clock again by an answer's Date header; a demonstration clock stands still and is not the one in the header.
export function heed(response) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (page.ticks && date && Math.abs(date - serverNow()) > 2000) ahead = date - Date.now();
}

export function startCountdown() {
  const deadline = Date.parse(page.deadline_at);
  const line = part("countdown");
  let warned = false;
  const draw = () => {
    const left = deadline - serverNow();
    line.textContent = words(left);
    line.classList.toggle("countdown-last", left < LAST);
    if (left > 0 && left < LAST && !warned) {
      warned = true;
      announce(say("ten_minutes_left"));
    }
  };
  draw();
  if (page.ticks) setInterval(draw, 1000);
}

function words(left) {
  if (left <= 0) return say("closed");
  const seconds = Math.floor(left / 1000) % 60;
  const minutes = Math.floor(left / MINUTE) % 60;
  const hours = Math.floor(left / (60 * MINUTE)) % 24;
  const days = Math.floor(left / (24 * 60 * MINUTE));
  if (days) return say("left_days", { days, hours });
  if (hours) return say("left_hours", { hours, minutes });
  return say(left < LAST ? "left_last" : "left_minutes", { minutes, seconds });
}
