// What every explorable shares: controls, loop, trace, keys and read-out, and the two ways into a page.
//
// explorable(spec) gives what anywidget asks for, {render({model, el})}. The spec says what is special:
//   name       the kind, in one word; title, what it is in a few
//   controls   [{kind: "range" | "choice" | "whole", key, label, …}]   each sets the trait `key` of the model;
//              a range has a symbol besides, and marks [{at, label, says}] that set it to a value
//   pace       {label, values}                steps a frame; not a trait
//   trace      {key, label, min, max, length} the reading that is drawn against time
//   readings   [{key, label, digits}]         the read-out; the first counts the steps
//   machine    async (get) => {width, height, legend: [[colour, text]], restart, reset(), step(), changed(key),
//              draw(context), readings(), words(), digest()}   what moves; get(key) reads a trait
// `restart` names the traits that a run starts from: when one of them changes, the run starts again.

/** An element with attributes and children; `on…` attributes are listeners. */
function node(tag, attributes = {}, ...children) {
  const svg = tag === "svg" || tag === "polyline" || tag === "line";
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A number as it is printed: a true minus sign, and no minus before a zero. */
function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "\u2212");
}

let names = 0; // makes the ids that tie a label to its input, unique in the page
const unique = () => {
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
  box.addEventListener("change", () => {
    const value = read(box.value.trim().replace("\u2212", "-"));
    if (value === null) {
      box.setAttribute("aria-invalid", "true");
      problem.textContent = `\u201c${box.value}\u201d is not ${allowed}. It stays at ${describe(model.get(key))}.`;
      problem.hidden = false;
      return;
    }
    model.set(key, value);
    model.save_changes();
    show();
  });
  return { box, problem, show };
}

function rangeControl({ key, label, symbol, min, max, step, digits, marks }, model) {
  const id = unique();
  const { box, problem, show } = numberBox({
    label: `${label} ${symbol}, exact value`, key, model,
    allowed: `a number from ${fixed(min, 1)} to ${fixed(max, 1)}`,
    read: (text) => (text !== "" && Number(text) >= min && Number(text) <= max ? Number(text) : null),
    describe: (value) => fixed(value, digits),
  });
  const slider = node("input", { type: "range", id, min, max, step });
  const assign = (value) => { model.set(key, value); model.save_changes(); };
  slider.addEventListener("input", () => assign(Number(slider.value)));
  const ends = [min, max].map((end) => node("span", { "aria-hidden": "true" }, fixed(end, 1)));
  const scale = node("div", { class: "sl-scale" }, ...ends);
  for (const mark of marks) {
    const at = `--sl-at: ${(mark.at - min) / (max - min)}`;
    scale.append(node("button", { type: "button", style: at, "aria-label": mark.says, title: mark.says,
      onclick: () => assign(mark.at) }, ...[mark.label].flat()));
  }
  const update = () => {
    slider.value = model.get(key);
    slider.setAttribute("aria-valuetext", fixed(model.get(key), digits));
    show();
  };
  const row = node("div", { class: "sl-row" }, node("label", { for: id }, label, " ", node("i", {}, symbol)), box);
  return { update, element: node("div", { class: "sl-range" }, row, slider, scale, problem) };
}

function choiceControl({ key, label, options }, model) {
  const select = node("select", {}, ...options.map(([value, text]) => node("option", { value }, text)));
  select.addEventListener("change", () => { model.set(key, select.value); model.save_changes(); });
  return { update: () => { select.value = model.get(key); },
    element: node("label", { class: "sl-field" }, node("span", {}, label), select) };
}

function wholeControl({ key, label, min, max }, model) {
  const { box, problem, show } = numberBox({
    key, model,
    allowed: `a whole number from ${min} to ${max}`,
    read: (text) => (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : null),
    describe: String,
  });
  box.setAttribute("inputmode", "numeric");
  return { update: show,
    element: node("div", { class: "sl-field" }, node("label", {}, node("span", {}, label), box), problem) };
}

const CONTROLS = { range: rangeControl, choice: choiceControl, whole: wholeControl };

