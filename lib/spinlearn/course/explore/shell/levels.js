// Levels that the reader draws, one for each of some places along a graph. As a text they have a sign each, in an address, too.
//
// A setting that Python declares with `levels` is one of the texts that have a name, or one that is drawn.
// drawable(view, {…}) lets the reader draw it on a graph, as bars: with the pointer, a finger, or the keys.

import { CONTROLS, fixed, node, unique } from "./shell.js";

CONTROLS.levels = ({ key, label, options, own, many, signs }, model) => {
  const select = node("select", {}, ...options.map(([value, text]) => node("option", { value }, text)));
  const place = (value) => options.findIndex(([each]) => each === value);
  const drawn = new RegExp(`^(?!${signs[0]}+$)[${signs}]{${many}}$`);
  const option = node("option", {}, own);
  let last; // what was drawn
  select.addEventListener("change", () => {
    model.set(key, options[select.selectedIndex]?.[0] ?? last);
    model.save_changes();
  });
  return { update() {
    const k = place(model.get(key));
    if (k < 0) {
      last = model.get(key);
      select.append(option);
    }
    select.selectedIndex = k < 0 ? options.length : k;
  },
    read: (text) => (place(text) >= 0 || drawn.test(text) ? text : undefined),
    allowed: `one of ${options.map(([value]) => value).join(", ")}, or ${many} levels, each a sign from 0 to 9, a to z or A to ${
      signs.at(-1)}, not all 0`,
    says: (value) => `${label.toLowerCase()} ${options[place(value)]?.[1] ?? own.toLowerCase()}`,
    element: node("label", { class: "sl-field" }, node("span", {}, label), select) };
};

/** Bars of a width, from 0 up, as a curve that is interrupted. */
export function bars(places, heights, width) {
  const [xs, ys] = [[], []];
  heights.forEach((height, k) => {
    if (!height) return;
    xs.push(...[-1, -1, 1, 1].map((side) => places[k] + side * width / 2), NaN);
    ys.push(0, height, height, 0, NaN);
  });
  return [xs, ys];
}

/**
 * Lay a sheet over the graph `view`, of the axes {min, max} x and y, on which the levels at evenly spaced `places` are drawn.
 *   get(), set(text)   the setting;  levels()  its levels, from 0 to `most`, which is at y = 1;  signs  those of the text
 *   cursor             the part of the graph, a rule, that shows which place the keys are at
 *   place, level       what a place and its level are called;  shape  what is drawn, which is bars unless it is said
 *   top                where the highest level is on y, which is at 1 unless it is said
 *   empty              whether all levels may be 0: unless it is said, at least one stays above
 * Returns {here(), goesOn()}: here() shows and says where the keys are, and goesOn() tells, while the setting is set, whether it goes on with what was set before, as a stroke does.
 */
export function drawable(view, { x, y, places, levels, signs, get, set, cursor, place, level, digits,
  shape = "bars", top = 1, empty }) {
  const most = signs.length - 1;
  const svg = view.element.querySelector("svg.sl-plot");
  const keys = node("p", { class: "sl-keys", id: unique() },
    "Draw with the pointer, or with the arrow keys: left and right choose, up and down raise and lower, Delete takes away.");
  const sheet = node("div", { class: "sl-sheet", tabindex: "0", role: "slider", "aria-label": `${level} of one ${place}, to be drawn`,
    "aria-orientation": "vertical", "aria-roledescription": `${shape} to draw`, "aria-valuemin": 0, "aria-valuemax": top,
    "aria-describedby": keys.id });
  const pad = node("div", { class: "sl-pad" }, sheet);
  svg.before(pad);
  pad.prepend(svg);
  view.element.append(keys);
  view.element.classList.add("sl-graph-drawn");

  let [at, moved, mine, on] = [Math.floor(places.length / 2), true, null, false]; // mine: what was drawn last

  /** Show and say where the keys are. */
  function here() {
    const now = (top * levels()[at]) / most;
    sheet.setAttribute("aria-valuenow", now);
    sheet.setAttribute("aria-valuetext", `${place} ${fixed(places[at], digits)}: ${level.toLowerCase()} ${fixed(now, 2)}`);
    view.set(cursor, [places[at]], null);
    view.show(cursor, sheet.matches(":focus"));
    view.draw();
  }
  function take(next, further) {
    if (!empty && next.every((each) => !each)) next[levels().findIndex((each) => each)] = 1;
    on = further && get() === mine;
    set(next.map((each) => signs[each]).join(""));
    [mine, on] = [get(), false];
    here();
  }
  const within = (value) => Math.min(Math.max(Math.round(value), 0), most);

  sheet.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = levels();
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 };
    const lifts = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5, Delete: -most, Backspace: -most };
    if (event.key in moves) {
      at = Math.min(Math.max(moves[event.key], 0), places.length - 1);
      moved = true;
      here();
    } else if (event.key in lifts) {
      now[at] = within(now[at] + lifts[event.key]);
      take(now, !moved);
      moved = false;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  for (const kind of ["focus", "blur"]) sheet.addEventListener(kind, here);

  // With a finger, a stroke that begins up or down scrolls the page, and what it has drawn is taken back.
  let [before, last] = [null, null]; // the setting before the stroke, and where the stroke has come to
  const point = ({ clientX, clientY }) => {
    const box = svg.querySelector(".sl-field-area").getBoundingClientRect();
    const along = x.min + ((clientX - box.left) / box.width) * (x.max - x.min);
    const up = y.max - ((clientY - box.top) / box.height) * (y.max - y.min);
    return { k: Math.round((along - places[0]) / (places[1] - places[0])), level: within((up / top) * most) };
  };
  const stroke = (to) => {
    const [now, from] = [levels(), last ?? to];
    const far = Math.abs(to.k - from.k);
    for (let step = last && far ? 1 : 0; step <= far; step += 1) {
      const k = from.k + Math.sign(to.k - from.k) * step;
      if (k in now) [now[k], at] = [within(from.level + (far ? step / far : 1) * (to.level - from.level)), k];
    }
    take(now, last !== null);
    [last, moved] = [to, true];
  };
  sheet.addEventListener("pointerdown", (event) => {
    const to = point(event);
    if (event.button > 0 || !(to.k in places)) return;
    [before, last] = [get(), null];
    sheet.setPointerCapture(event.pointerId);
    stroke(to);
  });
  sheet.addEventListener("pointermove", (event) => before !== null && stroke(point(event)));
  sheet.addEventListener("pointerup", () => { before = null; });
  sheet.addEventListener("pointercancel", () => {
    on = true;
    if (before !== null) set(before);
    [before, on] = [null, false];
    here();
  });
  return { here, goesOn: () => on };
}
