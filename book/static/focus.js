// When what had the focus goes off stage, the focus goes back to where it was before: after Escape in the search, after
// the list of pages or of contents is put away. And what comes on stage over the page gets it.
const STAGES = ".search-button__wrapper, .dropdown-menu, dialog";
const SIDES = { "primary-toggle": "primary", "secondary-toggle": "secondary" };
let home = null;

const seen = (element) => element?.isConnected && element.checkVisibility({ visibilityProperty: true });
const checkbox = (side) => document.getElementById(`pst-${side}-sidebar-checkbox`);
const over = (side) => getComputedStyle(document.querySelector(`.bd-sidebar-${side}`) ?? document.body).position === "fixed";

document.addEventListener("focusin", ({ target }) => {
  const aside = target.closest(".bd-sidebar-primary, .bd-sidebar-secondary");
  if (!target.closest(STAGES) && !(aside && getComputedStyle(aside).position === "fixed")) home = target;
});

function goHome(fallback) {
  if (document.activeElement === document.body || !seen(document.activeElement)) (seen(home) ? home : fallback)?.focus();
}

// The theme moves what it shows and hides in its own time: look again when that is over.
const later = (act) => [0, 60, 400].forEach((delay) => setTimeout(act, delay));

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const side of Object.values(SIDES)) {
    if (!checkbox(side)?.checked || !over(side)) continue;
    checkbox(side).checked = false;
    home = document.querySelector(`button.${side}-toggle`);
    home?.focus();
  }
  later(() => goHome(document.querySelector(".search-button__button, .search-button-field")));
}, true);

document.addEventListener("click", ({ target }) => {
  for (const [name, side] of Object.entries(SIDES)) {
    const button = target.closest?.(`button.${name}`);
    if (button) {
      home = button;
      later(() => {
        if (!checkbox(side)?.checked || !over(side)) return;
        const stage = document.querySelector(`.bd-sidebar-${side}`);
        if (!stage.contains(document.activeElement)) [...stage.querySelectorAll("a, button, input")].find(seen)?.focus();
      });
    } else if (target.closest?.(`.overlay-${side}`)) {
      later(() => goHome(document.querySelector(`button.${name}`)));
    }
  }
});
