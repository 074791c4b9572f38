// On a phone the navigation folds behind one button; without script it simply stands open.
export function startMenu() {
  const button = document.querySelector("[data-menu-button]");
  if (!button) return;
  const parts = button.getAttribute("aria-controls").split(" ").map((id) => document.getElementById(id));
  const narrow = window.matchMedia("(max-width: 760px)");
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    for (const part of parts) part.hidden = narrow.matches && !open;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && narrow.matches && button.getAttribute("aria-expanded") === "true") {
      show(false);
      button.focus();
    }
  });
  narrow.addEventListener("change", () => show(false));
  show(false);
}
