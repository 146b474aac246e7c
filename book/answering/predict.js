// Predictions: the reader commits to a number, an option or a curve, and sees it beside what was measured. It stays as it is until
// it is forgotten.

import { committedTo, coverFor } from "./cover.js";
import { curvePad } from "./curve.js";
import { declarationOf, hush, made, own, say, saidOn, told } from "./dom.js";
import { fill, written } from "./fields.js";
import { judge } from "./judge.js";
import { keep, recall } from "./memory.js";
import { read } from "./written.js";

/** What may stand behind a number: the unit that stands behind its field. */
const unitsOf = ({ unit }) => (unit ? [unit] : []);

/** Any number is right here: it is read, and refused only if it is none. */
const anyNumber = (declaration) => ({ kind: "numbers", parts: 1, wanted: "a single number is wanted", turns: [], rest: [],
  right: { where: [[null, null]], reason: "" }, units: unitsOf(declaration) });

const ENOUGH = 0.8; // of the axis has to be drawn over before a curve counts

/** The cells that would give it away: that which measured it, and those that show it as well. */
const coveredBy = ({ from, also = [] }) => [from, ...also];

const capital = (text) => text.replace(/^./u, (first) => first.toUpperCase());

/** What was measured, as its cell prints it, but with the signs of a text: 5.905·10¹³ and not 5.905e+13; and what stands behind it. */
const shownNumber = ({ measured, unit }) => `${measured.replace(/^-/, "\u2212")
  .replace(/e([+-]?)0*(\d+)$/, (_, sign, power) => `·10${sign === "-" ? "⁻" : ""}${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`)}${
  unit ? ` ${unit}` : ""}`;

/** The end of a range, as it is said: large ones in groups of three. */
const end = (value) => told(value, 15).replace(/\d{5,}/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, "\u202f"));

/** A value under its name. */
const beside = (name, ...value) => made("p", {}, made("span", { class: "ask-name" }, name, made("span", { class: "ask-hidden" }, ":")),
  made("span", { class: "ask-value" }, ...value));

/** How far a number is from what was measured, without flattery. */
export function closeness(value, { measured, within }) {
  const target = Number(measured);
  const off = Math.abs(value - target);
  if (off === 0) return "Exactly.";
  if (off <= within * (1 + 1e-9)) return `Close: off by ${told(off, 2)}.`;
  const ratio = value / target;
  const times = ratio >= 3 ? `, ${told(ratio, 2)} times the measured number`
    : ratio > 0 && ratio <= 1 / 3 ? `, ${told(1 / ratio, 2)} times too small` : "";
  return `Off by ${told(off, 2)}${times}; close would have been within ${told(within)}.`;
}

