// Line graphs for explorables: axes with ticks, curves, points and marks, in SVG laid out in the pixels there are.
//
// plot({says, x, y, parts, place?, height?}) makes a view for the shell.
//   says      what it shows, for a screen reader: a text, or a function that gives one
//   x, y      {label, min, max, scale?, ticks?, room?}   label: a text, or texts and nodes in a list; scale "linear" or
//             "log"; ticks: [value | [value, text]], else chosen to fit; room: characters kept free for the numbers of
//             y, so that plots one above the other stand in line
//   parts     [{name, kind, look?, line?, legend?, hidden?}], drawn in this order:
//             curve (a NaN interrupts it), points, circles (open), marker (large points), rule (a line across at each x, or at each y
//             where x is null), band (between two x, over the whole height), label (a text beside a point)
//             looks: accent, second, third, quiet, ink; lines: dash, dots; legend is its text, or a node, in the legend
//   place     "beside" (the default), "half" or "across"; height in rem
// The view has, besides what the shell asks for:
//   set(name, x, y, text?)   the coordinates of a part: lists, typed arrays or null
//   show(name, on)           show it or not
//   range(axis, min, max)    move the window

import { fixed, node, powerOfTen } from "./shell.js";
import { sized } from "./sized.js";

const RING = "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"; // round the place that the path has come to

/** The smallest step, 1, 2 or 5 times a power of ten, that is not smaller than `least`. */
export function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
}

/** Round values from min to max, at most `most` of them: steps of 1, 2 or 5 times a power of ten, or decades. */
function roundValues({ min, max, scale }, most) {
  const found = [];
  if (scale === "log") {
    const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const skip = Math.max(1, Math.ceil((high - low + 1) / most));
    for (let k = low; k <= high; k += 1) if ((k - low) % skip === 0) found.push(10 ** k);
    return found;
  }
  const step = roundStep((max - min) / Math.max(1, most));
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + 1e-9 * step; k += 1) found.push(k * step);
  return found;
}

