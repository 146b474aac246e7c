// Ten chains of a machine that has learned digits: the library's own kernels, as WebAssembly.

import { crc32 } from "../shell/fingerprint.js";
import { plot } from "../shell/plot.js";
import { CONTROLS, explorable, fixed, kernels, node, unique } from "../shell/shell.js";

const [CELL, SMALL, EDGE, LINE] = [40, 8, 4, 20]; // dots: of a large and a small pixel, round a small picture, of its text
const LENGTH = 200; // sweeps that the graphs go back
const [CURSOR, GREY] = ["#e8590c", "#8894ad"];
const LETTERS = "600 15px system-ui, sans-serif";

/** A part of a picture by name, or signs for all pixels, as they are drawn. */
CONTROLS.levels = ({ options, own, many, signs, ...control }, model) => {
  const all = [...options, ["", own]];
  const made = CONTROLS.choice({ ...control, options: all }, model);
  const last = made.element.querySelector("option:last-child");
  last.hidden = true;
  const drawn = new RegExp(`^(?!${signs[0]}+$)[${signs}]{${many}}$`);
  return { ...made,
    update() {
      const now = model.get(control.key);
      if (drawn.test(now)) [all.at(-1)[0], last.hidden] = [now, false];
      made.update();
    },
    read: (text) => made.read(text) || (drawn.test(text) ? text : undefined),
    allowed: `${made.allowed}or ${many} signs ${signs}`,
  };
};

