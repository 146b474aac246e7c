// What every explorable shares: controls, loop, keys and read-out, and the two ways into a page.
//
// explorable(machine) gives what anywidget asks for, {render({model, el})}. What can be set and read, the buttons and the
// pace are declared in Python, and come with the model: see controls.py beside this file.
//   machine    async ({get, set, limits, data, paint}) => what moves; get(key) reads a trait, set(key, value) moves a control by
//              itself, limits(key) are the ends of a slider, and data is what the class's data() returns; paint(now, true)
//              shows what a hand has changed in a view:
//     views            [{element, place, draw(), describe?(text), close?()}] from top to bottom, as picture (lattice.js)
//                      and plot (plot.js) make them. The place is "across" (a row of its own on top), "half" (side by
//                      side on top), "beside" (the panel) or "below" (side by side, under the panel)
//     readings()       the numbers of the read-out by key: NaN is one not known yet;  words()  the state in a few words
//     changed(key)     a control has set this trait;  held?(key)  its box is being typed in. Either may return words to say
//     restart?         names of the traits that a run starts from: when one changes, the run starts again
//     reset?()         back to the start;  step?()  one step. A model without step has no time: it has no Start, Step
//                      and Reset, and no loop, and only answers its controls
//     run?(n)          n steps, if that is not step() n times; a frame may ask for its steps in portions
//     frame?(n, pace)  instead: all that one frame does, n steps of the `pace` that is chosen, or fewer where they do not fit
//     digest?()        fingerprint of the state, for the trait `digest` while it is paused
//     …                and what the declared actions call, by name
// kernels(…) takes the library's own functions, as WebAssembly, into a machine.

import { addressOf, asked, listen } from "./address.js";
import { budget, speedometer } from "./pace.js";
import { sized } from "./sized.js";
import { meant } from "./touch.js";

const FRAME = 12; // milliseconds of a frame in which steps are taken; the rest is for the picture and for the reader

const SVG = new Set(["svg", "g", "path", "line", "rect", "text"]);

/** An element with attributes and children; `on…` attributes are listeners. */
export function node(tag, attributes = {}, ...children) {
  const made = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A number as it is printed: a true minus sign, and no minus before a zero. */
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** A power of ten, as it is printed. */
export const powerOfTen = (power) => `10${[...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("")}`;

/** A reading as it is handed on: JSON has finite numbers only. */
const kept = (value) => (Number.isFinite(value) ? value : 0);

/** A reading as it is shown: what is small is not shown as zero, except for what may be an error of rounding. */
function told(value, { digits, significant }) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  const decimals = value && significant ? significant - 1 - Math.floor(Math.log10(Math.abs(value))) : 0;
  const text = fixed(value, Math.min(Math.max(digits, decimals), 12));
  if (!value || /[1-9]/.test(text)) return text;
  if (Math.abs(value) < 1e-12) return "≈ 0";
  const [mantissa, power] = value.toExponential(1).split("e");
  return `${mantissa.replace("-", "−")} · ${powerOfTen(Number(power))}`;
}

/** Steps a second, as they are shown: nothing until they are known. */
const rated = (speed, unit) => (Number.isNaN(speed) ? "" : `now ${fixed(speed, speed < 10 ? 1 : 0)} ${unit}`);

/** A label, of which what follows a "_" is set lower. */
function lowered(label) {
  const [head, tail] = label.split("_");
  return tail ? [head, node("sub", {}, tail)] : [head];
}

/** The unit behind a name, as in I / (µA/cm²). */
const per = (unit) => (unit ? ` / ${unit.includes("/") ? `(${unit})` : unit}` : "");

/** Set a trait, and tell Python. */
function assign(model, key, value) {
  model.set(key, value);
  model.save_changes();
}

let names = 0; // makes the ids that tie a label to its input, unique in the page
export const unique = () => {
  do names += 1;
  while (document.getElementById(`sl-${names}`));
  return `sl-${names}`;
};