/** The chart recorder: the latest `length` values, the newest at the right edge. */
function recorder({ label, min, max, length }, unit) {
  const line = node("polyline", { class: "sl-line", "vector-effect": "non-scaling-stroke" });
  const zero = node("line", { class: "sl-zero", x1: 0, x2: length, y1: max, y2: max,
    "vector-effect": "non-scaling-stroke" });
  const chart = node("svg", { viewBox: `0 ${-0.04 * (max - min)} ${length} ${1.08 * (max - min)}`,
    preserveAspectRatio: "none", "aria-hidden": "true" }, zero, line);
  const [from, to] = [node("span"), node("span")];
  const element = node("div", { class: "sl-trace", "aria-hidden": "true" },
    node("div", { class: "sl-axis" }, node("span", {}, fixed(max, 0)), node("span", {}, node("i", {}, label)),
      node("span", {}, fixed(min, 0))),
    chart, node("div", { class: "sl-time" }, from, to));
  let values = [];
  return {
    element,
    clear() { values = []; },
    record(value) {
      values.push(value);
      if (values.length > length + 1) values.shift();
    },
    draw(time) {
      line.setAttribute("points", values.map((value, k) => `${k},${(max - value).toFixed(4)}`).join(" "));
      const first = Math.max(0, time - values.length + 1);
      from.textContent = `${first}`;
      to.textContent = `${first + length} ${unit}`;
    },
  };
}

