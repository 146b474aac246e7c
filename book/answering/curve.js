// Axes to draw a curve on, with the pointer or with the keyboard. The field is a slider: left and right move a cursor along x, up and
// down raise and lower the curve there. With Shift, left and right take the height along.

import { drawn, made, saidOn, told } from "./dom.js";

const HEIGHT = 230; // of the picture, in pixels
const MARGIN = { left: 46, right: 14, top: 10, bottom: 26 };
const COLUMNS = 30; // places along x, about
const LEVELS = 50; // steps of the keyboard along y, about
const MOST_STEPS = 7; // between what is written along an axis
const WIDE_ROOM = (signs) => 10 + 7 * signs; // pixels that a label takes along x, and along y
const HIGH_ROOM = () => 24;

/** The smallest round step, 1, 2 or 5 times a power of ten, that is not smaller than `least`. */
function roundedStep(least) {
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
}

const printed = (value, decimals) => {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text.replace("-", "\u2212");
};

/** How many decimals all of these values need. */
const decimalsOf = (...values) => [0, 1, 2, 3, 4, 5].find((some) => values.every((value) => Math.abs(value - value.toFixed(some)) < 1e-9)) ?? 6;

/**
 * What is written along an axis of so many pixels: both ends, and round numbers between them, {values, decimals}. Steps that divide
 * the axis evenly come first, three at least; else the numbers too near to an end are left out. `room` is what a label of so many
 * signs takes.
 */
export function ticksOf({ low, high }, pixels, room) {
  const span = high - low;
  const whole = (value) => Math.abs(value - Math.round(value)) < 1e-6;
  const power = 10 ** Math.floor(Math.log10(span / MOST_STEPS) + 1e-9);
  let uneven = null;
  for (const step of [1, 2, 2.5, 4, 5, 10, 20, 25, 40, 50].map((factor) => factor * power)) {
    const between = [];
    for (let k = Math.ceil(low / step - 1e-6); k * step < high + 1e-6 * step; k += 1) between.push(k * step);
    const decimals = decimalsOf(low, high, ...between);
    const near = room(Math.max(...[low, high, ...between].map((value) => printed(value, decimals).length)));
    if (span / step > MOST_STEPS + 1e-6 || (step / span) * pixels < near) continue;
    if (whole(low / step) && whole(high / step)) {
      if (span / step > 3 - 1e-6) return { values: between, decimals };
    } else {
      const inside = between.filter((value) => (Math.min(value - low, high - value) / span) * pixels >= near);
      uneven ??= { values: [low, ...inside, high], decimals };
    }
  }
  return uneven ?? { values: [low, high], decimals: decimalsOf(low, high) };
}

/** A sample of a line for the legend. */
const sample = (look) => drawn("svg", { class: "ask-sample", viewBox: "0 0 28 12", "aria-hidden": "true" },
  drawn("path", { class: `ask-line ask-${look}`, d: "M1 6H27" }), ...look === "measured"
    ? [drawn("circle", { class: "ask-point", cx: 14, cy: 6, r: 3 })] : []);