/** A text box that takes a number; what it cannot take it says beside the box, and changes nothing. */
function numberBox({ label, key, read, allowed, model, describe }) {
  const problem = node("p", { class: "sl-problem", id: unique(), role: "alert", hidden: true });
  const box = node("input", { type: "text", class: "sl-number", spellcheck: "false", autocomplete: "off" });
  box.setAttribute("aria-describedby", problem.id);
  if (label) box.setAttribute("aria-label", label);
  const show = () => {
    box.value = describe(model.get(key));
    box.removeAttribute("aria-invalid");
    problem.hidden = true;
  };
  const follow = () => box.matches(":focus") || show(); // what moves does not write over what is being typed
  box.addEventListener("blur", () => box.hasAttribute("aria-invalid") || show());
  box.addEventListener("change", () => {
    const value = read(box.value.trim().replace("−", "-").replace(",", "."));
    if (value === undefined) {
      box.setAttribute("aria-invalid", "true");
      problem.textContent = `“${box.value}” is not ${allowed}. It stays at ${describe(model.get(key))}.`;
      problem.hidden = false;
      return;
    }
    assign(model, key, value);
    show();
  });
  return { box, problem, follow };
}

function rangeControl({ key, label, symbol, unit = "", min, max, step, digits, ends = 1, marks = [] }, model) {
  const id = unique();
  const allowed = `a number from ${fixed(min, ends)} to ${fixed(max, ends)}`;
  const read = (text) => (text !== "" && Number(text) >= min && Number(text) <= max ? Number(text) : undefined);
  const describe = (value) => fixed(value, digits);
  const { box, problem, follow } = numberBox({ label: `${label} ${symbol}, exact value`, key, model, allowed, read, describe });
  const slider = node("input", { type: "range", id, min, max, step });
  meant(slider, (value) => assign(model, key, value));
  const scale = node("div", { class: "sl-scale" },
    ...[min, max].map((end) => node("span", { "aria-hidden": "true" }, fixed(end, ends))));
  for (const mark of marks) {
    const at = `--sl-at: ${(mark.at - min) / (max - min)}`;
    scale.append(node("button", { type: "button", style: at, "aria-label": mark.says, title: mark.says,
      onclick: () => assign(model, key, mark.at) }, ...lowered(mark.label)));
  }
  const update = () => {
    slider.value = model.get(key);
    slider.setAttribute("aria-valuetext", `${fixed(model.get(key), digits)} ${unit}`.trim());
    follow();
  };
  const name = node("label", { for: id }, label, " ", node("i", {}, symbol), per(unit));
  const row = node("div", { class: "sl-row" }, name, box);
  return { update, read, allowed, says: (value) => `${symbol} ${describe(value)}`,
    element: node("div", { class: "sl-range" }, row, slider, scale, problem) };
}

function choiceControl({ key, label, options }, model) {
  const select = node("select", {}, ...options.map(([value, text]) => node("option", { value }, text)));
  select.addEventListener("change", () => assign(model, key, options[select.selectedIndex][0]));
  const written = (value) => String(value ?? "None"); // as Python has it
  return { update: () => { select.selectedIndex = options.findIndex(([value]) => value === model.get(key)); },
    read: (text) => options.find(([value]) => written(value) === text
      || (typeof value === "number" && text !== "" && Number(text) === value))?.[0],
    allowed: `one of ${options.map(([value]) => written(value)).join(", ")}`, written,
    says: (value) => `${label.toLowerCase()} ${options.find(([each]) => each === value)[1]}`,
    element: node("label", { class: "sl-field" }, node("span", {}, label), select) };
}

function wholeControl({ key, label, min, max }, model) {
  const allowed = `a whole number from ${min} to ${max}`;
  const read = (text) => (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined);
  const { box, problem, follow } = numberBox({ key, model, allowed, read, describe: String });
  box.setAttribute("inputmode", "numeric");
  return { update: follow, read, allowed, says: (value) => `${label.toLowerCase()} ${value}`,
    element: node("div", { class: "sl-field" }, node("label", {}, node("span", {}, label), box), problem) };
}

function checkControl({ key, label }, model) {
  const box = node("input", { type: "checkbox" });
  box.addEventListener("change", () => assign(model, key, box.checked));
  return { update: () => { box.checked = model.get(key); },
    read: (text) => ({ true: true, 1: true, false: false, 0: false })[text.toLowerCase()], allowed: "True or False",
    written: (value) => (value ? "True" : "False"), says: (value) => `${label.toLowerCase()}: ${value ? "yes" : "no"}`,
    element: node("label", { class: "sl-check" }, box, node("span", {}, label)) };
}

export const CONTROLS = { range: rangeControl, choice: choiceControl, whole: wholeControl, check: checkControl };

