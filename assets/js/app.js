// The only script of every page. Each page works without it; it spares a scroll, a second click and a page load.
import { Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, Radios, Checkboxes, SkipLink, createAll, isSupported } from "govuk-frontend";
import htmx from "htmx.org/dist/htmx.esm.js";
import { startMenu } from "./menu.js";
import { words } from "./words.js";

// The security policy forbids inline style and eval, and pages may hold what only one person may see: nothing is kept in the browser.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
});

function start(scope) {
  if (!isSupported()) return;
  const text = words(document.documentElement.lang);
  createAll(Button, { preventDoubleClick: true }, scope);
  createAll(CharacterCount, text.characterCount && { i18n: text.characterCount }, scope);
  createAll(Checkboxes, undefined, scope);
  createAll(ErrorSummary, undefined, scope);
  createAll(NotificationBanner, undefined, scope);
  createAll(PasswordInput, text.passwordInput && { i18n: text.passwordInput }, scope);
  createAll(Radios, undefined, scope);
  createAll(SkipLink, undefined, scope);
}

document.documentElement.classList.add("js");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
startMenu();
start(document);
htmx.onLoad((part) => {
  if (part !== document.body) start(part);
});