/** The text of a tick: as many decimals as its step has, or powers of ten. */
function tickText(value, values, scale) {
  if (scale === "log") {
    const power = Math.round(Math.log10(value));
    if (power >= -1 && power <= 3) return String(10 ** power);
    return powerOfTen(power);
  }
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(value) || 1;
  return fixed(value, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** Set coordinates, to a tenth of a pixel. */
function put(element, coordinates) {
  for (const [key, value] of Object.entries(coordinates)) element.setAttribute(key, value.toFixed(1));
  return element;
}

export function plot({ says, x, y, parts, place = "beside", height = 12 }) {
  const axes = { x: { scale: "linear", ...x }, y: { scale: "linear", ...y } };
  const ticks = node("g", { class: "sl-ticks" });
  const inside = node("svg", { class: "sl-inside" });
  const field = node("rect", { class: "sl-field-area" });
  const svg = node("svg", { class: "sl-plot", role: "img", style: `height: ${height}rem` },
    field, ticks, inside);
  const drawn = Object.fromEntries(parts.map((part) => {
    const kind = { points: "sl-points", circles: "sl-circles", marker: "sl-marker", band: "sl-band", label: "sl-label" }[part.kind] ?? "sl-line";
    const element = node(part.kind === "label" ? "text" : "path",
      { class: `${kind} sl-look-${part.look ?? "accent"}${part.line ? ` sl-${part.line}` : ""}` });
    element.style.display = part.hidden ? "none" : "";
    inside.append(element);
    return [part.name, { ...part, element, xs: [], ys: [], stale: true }];
  }));
  const explained = parts.filter(({ legend }) => legend);
  const legend = node("p", { class: "sl-legend" }, ...explained.map((part) => {
    const sample = drawn[part.name].element.cloneNode();
    sample.setAttribute("d", { points: "M11 6h0", circles: `M11 6${RING}`, marker: "M11 6h0", band: "M0 0H22V12H0Z" }[part.kind] ?? "M0 6H22");
    return node("span", { "data-part": part.name }, node("svg", { class: "sl-sample", viewBox: "0 0 22 12",
      "aria-hidden": "true" }, sample), part.legend);
  }));
  const name = node("span", {}, ...[y.label].flat());
  const element = node("div", { class: `sl-graph sl-graph-${place}` },
    node("div", { class: "sl-head" }, name, ...explained.length ? [legend] : []), svg,
    node("div", { class: "sl-foot" }, ...[x.label].flat()));

  let [wide, high, em, area, stale] = [0, 0, 13, null, true];
  const fraction = ({ min, max, scale }, value) => (scale === "log"
    ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min));
  const atX = (value) => fraction(axes.x, value) * area.width;
  const atY = (value) => (1 - fraction(axes.y, value)) * area.height;

  /** Lay out the frame, with the numbers of y to its left and those of x below. */
  function frame() {
    const chosen = (axis, most) => {
      const listed = axes[axis].ticks ?? roundValues(axes[axis], most);
      const values = listed.map((tick) => [tick].flat()[0]);
      return listed.map((tick, k) => [values[k], [tick].flat()[1] ?? tickText(values[k], values, axes[axis].scale)])
        .filter(([value]) => value >= axes[axis].min - 1e-9 && value <= axes[axis].max + 1e-9);
    };
    const [top, bottom] = [0.5 * em, 1.6 * em];
    const inner = Math.max(10, high - top - bottom);
    const ofY = chosen("y", Math.max(2, Math.floor(inner / (2.4 * em))));
    const left = (0.62 * Math.max(axes.y.room ?? 1, ...ofY.map(([, text]) => text.length)) + 0.6) * em;
    area = { left, top, width: Math.max(10, wide - left - 0.9 * em), height: inner };
    ticks.replaceChildren();
    for (const [value, text] of ofY) {
      const level = top + atY(value);
      ticks.append(put(node("line"), { x1: left, x2: left + area.width, y1: level, y2: level }),
        put(node("text", { "text-anchor": "end" }, text), { x: left - 0.4 * em, y: level + 0.35 * em }));
    }
    for (const [value, text] of chosen("x", Math.max(2, Math.floor(area.width / (5 * em))))) {
      const along = left + atX(value);
      ticks.append(put(node("line"), { x1: along, x2: along, y1: top + inner, y2: top + inner + 0.35 * em }),
        put(node("text", { "text-anchor": "middle" }, text), { x: along, y: top + inner + 1.35 * em }));
    }
    for (const box of [field, inside]) put(box, { x: left, y: top, width: area.width, height: inner });
    name.style.marginLeft = `${left}px`;
  }

  function path({ kind, xs, ys }) {
    const [many, px, py] = [(xs ?? ys).length, (k) => atX(xs[k]).toFixed(1), (k) => atY(ys[k]).toFixed(1)];
    const pieces = [];
    if (kind === "band") return many ? `M${px(0)} 0H${px(1)}V${area.height}H${px(0)}Z` : "";
    let broken = true;
    for (let k = 0; k < many; k += 1) {
      if (kind === "rule") pieces.push(xs ? `M${px(k)} 0V${area.height}` : `M0 ${py(k)}H${area.width}`);
      else if (Number.isNaN(ys[k]) || Number.isNaN(xs[k])) broken = true;
      else if (kind === "curve") {
        pieces.push(`${broken ? "M" : "L"}${px(k)} ${py(k)}`);
        broken = false;
      } else pieces.push(`M${px(k)} ${py(k)}${kind === "circles" ? RING : "h0"}`);
    }
    return pieces.join("");
  }

  function draw() {
    if (!wide) return;
    if (stale) frame();
    for (const part of Object.values(drawn)) {
      if (!stale && !part.stale) continue;
      if (part.kind === "label") {
        part.element.textContent = part.text ?? "";
        if (part.xs.length) put(part.element, { x: atX(part.xs[0]), y: atY(part.ys[0]) });
      } else part.element.setAttribute("d", path(part));
      part.stale = false;
    }
    stale = false;
  }

  const fitted = sized(svg, () => {
    [wide, high] = [svg.clientWidth, svg.clientHeight];
    em = parseFloat(getComputedStyle(svg).fontSize);
    stale = true;
    draw();
  });
  return {
    element, place, draw,
    describe: () => svg.setAttribute("aria-label", typeof says === "function" ? says() : says),
    close: fitted,
    set(name, xs, ys, text) { Object.assign(drawn[name], { xs, ys, text, stale: true }); },
    show(name, on) {
      drawn[name].element.style.display = on ? "" : "none";
      const named = legend.querySelector(`[data-part="${name}"]`);
      if (named) named.hidden = !on;
    },
    range(axis, min, max) {
      if (axes[axis].min === min && axes[axis].max === max) return;
      Object.assign(axes[axis], { min, max });
      stale = true;
    },
  };
}

/** A chart recorder: the latest `length` values of something, one a step, under a window that moves with them. */
export function recorder({ label, says, unit, min, max, length, place, height, rules = [0] }) {
  const view = plot({ says, place, height,
    x: { label: unit, min: 0, max: length }, y: { label, min, max },
    parts: [{ name: "zero", kind: "rule", look: "quiet", line: "dash" }, { name: "trace", kind: "curve" }] });
  let values = [];
  let first = 0;
  view.set("zero", null, rules);
  return {
    ...view,
    clear(start = 0) { [values, first] = [[], start]; },
    record(value) {
      values.push(value);
      if (values.length <= length + 1) return;
      values.shift();
      first += 1;
    },
    draw() {
      view.range("x", first, first + length);
      view.set("trace", values.map((_, k) => first + k), values);
      view.draw();
    },
  };
}

/** Values from low to high, dense at both ends. */
export const between = (low, high, many) => Float64Array.from({ length: many },
  (_, k) => low + (high - low) * (1 - Math.cos((Math.PI * k) / (many - 1))) / 2);