/** The height of a drawn curve at x, straight between its points; NaN outside them. */
export function heightAt(points, x) {
  const after = points.findIndex(([at]) => at >= x - 1e-9);
  if (after < 0) return NaN;
  const [x1, y1] = points[after];
  if (Math.abs(x1 - x) <= 1e-9) return y1;
  if (after === 0) return NaN;
  const [x0, y0] = points[after - 1];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** In words, where a curve is missing; nothing if it stands over nearly all of the axis. */
export function undrawn(points, x) {
  const [first, last] = [points[0][0], points.at(-1)[0]];
  if (last - first >= ENOUGH * (x.high - x.low) - 1e-9) return "";
  const gap = (from, to) => (to > from ? [`between ${saidOn(x, told(from))} and ${saidOn(x, told(to))}`] : []);
  return [...gap(x.low, first), ...gap(last, x.high)].join(" or ");
}

/** How far a drawn curve is from the measured one, and over which part, if it is not all of it. */
export function curveCloseness(mine, { points, x, y }) {
  const gaps = points.map(([at, level]) => [at, Math.abs(heightAt(mine, at) - level)]).filter(([, gap]) => !Number.isNaN(gap));
  if (!gaps.length) return "Your curve and the measured one have no stretch in common.";
  const mean = gaps.reduce((sum, [, gap]) => sum + gap, 0) / gaps.length;
  const [where, most] = gaps.reduce((worst, one) => (one[1] > worst[1] ? one : worst));
  const share = Math.round((100 * mean) / (y.high - y.low));
  const [first, last] = [mine[0], mine.at(-1)].map(([at]) => saidOn(x, told(at)));
  const part = gaps.length < points.length ? ` Compared only where you drew: from ${first} to ${last}.` : "";
  return `On average your curve is ${saidOn(y, told(mean, 2))} from the measured one, ${share} % of the height of the axis. `
    + `It is farthest off at ${saidOn(x, told(where))}, by ${saidOn(y, told(most, 2))}.${part}`;
}

/** A text without the unit that is said behind it anyway. */
const withoutUnit = (text, unit) => (unit && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text);

/**
 * Whether a text is plainly that number, as 0.61, 0,61 or 61 are. All others are said twice, as 1/3 = 0.33333: also 2,000 = 2, which
 * somebody may have meant as two thousand.
 */
export function isPlain(text, value) {
  if (!/^[+\u2212-]?[0-9]*[.,]?[0-9]+$/.test(text)) return false;
  return !/^[+\u2212-]?[1-9][0-9]{0,2}[.,][0-9]{3}$/.test(text) || text.replace(/[+\u2212-]/, "") === String(Math.abs(value));
}

/** What is shown after a commit, by the form of the prediction: nodes. */
const OUTCOMES = {
  number(home, form, declaration, kept) {
    const unit = declaration.unit ? ` ${declaration.unit}` : "";
    const [value] = read(kept, 1, unitsOf(declaration));
    const text = withoutUnit(kept, declaration.unit);
    return [
      made("div", { class: "ask-beside" },
        beside("Your prediction", text, isPlain(text, value) ? "" : ` = ${told(value, Number.isInteger(value) ? 15 : 5)}`, unit),
        beside("Measured on this page", shownNumber(declaration))),
      made("p", { class: "ask-close" }, closeness(value, declaration)),
    ];
  },
  choice(home, form, { options, letters = "abcdefgh", ...declaration }, kept) {
    const labels = [...form.querySelectorAll(".ask-option > span")];
    const text = (k) => made("span", {}, ...[...labels[k].childNodes].map((node) => node.cloneNode(true)));
    const chosen = letters.indexOf(kept);
    const right = options.findIndex((option) => option.right);
    const verdicts = [made("p", { class: "ask-close", "data-status": chosen === right ? "right" : "not yet" },
      `${chosen === right ? "Right" : "Not so"}: ${options[chosen].reason}`)];
    if (chosen !== right) verdicts.push(made("p", { class: "ask-says" }, capital(options[right].reason)));
    return [
      made("div", { class: "ask-beside" }, beside("Your prediction", text(chosen)),
        ...chosen === right ? [] : [beside("What happens", text(right))], beside("Measured on this page", shownNumber(declaration))),
      ...verdicts,
    ];
  },
  curve(home, form, declaration, kept) {
    form.pad.reveal(kept, declaration.points);
    return [form.pad.element, made("p", { class: "ask-close" }, curveCloseness(kept, declaration))];
  },
};

/** Whether something that was remembered is of this form. */
function fits(declaration, kept) {
  const { form, options } = declaration;
  if (form === "curve") return Array.isArray(kept);
  if (typeof kept !== "string") return false;
  return form === "choice" ? Boolean(options["abcdefgh".indexOf(kept)]) && kept.length === 1 : Number.isFinite(read(kept, 1, unitsOf(declaration))?.[0]);
}

/** What the form holds, ready to be kept; or null, after a polite word. */
function committed(form, declaration) {
  const refuse = (reason, status = "not attempted yet") => say(form, { status, reason }) ?? null;
  if (declaration.form === "curve") {
    const points = form.pad.points();
    if (points.length < 2) return refuse("draw a curve first, from at least two points.");
    const missing = undrawn(points, declaration.x);
    return missing ? refuse(`draw the rest too: nothing stands ${missing} yet.`) : points;
  }
  const text = written(form).trim();
  if (declaration.form === "choice") return text || refuse("choose one of the options.");
  const { status, reason } = judge(anyNumber(declaration), text);
  if (status !== "right") return refuse(reason, status);
  const [low, high] = declaration.between ?? [-Infinity, Infinity];
  const [value] = read(text, 1, unitsOf(declaration));
  return low <= value && value <= high ? text
    : refuse(`a number from ${end(low)} to ${end(high)} is wanted.`, "not yet");
}

/** Bring a prediction to life. */
export function startPrediction(home) {
  const id = home.dataset.predict;
  const declaration = declarationOf(home);
  const [form] = own(home, "form");
  const [shown] = own(home, ".ask-shown");
  if (declaration.form === "curve") {
    form.pad = curvePad(declaration, form.querySelector(".ask-curve").dataset.about);
    const place = form.querySelector(".ask-curve");
    place.append(form.pad.element);
    for (const kind of ["pointerdown", "keydown"]) place.addEventListener(kind, () => form.pad.points().length && hush(form));
    form.querySelector(".ask-quiet").addEventListener("click", () => form.pad.clear());
  }

  const forget = () => {
    keep("predictions", id, undefined);
    delete home.dataset.done;
    shown.hidden = true;
    form.hidden = false;
    if (form.pad) {
      form.pad.clear();
      form.querySelector(".ask-curve").append(form.pad.element);
    } else fill(form, "");
    shown.replaceChildren();
    for (const cell of coveredBy(declaration)) coverFor(home, cell);
    form.querySelector("input, [tabindex], button").focus();
  };

  const show = (kept) => {
    home.dataset.done = "";
    hush(form);
    for (const cell of coveredBy(declaration)) committedTo(home, cell);
    const again = made("button", { class: "ask-press ask-quiet", type: "button" }, "Forget my prediction",
      made("span", { class: "ask-hidden" }, ` ${id}`));
    again.addEventListener("click", forget);
    const source = made("a", { href: `#${declaration.from}` }, "The cell that measured it");
    shown.replaceChildren(...OUTCOMES[declaration.form](home, form, declaration, kept),
      made("p", { class: "ask-says" }, declaration.says), made("p", { class: "ask-row" }, source, again));
    shown.hidden = false;
    form.hidden = true;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kept = committed(form, declaration);
    if (kept === null) return;
    keep("predictions", id, kept);
    show(kept);
    shown.focus(); // the button that had the focus is gone, and what is shown is read out
  });
  const before = recall("predictions", id);
  if (before !== undefined && fits(declaration, before)) show(before);
  else for (const cell of coveredBy(declaration)) coverFor(home, cell);
}