/** The axes of a declaration: {element, points(), clear(), reveal(mine, measured)}. */
export function curvePad({ x, y }, about) {
  const step = roundedStep((x.high - x.low) / COLUMNS);
  const along = Array.from({ length: Math.round((x.high - x.low) / step) + 1 }, (_, k) => Math.min(x.low + k * step, x.high));
  const rise = roundedStep((y.high - y.low) / LEVELS);
  const decimals = { x: decimalsOf(step), y: decimalsOf(rise) };

  const toDraw = `To be drawn: ${y.label}, against ${x.label}`;
  const levels = along.map(() => null); // what is drawn so far
  let [cursor, open, measured, wide] = [0, true, null, 0];

  const grid = drawn("g", { class: "ask-ticks" });
  const mine = drawn("path", { class: "ask-line ask-mine" });
  const theirs = drawn("path", { class: "ask-line ask-measured" });
  const dots = drawn("g", { class: "ask-point" });
  const mark = drawn("g", { class: "ask-cursor" }, drawn("path"), drawn("circle", { r: 5 }));
  const svg = drawn("svg", { class: "ask-axes", height: HEIGHT, "aria-hidden": "true" }, grid, theirs, dots, mine, mark);
  const field = made("div", { class: "ask-field", tabindex: "0", role: "slider", "aria-orientation": "vertical",
    "aria-label": toDraw, "aria-valuemin": y.low, "aria-valuemax": y.high,
    "aria-describedby": about, "aria-roledescription": "curve to draw" }, svg);
  const legend = made("p", { class: "ask-legend" });
  const keys = made("p", { class: "ask-hint" },
    "Draw with the pointer; or with the arrow keys: left and right move and draw nothing, up and down draw a point and raise or lower it, "
    + "left and right with Shift draw along at the same height, Delete takes a point away.");
  const element = made("div", { class: "ask-drawing" },
    made("div", { class: "ask-axis-name" }, y.label), field, made("div", { class: "ask-axis-name ask-axis-x" }, x.label), legend, keys);

  const inner = () => ({ width: Math.max(10, wide - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom });
  const atX = (value) => MARGIN.left + ((value - x.low) / (x.high - x.low)) * inner().width;
  const atY = (value) => MARGIN.top + (1 - (value - y.low) / (y.high - y.low)) * inner().height;
  const clamp = (value) => Math.min(Math.max(value, y.low), y.high);
  const points = () => along.map((at, k) => [at, levels[k]]).filter(([, level]) => level !== null);
  const path = (list) => list.map(([at, level], k) => `${k ? "L" : "M"}${atX(at).toFixed(1)} ${atY(level).toFixed(1)}`).join("");

  /** The height where the cursor stands: that of the curve, or of what is drawn nearest, or the middle. */
  function height() {
    if (levels[cursor] !== null) return levels[cursor];
    for (let far = 1; far < along.length; far += 1) {
      const near = levels[cursor - far] ?? levels[cursor + far];
      if (near !== undefined && near !== null) return near;
    }
    return Math.round(((y.low + y.high) / 2 - y.low) / rise) * rise + y.low;
  }

  function frame() {
    grid.replaceChildren();
    const { width, height: high } = inner();
    grid.append(drawn("rect", { x: MARGIN.left, y: MARGIN.top, width, height: high }));
    const ofX = ticksOf(x, width, WIDE_ROOM);
    const ofY = ticksOf(y, high, HIGH_ROOM);
    for (const value of ofX.values) {
      grid.append(drawn("path", { d: `M${atX(value).toFixed(1)} ${MARGIN.top + high}v5` }),
        drawn("text", { x: atX(value).toFixed(1), y: MARGIN.top + high + 19, "text-anchor": "middle" }, printed(value, ofX.decimals)));
    }
    for (const value of ofY.values) {
      grid.append(drawn("path", { class: "ask-grid", d: `M${MARGIN.left} ${atY(value).toFixed(1)}h${width}` }),
        drawn("text", { x: MARGIN.left - 7, y: (atY(value) + 4).toFixed(1), "text-anchor": "end" }, printed(value, ofY.decimals)));
    }
  }

  function draw() {
    if (!wide) return;
    const list = points();
    mine.setAttribute("d", list.length === 1 ? `${path(list)}h0.1` : path(list));
    theirs.setAttribute("d", measured ? path(measured) : "");
    dots.replaceChildren(...(measured ?? []).map(([at, level]) => drawn("circle", { cx: atX(at).toFixed(1), cy: atY(level).toFixed(1), r: 3 })));
    const [cx, cy] = [atX(along[cursor]).toFixed(1), atY(height()).toFixed(1)];
    mark.firstChild.setAttribute("d", `M${cx} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}`);
    mark.lastChild.setAttribute("cx", cx);
    mark.lastChild.setAttribute("cy", cy);
    mark.lastChild.setAttribute("class", levels[cursor] === null ? "ask-empty" : "");
  }

  /** Say where the cursor is. */
  function speak() {
    if (!open) return;
    field.setAttribute("aria-valuenow", height());
    const level = levels[cursor] === null ? "nothing drawn" : saidOn(y, printed(levels[cursor], decimals.y));
    field.setAttribute("aria-valuetext", `${saidOn(x, printed(along[cursor], decimals.x))}: ${level}`);
  }

  function changed() {
    speak();
    draw();
  }

  field.addEventListener("keydown", (event) => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: cursor - 1, ArrowRight: cursor + 1, Home: 0, End: along.length - 1 };
    const lifts = { ArrowUp: rise, ArrowDown: -rise, PageUp: 5 * rise, PageDown: -5 * rise, " ": 0 };
    if (event.key in moves) {
      const [from, to] = [cursor, Math.min(Math.max(moves[event.key], 0), along.length - 1)];
      if (event.shiftKey) levels.fill(height(), Math.min(from, to), Math.max(from, to) + 1);
      cursor = to;
    }
    else if (event.key in lifts) levels[cursor] = clamp(Number((height() + lifts[event.key]).toFixed(decimals.y + 2)));
    else if (event.key === "Delete" || event.key === "Backspace") levels[cursor] = null;
    else return;
    event.preventDefault();
    changed();
  });

  // With a finger, a stroke that begins up or down scrolls the page, and what it has drawn is taken back.
  let [before, last] = [null, null];
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const right = (event.clientX - box.left - MARGIN.left) / inner().width;
    const up = 1 - (event.clientY - box.top - MARGIN.top) / inner().height;
    const k = Math.round(right * (along.length - 1));
    return { k: Math.min(Math.max(k, 0), along.length - 1), level: clamp(y.low + up * (y.high - y.low)) };
  };
  const stroke = (event) => {
    const now = place(event);
    const from = last ?? now;
    const many = Math.abs(now.k - from.k);
    for (let far = last && many ? 1 : 0; far <= many; far += 1) {
      const share = many ? far / many : 1;
      levels[from.k + Math.sign(now.k - from.k) * far] = from.level + share * (now.level - from.level);
    }
    [last, cursor] = [now, now.k];
    changed();
  };
  field.addEventListener("pointerdown", (event) => {
    if (!open || event.button > 0) return;
    before = [...levels];
    last = null;
    field.setPointerCapture(event.pointerId);
    stroke(event);
  });
  field.addEventListener("pointermove", (event) => before && stroke(event));
  field.addEventListener("pointerup", () => { before = null; });
  field.addEventListener("pointercancel", () => {
    if (before) levels.splice(0, levels.length, ...before);
    before = null;
    changed();
  });

  new ResizeObserver(() => requestAnimationFrame(() => { // in the next frame: it changes sizes itself
    if (!field.clientWidth || field.clientWidth === wide) return;
    wide = field.clientWidth;
    svg.setAttribute("width", wide);
    frame();
    draw();
  })).observe(field);

  function clear() {
    levels.fill(null);
    [cursor, open, measured] = [0, true, null];
    legend.replaceChildren();
    keys.hidden = false;
    for (const [name, value] of Object.entries({ tabindex: "0", role: "slider" })) field.setAttribute(name, value);
    field.setAttribute("aria-label", toDraw);
    element.removeAttribute("data-shown");
    changed();
  }
  speak();

  return {
    element,
    points,
    clear,
    /** Show both curves; nothing more can be drawn. */
    reveal(given, theirPoints) {
      levels.fill(null);
      for (const [at, level] of given) {
        const k = Math.round((at - x.low) / step);
        if (k >= 0 && k < along.length) levels[k] = clamp(level);
      }
      [open, measured] = [false, theirPoints];
      legend.replaceChildren(made("span", {}, sample("mine"), "your prediction"), made("span", {}, sample("measured"), "measured"));
      keys.hidden = true;
      for (const name of ["tabindex", "aria-valuenow", "aria-valuetext", "aria-valuemin", "aria-valuemax", "aria-orientation",
        "aria-roledescription", "aria-describedby"]) field.removeAttribute(name);
      field.setAttribute("role", "img");
      const ends = [theirPoints[0], theirPoints[theirPoints.length - 1]];
      field.setAttribute("aria-label", `Your curve and the measured one: ${y.label}, against ${x.label}. Measured: from ${ends
        .map(([at, level]) => `${saidOn(y, told(level))} at ${saidOn(x, told(at))}`).join(" to ")}.`);
      element.setAttribute("data-shown", "");
      draw();
    },
  };
}