/**
 * The kernels of a module and the arrays that they work on: `arrays` gives for each name its type and its length.
 * Returns the functions by name, the addresses that they take, and the arrays there.
 */
export async function kernels(module, arrays) {
  const packed = new Blob([Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0))]);
  const bytes = await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const { instance } = await WebAssembly.instantiate(bytes, { env: Math }); // they ask for exp and the like
  const { memory, __heap_base, ...functions } = instance.exports;
  const [at, of] = [{}, {}];
  let free = __heap_base.value;
  for (const [name, [type, length]] of Object.entries(arrays)) {
    at[name] = Math.ceil(free / 16) * 16;
    free = at[name] + length * type.BYTES_PER_ELEMENT;
  }
  memory.grow(Math.max(0, Math.ceil((free - memory.buffer.byteLength) / 65536)));
  for (const [name, [type, length]] of Object.entries(arrays)) of[name] = new type(memory.buffer, at[name], length);
  return { functions, at, of };
}

/** What is seen first and what waits under More: as declared, or else the first `many`. */
function parted(all, many) {
  const firsts = all.some(({ first }) => first) ? all.filter(({ first }) => first) : all.slice(0, many);
  return [firsts, all.filter((each) => !firsts.includes(each))];
}

export function explorable(makeMachine) {
  async function render({ model, el }) {
    const spec = model.get("_spec");
    const { actions } = spec;
    const limits = (name) => {
      const { min, max } = spec.controls.find(({ key }) => key === name);
      return { min, max };
    };
    const machine = await makeMachine({ limits, data: model.get("_data"), module: model.get("_wasm"),
      get: (key) => model.get(key), set: (key, value) => model.set(key, value), paint });
    const moves = Boolean(machine.step);
    const paces = (spec.pace?.values ?? [1]).map((value) => [value].flat());
    const bySecond = spec.pace?.every === "second";
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const since = { paint: -Infinity, readout: -Infinity, sync: -Infinity, status: -Infinity };
    let [visible, frame, pace, before, owed] = [false, 0, spec.pace?.start ?? paces[0][0], 0, 0];
    const [within, speed] = [budget(FRAME), speedometer()];

    // The parts, from the top of the page to the bottom.
    const row = (name, elements) => (elements.length ? [node("div", { class: name }, ...elements)] : []);
    const views = (...places) => machine.views.filter((v) => places.includes(v.place)).map(({ element }) => element);
    const pushes = (text, onclick, name = "") => node("button", { type: "button", class: name, onclick }, text);
    const toggle = pushes("Start", () => run(!model.get("running")), "sl-primary");
    const buttons = [...moves ? [toggle, pushes("Step", step), pushes("Reset", reset)] : [],
      ...actions.map((action) => pushes(action.label, () => act(action)))];
    const values = Object.fromEntries(spec.readings.map(({ key }) => [key, node("span", { class: "sl-value" })]));
    const readout = (readings) => (readings.length ? [node("div", { class: "sl-readout" }, ...readings.map(({ key, label, unit }) =>
      node("div", {}, node("span", { class: "sl-name" }, label.length === 1 ? node("i", {}, label) : label, per(unit)),
        " ", values[key])))] : []);
    const rate = node("p", { class: "sl-keys sl-rate" });
    const note = node("p", { class: "sl-problem", "aria-hidden": "true", hidden: true }); // what the status says of a bad address
    const status = node("p", { class: "sl-hidden", role: "status", "aria-live": "polite" });
    const controls = spec.controls.map((control) => ({ ...control, ...CONTROLS[control.kind](control, model) }));
    const elements = (...kinds) => controls.filter(({ kind }) => kinds.includes(kind)).map(({ element }) => element);
    const [firstSliders, otherSliders] = parted(controls.filter(({ kind }) => kind === "range"), 1);
    const [firstReadings, otherReadings] = parted(spec.readings, 2);
    const fields = elements("choice", "whole", "levels");
    const extra = []; // what an address may set besides the controls: the pace
    if (spec.pace) {
      const options = paces.map(([value, text]) => node("option", { value, selected: value === pace }, text ?? String(value)));
      const select = node("select", {}, ...options);
      select.addEventListener("change", () => { pace = Number(select.value); });
      const name = ([value, text]) => text ?? String(value);
      const values = paces.map(([value]) => value);
      extra.push({ key: "pace", initial: pace, now: () => pace, read: (text) => values.find((each) => text && Number(text) === each),
        allowed: `one of ${values.join(", ")}`, set: (value) => { select.value = pace = value; },
        says: (value) => `${spec.pace.label.split(" / ")[0].toLowerCase()} ${name(paces[values.indexOf(value)])}` });
      fields.push(node("div", {}, node("label", { class: "sl-field" }, node("span", {}, spec.pace.label), select),
        rate));
    }
    const letters = [...moves ? [["Space", "run"], ["S", "step"], ["R", "reset"]] : [],
      ...actions.map(({ letter, label }) => [letter, label.toLowerCase()])];
    const keys = node("p", { class: "sl-keys" },
      ...letters.flatMap(([key, text], k) => [k ? ", " : "", node("kbd", {}, key), ` ${text}`]));
    const back = node("button", { type: "button", class: "sl-back", hidden: true }, "Back to the text");
    const more = node("details", { class: "sl-more" }, node("summary", {}, "More"), node("div", { class: "sl-rest" },
      ...readout(otherReadings), ...otherSliders.map(({ element }) => element), ...row("sl-fields", fields),
      ...row("sl-checks", elements("check")), ...model.address ? [sharing()] : [], ...letters.length ? [keys] : []));
    const root = node("div", { class: "sl sl-live", role: "group", tabindex: "0", "aria-label": spec.title,
      "data-explorable": spec.name, "data-lm-suppress-shortcuts": "true", onkeydown: press },
      ...row("sl-top", views("across", "half")), ...row("sl-view", views("beside")),
      node("div", { class: "sl-panel" }, back, ...row("sl-buttons", buttons), ...readout(firstReadings),
        ...firstSliders.map(({ element }) => element), note, more),
      ...row("sl-below", views("below")), status);

    const first = root.querySelector(":is(.sl-top, .sl-view) > *");
    let forget = () => {};
    let cameFrom; // the button of the prose that set the model last
    back.addEventListener("click", () => {
      forget();
      to(cameFrom, "center");
      cameFrom.focus({ preventScroll: true });
    });
    root.addEventListener("input", ({ target }) => {
      if (target.matches("[type=text]")) hint(machine.held?.(controls.find(({ element }) => element.contains(target))?.key));
    });
    root.addEventListener("change", ({ target }) => { if (target.matches("select")) note.hidden = true; });

    const start = Object.fromEntries(controls.map(({ key }) => [key, model.get(key)]));
    const active = () => moves && model.get("running") && visible && !document.hidden;

    function summary() {
      const read = machine.readings();
      const say = (name, value, form) => `${name} ${told(value, form)}${form.unit ? ` ${form.unit}` : ""}`;
      const numbers = spec.readings.filter(({ key }) => !Number.isNaN(read[key]))
        .map((reading) => say(reading.label, read[reading.key], reading));
      const settings = spec.controls.filter(({ kind }) => kind === "range")
        .map((control) => say(control.symbol, model.get(control.key), control));
      return `${machine.words()}. ${settings.join(", ")}. ${numbers.join(", ")}.`;
    }

    /** Show the state: the picture always, the words and numbers as often as a person can read them. */
    function paint(now, settled = false) {
      const due = (what, wait) => settled || now - since[what] >= wait ? ((since[what] = now), true) : false;
      if (!due("paint", calm.matches ? 1000 : 0)) return;
      const read = machine.readings();
      for (const view of machine.views) view.draw();
      if (due("readout", 100)) {
        for (const reading of spec.readings) {
          values[reading.key].textContent = told(read[reading.key], reading);
          root.dataset[reading.key] = kept(read[reading.key]);
        }
        root.dataset.running = Boolean(model.get("running"));
      }
      const running = moves && model.get("running");
      const state = moves ? (running ? "Running. " : "Paused. ") : "";
      if (due("status", 5000)) status.textContent = `${state}${summary()}`;
      if (settled) for (const view of machine.views) view.describe?.(running ? `${spec.title}, running` : `${spec.title}. ${summary()}`);
      if (settled && machine.digest) root.dataset.digest = machine.digest();
      else delete root.dataset.digest;
      if (due("sync", 500)) {
        for (const { key } of spec.readings) model.set(key, kept(read[key]));
        if (machine.digest) model.set("digest", root.dataset.digest ?? "");
        model.save_changes();
      }
    }

    function tick() {
      frame = 0;
      const now = performance.now(); // the time of a frame may lag behind that of an event
      if (!active()) return;
      if (bySecond) owed += pace * Math.min((now - before) / 1000, 0.1); // after a rest it does not catch up
      else owed = pace;
      before = now;
      const steps = Math.floor(owed);
      owed -= steps; // what does not fit is not caught up with either
      const done = machine.frame ? within(steps, (n) => machine.frame(n, pace), true)
        : within(steps, machine.run ?? ((n) => { for (let k = 0; k < n; k += 1) machine.step(); }));
      rate.textContent = rated(speed(done, now) * (spec.pace?.scale ?? 1), spec.pace?.unit);
      paint(now);
      wake();
    }
    function wake() {
      if (!frame && active()) frame = requestAnimationFrame(tick);
    }
    const run = (on) => assign(model, "running", on);
    function step() {
      run(false);
      machine.step();
      paint(performance.now(), true);
    }
    const refresh = () => controls.forEach(({ update }) => update()); // a text that was refused goes
    function reset() {
      owed = 0;
      note.hidden = true;
      refresh();
      machine.reset?.();
      paint(performance.now(), true);
    }
    function act(action) {
      machine[action.does]();
      paint(performance.now(), !model.get("running"));
    }
    function press(event) {
      const { target, key } = event;
      if (event.ctrlKey || event.altKey || event.metaKey || target.matches("select, input[type=text]")) return;
      if (key === " " && target.matches("button, summary, input[type=checkbox]")) return;
      const known = moves ? { " ": () => event.repeat || run(!model.get("running")), s: step, r: reset } : {};
      for (const action of actions) known[action.letter.toLowerCase()] = () => act(action);
      const meant = known[key.toLowerCase()];
      if (!meant) return;
      event.preventDefault();
      event.stopPropagation();
      meant();
    }
    /** Take the state that an address or a button asks for, all of it or what it names, and say so. */
    function take(text, anew, from) {
      const running = { key: "run", read: (word) => ({ 1: true, 0: false })[word], allowed: "0 or 1" };
      const { found, refused } = asked(text, [...controls, ...extra, ...moves ? [running] : []]);
      const named = controls.filter(({ key }) => found.has(key));
      for (const { key, initial, set } of extra) if (anew || found.has(key)) set(found.get(key) ?? initial);
      more.open ||= named.some(({ key, element }) => more.contains(element) && model.get(key) !== found.get(key));
      for (const { key } of anew ? controls : named) model.set(key, found.has(key) ? found.get(key) : start[key]);
      model.save_changes();
      refresh();
      if (anew || named.some(({ key }) => machine.restart?.includes(key))) reset();
      if (moves && (anew || found.has("run"))) run(found.get("run") ?? false);
      const said = [...named, ...extra].filter(({ key }) => found.has(key)).map(({ key, says }) => says(found.get(key)));
      if (found.get("run")) said.push("running");
      const left = refused.length ? `Left out: ${refused.join("; and ")}.` : "";
      Object.assign(note, { className: "sl-problem", textContent: left, hidden: !left });
      say(`${said.length ? `${spec.title}: ${said.join(", ")}. ` : ""}${left}`);
      if (look(anew) && from) wayBack(from);
    }
    const to = (element, block, atOnce) => element.scrollIntoView({ block, behavior: atOnce || calm.matches ? "auto" : "smooth" });
    /** Bring it into sight, at once or smoothly, unless it is there with its numbers; returns whether it was not. */
    function look(atOnce) {
      const { top, bottom, right } = first.getBoundingClientRect();
      const numbers = root.querySelector(".sl-readout").getBoundingClientRect();
      const covered = numbers.left < right && numbers.bottom <= bottom; // by a picture that sticks
      if (!covered && numbers.top < innerHeight
        && Math.min(bottom, innerHeight) - Math.max(top, 0) > 0.6 * (bottom - top)) return false;
      to(root, "start", atOnce);
      return true;
    }
    /** Offer the way back to a button of the prose, unless it is still in sight beside the model. */
    function wayBack(from) {
      forget();
      const far = from.getBoundingClientRect().top - root.getBoundingClientRect().top;
      if (far > 0 && far < 0.8 * innerHeight) return;
      let left = false; // the reader has left it
      const seen = new IntersectionObserver((entries) => {
        const here = entries.at(-1).isIntersecting;
        if (left && here) forget();
        left ||= !here;
      });
      forget = () => { seen.disconnect(); back.hidden = true; };
      seen.observe(from);
      back.hidden = false;
      cameFrom = from;
    }
    /** Say what a reader should know, and show it. */
    function hint(words) {
      if (!words) return;
      Object.assign(note, { className: "sl-keys", textContent: words, hidden: false });
      say(words);
    }
    function say(words) {
      status.textContent = words;
      since.status = performance.now();
    }
    /** A button that copies the address of these settings, with a field for where a page may not copy. */
    function sharing() {
      const field = node("input", { type: "text", class: "sl-number", readonly: true, "aria-label": "Address of these settings", hidden: true });
      const link = () => {
        const told = controls.filter(({ key }) => model.get(key) !== start[key])
          .map(({ key, written = String }) => `${key}=${encodeURIComponent(written(model.get(key)))}`);
        for (const { key, initial, now } of extra) if (now() !== initial) told.push(`${key}=${now()}`);
        return `${location.href.split("#")[0]}#${model.address}?${told.join("&")}`;
      };
      const copy = pushes("Copy link", async () => {
        field.value = link();
        try {
          await navigator.clipboard.writeText(field.value);
          copy.textContent = "Copied";
          say("The address of these settings is copied.");
          setTimeout(() => { copy.textContent = "Copy link"; }, 2000);
        } catch {
          field.hidden = false;
          field.focus();
          field.select();
          say("Here a page may not copy. The address is in the field, selected.");
        }
      });
      return node("div", { class: "sl-share" }, node("div", { class: "sl-buttons" }, copy), field, node("p", { class: "sl-keys" },
        `The link holds the settings${moves ? ", not the steps taken: from its start the same run follows" : ""}.`));
    }
    function showRunning() {
      toggle.textContent = model.get("running") ? "Pause" : "Start";
      rate.textContent = "";
      paint(performance.now(), true);
      wake();
    }

    const listeners = [["change:running", showRunning]];
    for (const { key, update } of controls) {
      listeners.push([`change:${key}`, () => {
        update();
        const words = machine.restart?.includes(key) ? reset() : machine.changed(key);
        if (!moves || !model.get("running")) paint(performance.now(), true);
        hint(words);
      }]);
    }
    for (const [name, listener] of listeners) model.on(name, listener);
    const watcher = new IntersectionObserver((entries) => { // the latest of what has happened since the last call
      visible = entries.at(-1).isIntersecting;
      wake();
    });
    watcher.observe(root);
    const fitted = sized(first, () => root.style.setProperty("--sl-stuck", `${first.offsetHeight}px`));
    document.addEventListener("visibilitychange", wake);

    el.classList.add("sl-home");
    const still = el.querySelector(".sl-still");
    still?.classList.add("sl-printed"); // paper shows the still picture, and not some moment of the run
    if (still) still.after(root);
    else el.append(root);
    reset();
    showRunning();
    status.textContent = ""; // nothing has happened yet that a screen reader should interrupt with
    if (model.address) listen(model.address, take, look);

    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      fitted();
      forget();
      for (const view of machine.views) view.close?.();
      document.removeEventListener("visibilitychange", wake);
      for (const [name, listener] of listeners) model.off(name, listener);
    };
  }

  /** Render, or say in a sentence why not; a still picture that is there stays. */
  return { async render({ model, el }) {
    try {
      return await render({ model, el });
    } catch (error) {
      const why = typeof WebAssembly === "undefined"
        ? "it needs WebAssembly, which this browser does not have or has switched off."
        : `${error.message}.`;
      const say = el.querySelector(".sl-why") ?? el.appendChild(node("p", { class: "sl-why" }));
      say.textContent = `The live version cannot run: ${why}`;
      return () => {};
    }
  } };
}

/** In a page without a kernel: the same widget on a model that is only here. */
export function hydrate(widget, el, state) {
  const [listeners, { name }] = [new Map(), state["_spec"]];
  widget.render({ el, model: {
    address: addressOf(el, name), // by which the page's own address can name it
    get: (key) => state[key],
    set(key, value) {
      if (state[key] === value) return;
      state[key] = value;
      listeners.get(`change:${key}`)?.();
    },
    on: (name, listener) => listeners.set(name, listener),
    off: (name) => listeners.delete(name),
    save_changes() {},
  } });
}
