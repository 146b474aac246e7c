// A network that has learned pictures, and a damaged one on which it falls: the library's own kernels, as WebAssembly.

import { crc32 } from "../shell/fingerprint.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node, unique } from "../shell/shell.js";

const [CELL, FRAMED] = [24, 2]; // dots of a pixel of the state, and round a small picture
const [FEW, ROW, MANY] = [20, 10, 20]; // up to so many pictures stand in rows of ten, else of twenty
const AFTER = 8; // sweeps of a cycle that its trace goes on
const CURSOR = "#e8590c";

export default explorable(async ({ get, set, module, data, paint }) => {
  const { most, side, classes, up, down, orders, projection, strength, sweeps, seeds } = data;
  const n = side * side;
  const reals = [Float64Array, n];
  const { functions, at, of } = await kernels(module, {
    patterns: [Int8Array, most * n], spins: [Int8Array, n], other: [Int8Array, n], J: [Float64Array, n * n], h: reals,
    zero: reals, fields: reals, work: reals, m: [Float64Array, most], places: [BigInt64Array, n], state: [BigUint64Array, 4],
  });
  const { spins, patterns } = of;
  const packed = new Blob([Uint8Array.from(atob(data.digits), (letter) => letter.charCodeAt(0))]);
  const bytes = await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const bits = new Uint8Array(bytes);
  const digits = Int8Array.from({ length: most * n }, (_, k) => (bits[k >> 3] & (128 >> (k & 7)) ? 1 : -1));

  const many = () => Math.round(get("P"));
  const together = () => get("order") === "parallel";
  const seed = (which) => functions.seed_state(BigInt(get("seed")) + BigInt(which) * BigInt(seeds), at.state);
  /** A picture in words: number 13 of the digits is a 3. */
  const called = (k) => `picture ${k}${get("pictures") === "digits" ? `, ${k % classes === 8 ? "an" : "a"} ${k % classes}` : ""}`;
  const pieces = (many, one, more = `${one}s`) => `${many} ${many === 1 ? one : more}`;

  // learned: what J was made of. drawn: the start, if the reader has drawn it. trace: times in sweeps, and energies.
  let [learned, drawn, asked, flips, now] = ["", null, 0, 0, { best: 0, m: 0, own: 0, e: 0, period: 0 }];
  let [trace, earlier, after] = [{ t: [], e: [] }, [], 0];

  function learn() {
    const wanted = [many(), get("rule"), get("rounds"), get("pictures"), get("seed")].join();
    if (learned === wanted) return;
    learned = wanted;
    if (get("pictures") === "digits") patterns.set(digits);
    else {
      seed(0);
      functions.fill_random(at.patterns, most * n, at.state);
    }
    functions.learn(get("rule") === "projection" ? projection : 0, at.patterns, many(), n, at.J, at.work);
    if (get("rule") !== "unlearning") return;
    seed(1);
    functions.unlearn(Math.round(get("rounds")), strength, sweeps, n, at.J, at.h, at.zero, at.spins, at.fields, at.state);
  }

  /** Read the state. A cycle of two is known from the state two sweeps ago. */
  function read() {
    functions.match(at.spins, n, at.patterns, most, at.m);
    let best = 0;
    for (let k = 1; k < many(); k += 1) if (Math.abs(of.m[k]) > Math.abs(of.m[best])) best = k;
    const rests = functions.settled(at.spins, n, at.fields, at.zero);
    const [, before] = earlier;
    const period = rests ? 1 : together() && before?.every((spin, i) => spin === spins[i]) ? 2 : 0;
    now = { best, m: of.m[best], own: of.m[get("picture")], e: functions.energy(at.spins, n, at.fields, at.h), period };
  }

  /** Begin from the state that is there. */
  function begin() {
    functions.look(at.spins, n, at.J, at.h, at.fields, at.zero);
    [asked, flips, earlier, after] = [0, 0, [], 0];
    read();
    trace = { t: [0], e: [now.e] };
  }

  /** Begin with the cue, or with what is drawn. */
  function restart() {
    learn();
    seed(2);
    spins.set(patterns.subarray(get("picture") * n, (get("picture") + 1) * n));
    functions.turn_some(at.spins, n, Math.round(get("noise") * n), at.places, at.state);
    if (drawn) spins.set(drawn);
    begin();
  }

  function step() {
    if (together()) earlier = [spins.slice(), ...earlier.slice(0, 1)];
    const turned = functions.ask(orders[get("order")], asked % n, n, at.J, at.zero, at.spins, at.fields, at.state, at.places);
    asked += together() ? n : 1;
    flips += turned;
    if (!turned && !together()) return;
    if (now.period) after += 1;
    if (!together()) record(asked - 1); // until then it has stood still
    read();
    if (after <= AFTER) record(asked);
  }
  function record(time) {
    trace.t.push(time / n);
    trace.e.push(now.e);
  }

  // ── The state, on which the reader draws ──
  const help = node("p", { class: "sl-keys", id: unique(), style: "padding-top: 0.4rem" },
    "Draw on the large picture with the pointer, or with the keys: arrows move, Enter or Space turns a pixel. A click on a small one shows it.");
  const canvas = node("canvas", { class: "sl-picture", width: side * CELL, height: side * CELL, tabindex: "0", role: "slider",
    "aria-label": "Pixels of the network, to be drawn", "aria-roledescription": "pixels to draw", "aria-valuemin": 1,
    "aria-valuemax": n, "aria-describedby": help.id, style: "image-rendering: auto; cursor: crosshair; touch-action: pan-y" });
  const pen = canvas.getContext("2d", { alpha: false });
  const swatch = (colour, text) => node("span", {}, node("i", { class: "sl-swatch", style: `background: ${colour}` }), text);
  const dots = node("span", {}, "· not as in the picture shown");
  let [key, stroke] = [Math.floor(n / 2) + side / 2, null]; // where the keys are; a stroke: {from, to, value, before}

  function draw() {
    for (const [colour, alpha] of [[down, 1], [up, 0.2]]) {
      Object.assign(pen, { fillStyle: colour, globalAlpha: alpha });
      pen.fillRect(0, 0, side * CELL, side * CELL);
    }
    pen.globalAlpha = 1;
    const own = get("picture") * n;
    for (let i = 0; i < n; i += 1) {
      const [x, y] = [(i % side) * CELL, Math.floor(i / side) * CELL];
      pen.fillStyle = spins[i] > 0 ? up : down;
      pen.fillRect(x + 1, y + 1, CELL - 1, CELL - 1);
      if (drawn || spins[i] === patterns[own + i]) continue;
      pen.fillStyle = spins[i] > 0 ? down : up;
      pen.fillRect(x + CELL / 2 - 2, y + CELL / 2 - 2, 5, 5);
    }
    dots.hidden = Boolean(drawn);
    if (canvas.matches(":focus-visible")) {
      Object.assign(pen, { strokeStyle: CURSOR, lineWidth: 4 });
      pen.strokeRect((key % side) * CELL + 1, Math.floor(key / side) * CELL + 1, CELL, CELL);
    }
    canvas.setAttribute("aria-valuenow", key + 1);
    canvas.setAttribute("aria-valuetext", `row ${Math.floor(key / side) + 1}, column ${(key % side) + 1}: ${spins[key] > 0 ? "light" : "dark"}`);
  }
  /** What has been drawn is a start. */
  function taken() {
    drawn = spins.slice();
    show();
  }
  function show() {
    begin();
    paint(performance.now(), !get("running"));
  }
  /** Which of so many columns and rows of a picture a pointer is at. */
  const cell = (picture, { clientX, clientY }, wide, high) => {
    const box = picture.getBoundingClientRect();
    const within = (share, many) => Math.min(Math.max(Math.floor(share * many), 0), many - 1);
    return { x: within((clientX - box.left) / box.width, wide), y: within((clientY - box.top) / box.height, high) };
  };
  function line(from, to) {
    const far = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let k = 0; k <= far; k += 1) {
      const [x, y] = ["x", "y"].map((axis) => Math.round(from[axis] + (k / far) * (to[axis] - from[axis])));
      key = y * side + x;
      spins[key] = stroke.value;
    }
    stroke.to = to;
    taken();
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    const to = cell(canvas, event, side, side);
    stroke = { value: -spins[to.y * side + to.x], before: [spins.slice(), drawn] };
    canvas.setPointerCapture(event.pointerId);
    line(to, to);
  });
  canvas.addEventListener("pointermove", (event) => stroke && line(stroke.to, cell(canvas, event, side, side)));
  canvas.addEventListener("pointerup", () => { stroke = null; });
  canvas.addEventListener("pointercancel", () => { // the finger has moved the page
    if (!stroke) return;
    spins.set(stroke.before[0]);
    [drawn, stroke] = [stroke.before[1], null];
    show();
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [x, y] = [key % side, Math.floor(key / side)];
    const moves = { ArrowLeft: x && -1, ArrowRight: x < side - 1 && 1, ArrowUp: y && -side, ArrowDown: y < side - 1 && side };
    if (event.key in moves) key += Number(moves[event.key]);
    else if (event.key === " " || event.key === "Enter") {
      spins[key] = -spins[key];
      taken();
    } else return;
    draw();
    event.preventDefault();
    event.stopPropagation();
  });
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, draw);

  // ── The pictures that it has learned ──
  const gallery = node("canvas", { class: "sl-picture", role: "img", style: "cursor: pointer" });
  const board = gallery.getContext("2d", { alpha: false });
  const cells = side + 2 * FRAMED;
  const columns = () => (many() > FEW ? MANY : ROW);
  const rows = () => Math.ceil(many() / columns());
  let hung = "";
  function hang() {
    const wanted = [learned, now.best].join();
    if (hung === wanted) return;
    hung = wanted;
    Object.assign(gallery, { width: columns() * cells, height: rows() * cells });
    board.fillStyle = down;
    board.fillRect(0, 0, gallery.width, gallery.height);
    for (let k = 0; k < many(); k += 1) {
      const [x, y] = [(k % columns()) * cells, Math.floor(k / columns()) * cells];
      if (k === now.best) {
        board.fillStyle = CURSOR;
        board.fillRect(x, y, cells, cells);
      }
      for (let i = 0; i < n; i += 1) {
        board.fillStyle = patterns[k * n + i] > 0 ? up : down;
        board.fillRect(x + FRAMED + (i % side), y + FRAMED + Math.floor(i / side), 1, 1);
      }
    }
  }
  gallery.addEventListener("click", (event) => {
    const { x, y } = cell(gallery, event, columns(), rows());
    if (y * columns() + x < many()) set("picture", y * columns() + x);
  });

  // ── The graphs ──
  const slanted = (name) => node("i", {}, name);
  const nearest = node("span");
  const bars = plot({
    says: () => `Overlap with each of ${pieces(many(), "picture")}: ${nearest.textContent}, ${fixed(now.m, 2)}; with the one shown it is ${fixed(now.own, 2)}`,
    place: "below", height: 11,
    x: { label: [nearest], min: 0, max: 1 },
    y: { label: ["overlap ", slanted("m")], min: -1.08, max: 1.08, ticks: [-1, 0, 1], room: 4 },
    parts: [
      { name: "zero", kind: "rule", look: "quiet" },
      { name: "all", kind: "curve", look: "second" },
      { name: "best", kind: "curve", legend: "nearest" },
      { name: "own", kind: "circles", look: "ink", legend: "shown" },
    ],
  });
  bars.set("zero", null, [0]);
  const paths = bars.element.querySelectorAll(".sl-inside path");
  const fall = plot({
    says: () => `Energy of a unit against time in sweeps: it begins at ${fixed(trace.e[0], 3)} and is ${fixed(now.e, 3)} after ${fixed(asked / n, 1)} sweeps`,
    place: "below", height: 11,
    x: { label: "sweeps", min: 0, max: 2 },
    y: { label: ["energy ", slanted("e")], min: -1, max: 0, room: 5 },
    parts: [{ name: "e", kind: "curve", look: "third" }, { name: "now", kind: "points", look: "third" }],
  });

  const views = [
    { element: node("div", {}, canvas, node("p", { class: "sl-legend" }, swatch(up, "up"), swatch(down, "down"), dots)),
      place: "beside", draw },
    { element: node("div", {}, gallery, help), place: "beside", draw: hang,
      describe: () => gallery.setAttribute("aria-label", `The ${pieces(many(), "picture")} that it has learned; framed is the nearest, ${called(now.best)}`) },
    { ...bars, draw() {
      nearest.textContent = `nearest: ${now.m < 0 ? "the negative of " : ""}${called(now.best)}`;
      bars.range("x", -0.7, Math.max(many(), ROW) - 0.3);
      const stems = (list) => [list.flatMap((k) => [k, k, NaN]), list.flatMap((k) => [0, of.m[k], NaN])];
      bars.set("all", ...stems(Array.from({ length: many() }, (_, k) => k)));
      bars.set("best", ...stems([now.best]));
      bars.set("own", get("picture") < many() ? [get("picture")] : [], [now.own]);
      for (const path of [paths[1], paths[2]]) path.style.strokeWidth = Math.max(3, Math.min(12, 160 / many()));
      bars.draw();
    } },
    { ...fall, draw() {
      const tenths = (value, round) => round(10 * value) / 10;
      const till = now.period ? [] : [asked / n];
      const times = [...trace.t, ...till];
      fall.range("x", 0, Math.max(2, Math.ceil(times.at(-1))));
      fall.range("y", tenths(Math.min(...trace.e) - 0.02, Math.floor), tenths(Math.max(...trace.e) + 0.02, Math.ceil));
      fall.set("e", times, [...trace.e, ...till.map(() => now.e)]);
      fall.set("now", times.slice(-1), [till.length ? now.e : trace.e.at(-1)]);
      fall.draw();
    } },
  ];

  /** Where it has come to. */
  function place() {
    const wrong = Math.round(n * (1 - Math.abs(now.m)) / 2);
    const what = `${now.m < 0 ? "the negative of " : ""}${called(now.best)}`;
    if (!wrong) return what;
    return wrong < n / 20 ? `${what}, but for ${pieces(wrong, "pixel")}` : `a state that is no picture; nearest is ${what}`;
  }

  let owed = 0;
  return {
    views,
    restart: ["pictures", "picture", "noise", "seed"],
    reset() {
      drawn = null;
      owed = 0;
      restart();
    },
    step,
    /** A step that moves all units at once takes the time of all of them. */
    run(units) {
      owed += units;
      for (const cost = together() ? n : 1; owed >= cost; owed -= cost) step();
    },
    changed: restart,
    next: () => set("picture", (get("picture") + 1) % many()),
    again: () => set("seed", (get("seed") + 1) % seeds),
    clear() {
      spins.fill(-1);
      taken();
    },
    readings: () => ({ asked, flips, best: now.m, own: now.own, e: now.e, load: many() / n }),
    words() {
      if (!asked) {
        const not = get("picture") < many() ? "" : ", which it has not learned";
        const what = drawn ? `A drawing; nearest is ${called(now.best)}`
          : `Shown is ${called(get("picture"))}${not}, with ${pieces(Math.round(get("noise") * n), "pixel")} turned`;
        return `${what}${now.period ? "; no unit wants to turn" : ""}`;
      }
      if (now.period === 2) return `Two states in turn, for ever: all units move at once. Now it is in ${place()}`;
      return now.period ? `At rest in ${place()}` : `Moving; nearest is ${called(now.best)}`;
    },
    digest: () => crc32(new Uint8Array(spins.buffer, at.spins, n)),
  };
});
