// What a prediction was measured by is covered until the reader has committed, or asks to see it: who predicts must not read it by
// chance. The layout stays, and what is covered can be reached neither by the keyboard nor by the search of the browser.

import { made } from "./dom.js";

const covers = new Map(); // output of a cell: {waiting, cover, button}; the cell stays covered while a prediction is waiting

/** The output that belongs to the id of a cell or of a figure. */
function outputOf(id) {
  const target = document.getElementById(id);
  return target?.closest("div.cell")?.querySelector(".cell_output") ?? null;
}

function open(output) {
  const { cover } = covers.get(output);
  covers.delete(output);
  cover.remove();
  output.classList.remove("ask-covered");
  for (const child of output.children) child.inert = false;
}

function close(output) {
  const button = made("button", { class: "ask-press ask-quiet", type: "button" }, "Show it without predicting");
  const cover = made("div", { class: "ask-cover" }, made("p", {}, "Covered until you have committed to a prediction."), button);
  for (const child of output.children) child.inert = true;
  output.classList.add("ask-covered");
  output.prepend(cover);
  covers.set(output, { waiting: new Set(), cover, button });
  button.addEventListener("click", () => {
    open(output);
    output.tabIndex = -1; // the button that had the focus is gone
    output.addEventListener("blur", () => output.removeAttribute("tabindex"), { once: true });
    output.focus({ preventScroll: true });
  });
}

/** Cover what settles a prediction, unless it stands before the prediction. */
export function coverFor(home, from) {
  const output = outputOf(from);
  if (!output || !(home.compareDocumentPosition(output) & Node.DOCUMENT_POSITION_FOLLOWING)) return;
  if (!covers.has(output)) close(output);
  const { waiting, button } = covers.get(output);
  waiting.add(home);
  const ids = [...waiting].map((one) => one.dataset.predict).join(", ");
  button.replaceChildren("Show it without predicting", made("span", { class: "ask-hidden" }, `: ${ids}`));
}

/** This prediction is committed. */
export function committedTo(home, from) {
  const output = outputOf(from);
  const { waiting } = covers.get(output) ?? {};
  if (waiting?.delete(home) && !waiting.size) open(output);
}

/** Who follows a link to a cell, or into it, wants to see it. */
function follow() {
  let name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch { /* as it stands */ }
  const target = name && document.getElementById(name);
  if (!target) return;
  for (const output of covers.keys()) {
    const cell = output.closest("div.cell");
    if (cell === target || cell.contains(target)) open(output);
  }
}

/** Watch the address, once all predictions have covered what is theirs. */
export function watchAddress() {
  follow();
  addEventListener("hashchange", follow);
}