function explorable(spec) {
  async function render({ model, el }) {
    const machine = await spec.machine((key) => model.get(key));
    const [clock] = spec.readings;
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const since = { paint: -Infinity, readout: -Infinity, sync: -Infinity, status: -Infinity };
    let [visible, frame, pace] = [false, 0, spec.pace.values[0]];

    // The parts, from the top of the page to the bottom.
    const canvas = node("canvas", { class: "sl-picture", width: machine.width, height: machine.height, role: "img" });
    const context = canvas.getContext("2d", { alpha: false });
    const trace = recorder(spec.trace, clock.label);
    const toggle = node("button", { type: "button", class: "sl-primary", onclick: () => run(!model.get("running")) });
    const buttons = node("div", { class: "sl-buttons" }, toggle,
      node("button", { type: "button", onclick: step }, "Step"),
      node("button", { type: "button", onclick: reset }, "Reset"));
    const values = Object.fromEntries(spec.readings.map(({ key }) => [key, node("span", { class: "sl-value" })]));
    const readout = node("div", { class: "sl-readout" }, ...spec.readings.map(({ key, label }) =>
      node("div", {}, node(label.length === 1 ? "i" : "span", { class: "sl-name" }, label), " ", values[key])));
    const status = node("p", { class: "sl-hidden", role: "status", "aria-live": "polite" });
    const controls = spec.controls.map((control) => [control.key, CONTROLS[control.kind](control, model)]);
    const paces = node("select", {}, ...spec.pace.values.map((value) => node("option", { value }, String(value))));
    paces.addEventListener("change", () => { pace = Number(paces.value); });
    const legend = node("p", { class: "sl-legend" }, ...machine.legend.map(([colour, text]) =>
      node("span", {}, node("i", { style: `background: ${colour}` }), text)));
    const keys = node("p", { class: "sl-keys" }, node("kbd", {}, "Space"), " run, ", node("kbd", {}, "S"), " step, ",
      node("kbd", {}, "R"), " reset");
    const root = node("div", { class: "sl sl-live", role: "group", tabindex: "0", "aria-label": spec.title,
      "data-explorable": spec.name, "data-lm-suppress-shortcuts": "true", onkeydown: press },
      node("div", { class: "sl-view" }, canvas, legend, trace.element),
      node("div", { class: "sl-panel" }, buttons, readout,
        ...controls.filter(([, { element }]) => element.className === "sl-range").map(([, { element }]) => element),
        node("div", { class: "sl-fields" },
          ...controls.filter(([, { element }]) => element.className === "sl-field").map(([, { element }]) => element),
          node("label", { class: "sl-field" }, node("span", {}, spec.pace.label), paces)),
        keys), status);

    const active = () => model.get("running") && visible && !document.hidden;

    function summary() {
      const read = machine.readings();
      const numbers = spec.readings.map(({ key, label, digits }) => `${label} ${fixed(read[key], digits)}`).join(", ");
      const settings = spec.controls.filter(({ kind }) => kind === "range")
        .map(({ key, symbol, digits }) => `${symbol} ${fixed(model.get(key), digits)}`).join(", ");
      return `${machine.words()}. ${settings}. ${numbers}.`;
    }

    function advance() {
      machine.step();
      trace.record(machine.readings()[spec.trace.key]);
    }

    /** Show the state: the picture always, the words and numbers as often as a person can read them. */
    function paint(now, settled = false) {
      const due = (what, wait) => settled || now - since[what] >= wait ? ((since[what] = now), true) : false;
      if (!due("paint", calm.matches ? 1000 : 0)) return;
      const read = machine.readings();
      machine.draw(context);
      trace.draw(read[clock.key]);
      if (due("readout", 100)) {
        for (const { key, digits } of spec.readings) {
          values[key].textContent = fixed(read[key], digits);
          root.dataset[key] = read[key];
        }
        root.dataset.running = Boolean(model.get("running"));
      }
      if (due("status", 5000)) status.textContent = `${model.get("running") ? "Running" : "Paused"}. ${summary()}`;
      if (settled) {
        canvas.setAttribute("aria-label", `${spec.title}. ${summary()}`);
        root.dataset.digest = machine.digest();
      } else delete root.dataset.digest;
      if (due("sync", 500)) {
        for (const { key } of spec.readings) model.set(key, read[key]);
        model.set("digest", root.dataset.digest ?? "");
        model.save_changes();
      }
    }

    function tick(now) {
      frame = 0;
      if (!active()) return;
      for (let k = 0; k < pace; k += 1) advance();
      paint(now);
      wake();
    }
    function wake() {
      if (!frame && active()) frame = requestAnimationFrame(tick);
    }
    function run(on) {
      model.set("running", on);
      model.save_changes();
    }
    function step() {
      run(false);
      advance();
      paint(performance.now(), true);
    }
    function reset() {
      machine.reset();
      trace.clear();
      trace.record(machine.readings()[spec.trace.key]);
      paint(performance.now(), true);
    }
    function press(event) {
      const { target, key } = event;
      if (event.ctrlKey || event.altKey || event.metaKey || target.matches("select, input[type=text]")) return;
      if (key === " " && target.matches("button")) return;
      const act = { " ": () => event.repeat || run(!model.get("running")), s: step, r: reset }[key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    }
    function showRunning() {
      toggle.textContent = model.get("running") ? "Pause" : "Start";
      paint(performance.now(), true);
      wake();
    }

    const listeners = [["change:running", showRunning]];
    for (const [key, { update }] of controls) {
      listeners.push([`change:${key}`, () => {
        update();
        if (machine.restart.includes(key)) reset();
        else machine.changed(key);
        if (!model.get("running")) paint(performance.now(), true);
      }]);
      update();
    }
    for (const [name, listener] of listeners) model.on(name, listener);
    // Enlarged, a spin is a square; shrunk below one dot a spin, dots are mixed rather than left out.
    const fitted = new ResizeObserver(() => {
      canvas.style.imageRendering = canvas.clientWidth * devicePixelRatio < machine.width ? "auto" : "pixelated";
    });
    fitted.observe(canvas);
    const watcher = new IntersectionObserver(([entry]) => { visible = entry.isIntersecting; wake(); });
    watcher.observe(root);
    document.addEventListener("visibilitychange", wake);

    el.classList.add("sl-home");
    const still = el.querySelector(".sl-still");
    if (still) still.replaceWith(root);
    else el.append(root);
    reset();
    showRunning();
    status.textContent = ""; // nothing has happened yet that a screen reader should interrupt with

    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      fitted.disconnect();
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
function hydrate(widget, el, state) {
  const listeners = new Map();
  widget.render({ el, model: {
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