export default explorable(async ({ get, set, module, data, paint }) => {
  const { names, steps, codes, up, down } = data;
  const [n, m, rows, classes, most] = data.sizes;
  const side = n / SMALL;
  const bytes = n * m + n + m;
  const real = (many) => [Float32Array, many];
  const { functions, at, of } = await kernels(module, { W: real(n * m), turned: real(n * m), a: real(n), b: real(m), v: real(rows * n),
    y: real(rows * n), zero: real(rows * n), mean: real(rows * n), h: real(rows * m), x: real(rows * m), spare: real(rows * m),
    centres: real(n * classes), scores: real(rows * classes), energy: [Float64Array, rows], random: [BigUint64Array, 4] });
  const { W, v, h, mean, energy } = of;
  const packed = new Blob([Uint8Array.from(atob(data.packed), (letter) => letter.charCodeAt(0))]);
  const stored = new Int8Array(await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
  const end = names.length * bytes;
  of.centres.set(stored.subarray(end, end + n * classes));
  const norms = Array.from({ length: classes }, (_, k) => of.centres.reduce((sum, each, i) => sum + (i % classes === k) * each * each, 0));
  const bits = stored.subarray(end + n * classes);
  const picture = (k) => Array.from({ length: n }, (_, i) => (bits[(k * n + i) >> 3] >> (7 - (i & 7))) & 1);

  let [held, looks, sweeps, changes, past, low, fields] = [[], [], 0, 0, [], 0, []]; // held: of a pixel -1, 0 or 1
  const followed = () => get("chain") - 1;
  const spins = () => get("hidden") === "spin";

  /** Draw number `call`: states of a layer in its fields. */
  const fill = (kind, seed, call, T, size, x, bias, means, states) =>
    functions.fill(kind, BigInt(seed), call, 1 / T, rows, size, x, bias, means, states, at.random);
  /** What is given, the hidden units' answer, and what all that looks like. */
  function look() {
    const [given, own] = [get("given"), picture(get("picture"))];
    const half = { upper: (i) => i < n / 2, lower: (i) => i >= n / 2, left: (i) => i % side < side / 2, right: (i) => i % side >= side / 2 }[given];
    held = own.map((ink, i) => (given.length === n ? given[i] - 1 : half?.(i) ? ink : -1));
    v.forEach((_, k) => { if (held[k % n] >= 0) v[k] = mean[k] = held[k % n]; });
    functions.multiply(at.v, at.W, rows, n, m, at.x);
    fill(codes[get("hidden")], get("seed"), 2 * sweeps, get("T"), m, at.x, at.b, at.spare, at.h);
    energy.fill(0);
    functions.add_energies(at.zero, at.a, at.v, rows, n, at.energy);
    functions.add_energies(at.x, at.b, at.h, rows, m, at.energy);
    functions.multiply(at.v, at.centres, rows, n, classes, at.scores);
    looks = Array.from({ length: rows }, (_, r) => { // the nearest: squares of distances, without what all have in common
      const far = norms.map((norm, k) => norm - 2 * data.levels * of.scores[r * classes + k]);
      return far.indexOf(Math.min(...far));
    });
    past[Math.min(sweeps, LENGTH)] = looks;
  }
  function restart() {
    const which = Math.max(0, names.indexOf(get("hidden")));
    const numbers = stored.subarray(which * bytes, which * bytes + bytes);
    const step = steps[which];
    W.forEach((_, k) => { W[k] = step * numbers[k]; });
    of.a.forEach((_, i) => { of.a[i] = step * numbers[n * m + i]; });
    of.b.forEach((_, j) => { of.b[j] = step * numbers[n * m + n + j]; });
    fields = Array.from({ length: m }, (_, j) => W.filter((_, k) => k % m === j));
    of.turned.set(fields.flatMap((field) => [...field]));
    if (spins()) { // units 0 or 1 in other words: half the weights, and a spin of 0 is a unit of 1/2
      h.fill(0.5);
      functions.multiply(at.h, at.turned, 1, m, n, at.y);
      of.a.forEach((_, i) => { of.a[i] += of.y[i]; });
      for (const each of [W, of.turned, of.b]) each.forEach((_, k) => { each[k] /= 2; });
    }
    low = spins() ? -1 : 0;
    [sweeps, changes, past] = [0, 0, []];
    if (get("start") === "noise") fill(0, get("seed") + data.noise, 0, 1, n, at.zero, at.zero, at.mean, at.v);
    else for (let r = 0; r < rows; r += 1) v.set(picture(get("start") === "digits" ? r : get("picture")), r * n);
    mean.set(v);
    look();
  }
  function step() {
    functions.multiply(at.h, at.turned, rows, m, n, at.y);
    fill(0, get("seed"), 2 * sweeps + 1, get("T"), n, at.y, at.a, at.mean, at.v);
    sweeps += 1;
    if (sweeps > LENGTH) past.shift();
    const before = looks;
    look();
    changes += before.filter((each, r) => each !== looks[r]).length;
  }

  // ── Pictures ──
  /** A picture in shades from down, 0, to up, 1. */
  function tile(pen, left, top, size, share) {
    pen.fillStyle = down;
    pen.fillRect(left, top, side * size, side * size);
    pen.fillStyle = up;
    for (let i = 0; i < n; i += 1) {
      pen.globalAlpha = share(i);
      pen.fillRect(left + (i % side) * size, top + Math.floor(i / side) * size, size, size);
    }
    pen.globalAlpha = 1;
  }
  const pixels = (r) => (i) => (get("shown") === "means" ? mean : v)[r * n + i];
  const canvas = (more) => node("canvas", { class: "sl-picture", style: "image-rendering: auto", ...more });
  const cell = (picture, { clientX, clientY }, across, along) => {
    const box = picture.getBoundingClientRect();
    const within = (share, many) => Math.min(Math.max(Math.floor(share * many), 0), many - 1);
    return { x: within((clientX - box.left) / box.width, across), y: within((clientY - box.top) / box.height, along) };
  };

  // Small pictures in two rows, each over its text.
  const [across, wide] = [rows / 2, side * SMALL + 2 * EDGE];
  const high = wide + LINE;
  function board(name, content, says) {
    const element = canvas({ role: "img", width: across * wide, height: 2 * high });
    const pen = element.getContext("2d", { alpha: false });
    return { element: node("div", {}, node("p", { class: "sl-legend" }, name), element), picture: element, place: "beside",
      draw() {
        Object.assign(pen, { fillStyle: down, font: LETTERS, textAlign: "center" });
        pen.fillRect(0, 0, across * wide, 2 * high);
        content().forEach(({ share, text, thin }, k) => {
          const [x, y] = [(k % across) * wide, Math.floor(k / across) * high];
          pen.fillStyle = thin ? GREY : CURSOR;
          pen.fillRect(x + thin, y + thin, wide - 2 * thin, wide - 2 * thin);
          tile(pen, x + EDGE, y + EDGE, SMALL, share);
          pen.fillText(text, x + wide / 2, y + high - EDGE, wide);
        });
      },
      describe: () => element.setAttribute("aria-label", says()),
    };
  }
  const chains = board("Ten chains, and what they look like", () => looks.map((text, r) => ({ share: pixels(r), text, thin: r === followed() ? 0 : EDGE - 1 })),
    () => `Ten chains, which look like ${looks.join(", ")}; chain ${get("chain")} is framed`);
  chains.picture.style.cursor = "pointer";
  chains.picture.addEventListener("click", (event) => {
    const { x, y } = cell(chains.picture, event, across, 2);
    set("chain", y * across + x + 1);
  });
  const state = (j) => h[followed() * m + j];
  /** Hidden units of the chain that is followed, by how much they push its pixels. */
  const pushing = () => fields.map((field, j) => ({ j, field, push: Math.abs(state(j) - low) * field.reduce((sum, w) => sum + Math.abs(w), 0) }))
    .filter(({ push }) => push).sort((one, other) => other.push - one.push).slice(0, rows);
  const units = board("Hidden units that push most: weights and states", () => pushing().map(({ j, field }) => {
    const most = 2 * Math.max(...field.map(Math.abs)) * Math.sign(state(j) - low);
    return { share: (i) => 0.5 + field[i] / most, text: `${j + 1}: ${fixed(state(j), state(j) % 1 && Math.abs(state(j)) < 9.95 ? 1 : 0)}`, thin: EDGE - 1 };
  }), () => `Weights of the hidden units that push most, ${pushing().map(({ j }) => j + 1).join(", ")}; light is towards ink`);

  // ── The large one, on which the reader draws ──
  const help = node("p", { class: "sl-keys", id: unique() },
    "Light is ink. All chains keep the pixels with a dot; draw them, with the pointer or arrows and Space: ink, blank, free. A click on a chain follows it.");
  const large = canvas({ width: side * CELL, height: side * CELL, tabindex: "0", role: "slider", "aria-label": "Pixels, to be given",
    "aria-roledescription": "pixels to draw", "aria-valuemin": 1, "aria-valuemax": n, "aria-describedby": help.id });
  Object.assign(large.style, { cursor: "crosshair", touchAction: "pan-y", maxWidth: "16rem" });
  const pen = large.getContext("2d", { alpha: false });
  let [key, stroke] = [n / 2 + side / 2, null]; // where the keys are; a stroke: {before, value, to}
  function draw() {
    tile(pen, 0, 0, CELL, pixels(followed()));
    const [x, y] = [key % side, Math.floor(key / side)];
    pen.fillStyle = CURSOR;
    held.forEach((value, i) => value < 0 || pen.fillRect((i % side + 0.4) * CELL, (Math.floor(i / side) + 0.4) * CELL, CELL / 5, CELL / 5));
    if (large.matches(":focus-visible")) {
      Object.assign(pen, { strokeStyle: CURSOR, lineWidth: 4 });
      pen.strokeRect(x * CELL + 2, y * CELL + 2, CELL - 4, CELL - 4);
    }
    large.setAttribute("aria-valuenow", key + 1);
    large.setAttribute("aria-valuetext", `row ${y + 1}, column ${x + 1}: ${v[followed() * n + key] ? "ink" : "blank"}${held[key] < 0 ? "" : ", given"}`);
  }
  const after = () => (held[key] < 0 ? 1 : held[key] - 1);
  function give(value) {
    held[key] = value;
    const text = held.map((each) => each + 1).join("");
    set("given", Number(text) ? text : "none");
  }
  function line(to) {
    const from = stroke.to ?? to;
    const far = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let k = 0; k <= far; k += 1) {
      const [x, y] = ["x", "y"].map((axis) => Math.round(from[axis] + (k / far) * (to[axis] - from[axis])));
      key = y * side + x;
      give(stroke.value ??= after());
    }
    stroke.to = to;
  }
  const on = (kind, listener) => large.addEventListener(kind, listener);
  on("pointerdown", (event) => {
    if (event.button > 0) return;
    stroke = { before: get("given") };
    large.setPointerCapture(event.pointerId);
    line(cell(large, event, side, side));
  });
  on("pointermove", (event) => stroke && line(cell(large, event, side, side)));
  on("pointerup", () => { stroke = null; });
  on("pointercancel", () => { // the finger has moved the page
    if (stroke) set("given", stroke.before);
    stroke = null;
  });
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [x, y] = [key % side, Math.floor(key / side)];
    const moves = { ArrowLeft: x && -1, ArrowRight: x < side - 1 && 1, ArrowUp: y && -side, ArrowDown: y < side - 1 && side };
    if (event.key in moves) key += Number(moves[event.key]);
    else if (event.key === " ") give(after());
    else return;
    draw();
    event.preventDefault();
    event.stopPropagation();
  });
  on("focus", draw);
  on("blur", draw);

  // ── The graphs ──
  const wander = plot({ says: () => `What chain ${get("chain")} has looked like in the last ${past.length - 1} sweeps: now ${looks[followed()]}`,
    place: "below", height: 11, x: { label: "sweeps", min: 0, max: LENGTH }, y: { label: "chain followed: looks like", min: -0.5, max: classes - 0.5, ticks: [0, 3, 6, 9] },
    parts: [{ name: "looks", kind: "points", look: "third" }] });

  return {
    views: [
      chains, units, { element: large, place: "below", draw }, { ...wander, element: node("div", {}, help, wander.element), draw() {
        const since = Math.max(0, sweeps - LENGTH);
        wander.range("x", since, since + LENGTH);
        wander.set("looks", past.map((_, k) => since + k), past.map((each) => each[followed()]));
        wander.draw();
      } },
    ],
    restart: ["hidden", "start", "picture", "seed"],
    reset: restart,
    step,
    changed: look,
    half() {
      const parts = ["none", "upper", "left", "lower", "right"];
      set("given", parts[(parts.indexOf(get("given")) + 1) % parts.length]);
    },
    next() {
      if (get("given") === "none" && get("start") !== "picture") set("given", "upper");
      set("picture", (get("picture") + 1) % most);
    },
    free: () => set("given", "none"),
    readings: () => ({ sweeps, looks: looks[followed()], e: energy[followed()], on: functions.participation(at.h + 4 * followed() * m, m, low),
      changes: sweeps ? 100 * changes / rows / sweeps : 0 }),
    words() {
      const given = held.filter((each) => each >= 0).length;
      return `Chain ${get("chain")} looks like ${looks[followed()]}${given ? `; ${given} pixels are given` : ""}`;
    },
    digest: () => crc32(Uint8Array.from(v)),
  };
});
