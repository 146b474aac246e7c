// What a prediction was measured by is covered until the reader has committed, or asks to see it: who predicts must not read it by
// chance. The text that follows the cell is covered with it, as far as the next cell, question or box, since it begins with the number.
// The layout stays, except that a cover is never lower than what it says, and what is covered can be reached neither by the keyboard
// nor by the search of the browser. On paper nothing is covered, since nobody could uncover it.

import { made } from "./dom.js";

const covers = new Map(); // output of a cell: {waiting, cover, button, text}; it stays covered while a prediction is waiting
const ENDS = "div.cell, section, figure, .ask-around, .admonition, .exercise, details, h2, h3, h4"; // of the text that follows a cell

/** The output that belongs to the id of a cell or of a figure. */
function outputOf(id) {
  const target = document.getElementById(id);
  return target?.closest("div.cell")?.querySelector(".cell_output") ?? null;
}

/** The text that belongs to a cell: what stands below it, up to the next thing of another kind. */
function textAfter(cell) {
  const found = [];
  for (let next = cell.nextElementSibling; next && !next.matches(ENDS); next = next.nextElementSibling) found.push(next);
  return found.filter((element) => element.textContent.trim());
}

/** At every width the output is at least as high as what its cover says. */
const high = new ResizeObserver((changes) => requestAnimationFrame(() => { // in the next frame: it changes sizes itself
  for (const { target } of changes) {
    const cover = target.parentElement;
    if (!cover) continue; // it has been opened since
    const { paddingTop, paddingBottom } = getComputedStyle(cover);
    const needed = target.offsetHeight + parseFloat(paddingTop) + parseFloat(paddingBottom) + 2; // and its two borders
    cover.parentElement?.style.setProperty("--ask-needed", `${Math.ceil(needed)}px`);
  }
}));

/** A live model comes to its cell later than the cover: it is covered, too, unless the address asks for it. */
const late = new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    for (const node of covers.has(target) ? addedNodes : []) node.inert = node !== covers.get(target).cover;
  }
  follow();
});

function open(output) {
  const { cover, text } = covers.get(output);
  high.unobserve(cover.firstChild);
  output.style.removeProperty("--ask-needed");
  covers.delete(output);
  cover.remove();
  output.classList.remove("ask-covered");
  for (const element of text) element.classList.remove("ask-veiled");
  for (const element of [...output.children, ...text]) element.inert = false;
}

function close(output) {
  const button = made("button", { class: "ask-press ask-quiet", type: "button" }, "Show it without predicting");
  const text = textAfter(output.closest("div.cell"));
  const line = `Covered until you have committed to a prediction.${text.length ? " So is the text below." : ""}`;
  const cover = made("div", { class: "ask-cover" }, made("div", { class: "ask-cover-says" }, made("p", {}, line), button));
  for (const element of [...output.children, ...text]) element.inert = true;
  for (const element of text) element.classList.add("ask-veiled");
  output.classList.add("ask-covered");
  output.prepend(cover);
  high.observe(cover.firstChild);
  late.observe(output, { childList: true });
  covers.set(output, { waiting: new Set(), cover, button, text });
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
  const model = name && `[data-address="${CSS.escape(name.split("?")[0])}"]`; // landscape?T=0.8 sets a model
  const target = name && (document.getElementById(name) ?? document.querySelector(model));
  if (!target) return;
  for (const [output, { text }] of covers) {
    if ([output.closest("div.cell"), ...text].some((element) => element.contains(target))) open(output);
  }
}

/** Watch the address, once all predictions have covered what is theirs. */
export function watchAddress() {
  follow();
  addEventListener("hashchange", follow);
}
