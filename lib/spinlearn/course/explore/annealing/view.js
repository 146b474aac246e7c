// Runs of a spin glass, cooled by a schedule that the reader draws, over its exact ground state: the library's own kernels.

import { crc32 } from "../shell/fingerprint.js";
import { drawable } from "../shell/levels.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";
import { slideOverStops } from "../shell/stops.js";

const POINTS = 150; // of a trace, about
const FLOOR = 2e-4; // where the ground state stands on the axis of the excess

slideOverStops();

export default explorable(async ({ get, set, module, data }) => {
  const { schedules, signs, knots, hot, ground, bonds, runs, across, pixels: [like, unlike] } = data;
  const [widest, top] = [Math.max(...Object.keys(ground)), signs.length - 1];
  const most = widest * widest;
  const { functions, at, of } = await kernels(module, {
    neighbours: [Int32Array, 4 * most], couplings: [Float64Array, 4 * most], numbers: [Float64Array, 2 * most],
    states: [BigUint64Array, 4 * (runs + 1)], spins: [Int8Array, runs * most], lowest: [Int8Array, most],
    knots: [Float64Array, knots], e: [Float64Array, runs],
  });
  const each = Array.from({ length: runs }, (_, r) => r);
  const ranks = each.map((r) => r + 1);
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / runs;
  const levels = () => [...schedules[get("schedule")] ?? get("schedule")].map((sign) => signs.indexOf(sign));
  const heat = (level) => (hot * level) / top;
  const places = Array.from({ length: knots }, (_, k) => k / (knots - 1));

  const time = { min: -0.02, max: 1.02 };
  const ofRun = "share of the run";
  const excess = { min: 0.8 * FLOOR, max: 2, scale: "log", room: 5,
    ticks: [[FLOOR, "0"], ...[0.001, 0.01, 0.1, 1].map((value) => [value, String(value)])] };
  const high = (value) => (value > 0 ? Math.max(value, 1.4 * FLOOR) : FLOOR); // on that axis, where 0 has a place, too
  const exact = [{ name: "exact", kind: "rule", look: "ink", line: "dash" }, { name: "named", kind: "label", look: "ink" }];

  const canvas = node("canvas", { class: "sl-picture", role: "img" });
  const context = canvas.getContext("2d");
  const note = node("div");
  const schedule = plot({
    says: () => `Temperature during a run, from ${fixed(of.knots[0], 2)} to ${fixed(of.knots.at(-1), 2)}. ${bends()}`,
    place: "half", height: 17,
    x: { ...time, label: [ofRun, note] },
    y: { label: ["temperature ", node("i", {}, "T")], min: 0, max: 1.04 * hot, room: 5 },
    parts: [
      { name: "before", kind: "curve", look: "second", line: "dash", legend: "before" },
      { name: "T", kind: "curve" },
      { name: "now", kind: "marker" },
      { name: "cursor", kind: "rule", look: "ink", line: "dots", hidden: true },
    ],
  });
  const energy = plot({
    says: () => `Excess energy per spin over the exact ground state during a run, on a logarithmic scale: ${runs} lines and their mean, now ${
      fixed(mean(now()), 4)}${before ? `; before it ended at ${fixed(before.trace.at(-1), 4)}` : ""}`,
    place: "below", height: 13,
    x: { ...time, label: ofRun }, y: { ...excess, label: "excess per spin" },
    parts: [
      ...exact,
      { name: "runs", kind: "curve", look: "quiet" },
      { name: "mean", kind: "curve", legend: "mean" },
      { name: "before", kind: "curve", look: "second", line: "dash", legend: "before" },
    ],
  });
  const ends = plot({
    says: () => `Lowest excess energy that each run has met, the best first: ${told(best())}${before ? `. Before: ${told(before.best)}` : ""}`,
    place: "below", height: 13,
    x: { label: "runs, the best first", min: 0, max: runs + 1, ticks: [1, runs] }, y: { ...excess, label: "lowest excess" },
    parts: [
      ...exact,
      { name: "before", kind: "circles", look: "second", legend: "before" },
      { name: "now", kind: "points", legend: "now" },
    ],
  });
  for (const [view, x] of [[energy, 0], [ends, runs / 2]]) {
    view.set("exact", null, [FLOOR]);
    view.set("named", [x], [1.3 * FLOOR], "exact ground state");
  }

  // many: sweeps of these runs, of which `swept` are taken, and `due` more are asked for. low: what is the lowest for each.
  // traces: [share of the run, excess of each run]. before: what the runs that ended last came to.
  let [side, n, many, swept, due, T, level, low, traces, before] = [0, 0, 1, 0, 0, 0, 0, [], [], null];
  const over = () => swept >= many;
  const above = (list) => list.map((value) => (value - level) / n);
  const shares = () => traces.map(([share]) => share);
  const trace = () => traces.map(([, values]) => mean(values));
  const now = () => above([...of.e]);
  const best = () => above(low).sort((a, b) => a - b);
  const found = (list) => list.filter((value) => value <= 0).length;
  const told = (list) => `${fixed(list[0], 4)} to ${fixed(list.at(-1), 4)}, ${found(list)} of ${runs} in the ground state`;
  const measure = (spins, copies) => functions.measure(spins, at.neighbours, at.couplings, n, copies, at.e, at.numbers);

  /** How a schedule goes beyond falling to 0, in words. */
  function bends() {
    const all = levels();
    let [least, rise] = [all[0], [0, 0]];
    for (const value of all) {
      least = Math.min(least, value);
      if (value - least > rise[1] - rise[0]) rise = [least, value];
    }
    return `${rise[1] > rise[0] ? `It rises: the glass is heated from ${rise.map((value) => fixed(heat(value), 2)).join(" to ")}. ` : ""}${
      all.at(-1) ? "It ends warm. " : ""}`;
  }

  function glass() {
    if (side === get("side")) return;
    side = get("side");
    n = side * side;
    functions.glass(side, BigInt(bonds[0]), bonds[1], at.neighbours, at.couplings, at.numbers, at.states);
    const bits = Uint8Array.from(atob(ground[side]), (letter) => letter.charCodeAt(0));
    for (let i = 0; i < n; i += 1) of.lowest[i] = (bits[i >> 3] >> (7 - (i & 7))) & 1 ? 1 : -1;
    measure(at.lowest, 1);
    level = of.e[0];
    before = null;
    canvas.width = canvas.height = across * (side + 1) - 1;
  }

  /** Put the runs that are over aside, and begin: from the seed, or with the random numbers that follow. */
  function begin(anew) {
    if (swept && over()) before = { shares: shares(), trace: trace(), best: best(), knots: [...of.knots] };
    glass();
    many = Math.round(get("sweeps"));
    of.knots.set(levels().map(heat));
    if (anew) functions.begin(BigInt(get("seed")), at.states, runs);
    functions.scatter(at.spins, n, runs, at.states);
    measure(at.spins, runs);
    [swept, due, T, low, traces] = [0, 0, of.knots[0], [...of.e], [[0, now()]]];
  }

  function step() {
    if (over()) begin(false);
    T = functions.temperature(at.knots, knots, swept, many);
    functions.sweep(at.spins, at.neighbours, at.couplings, n, runs, T, at.states);
    measure(at.spins, runs);
    swept += 1;
    low = low.map((value, r) => Math.min(value, of.e[r]));
    if (swept % Math.ceil(many / POINTS) === 0 || over()) traces.push([swept / many, now()]);
  }

  const sums = () => each.map((r) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += of.spins[r * n + i] * of.lowest[i];
    return sum;
  });

  function picture() {
    const wide = canvas.width;
    const image = new ImageData(wide, wide);
    const pixels = new Uint32Array(image.data.buffer);
    sums().forEach((sum, r) => {
      const corner = (side + 1) * ((r % across) + Math.floor(r / across) * wide);
      for (let i = 0; i < n; i += 1) {
        const alike = of.spins[r * n + i] === of.lowest[i];
        pixels[corner + (i % side) + Math.floor(i / side) * wide] = alike === sum >= 0 ? like : unlike;
      }
    });
    context.putImageData(image, 0, 0);
  }

  const pad = drawable(schedule, { x: time, y: { min: 0, max: 1.04 * hot }, places, levels, signs, cursor: "cursor", place: "time",
    level: "Temperature", digits: 2, shape: "schedule", top: hot, empty: true, get: () => get("schedule"),
    set: (text) => set("schedule", Object.keys(schedules).find((name) => schedules[name] === text) ?? text) });

  return {
    views: [
      {
        element: node("div", {}, canvas, node("p", { class: "sl-legend" }, ...[["up", "as in the ground state"], ["down", "opposite"]].map(
          ([key, text]) => node("span", {}, node("i", { class: "sl-swatch", style: `background: ${data[key]}` }), text)))),
        place: "half", draw: picture, describe: (text) => canvas.setAttribute("aria-label", text),
      },
      { ...schedule, draw() {
        schedule.set("T", places, [...of.knots]);
        for (const view of [schedule, energy, ends]) view.show("before", Boolean(before));
        if (before) {
          schedule.set("before", places, before.knots);
          energy.set("before", before.shares, before.trace.map(high));
          ends.set("before", ranks, before.best.map(high));
        }
        schedule.set("now", [swept / many], [T]);
        note.textContent = bends();
        pad.here();
      } },
      { ...energy, draw() {
        energy.set("runs", each.flatMap(() => [...shares(), NaN]), each.flatMap((r) => [...traces.map(([, values]) => high(values[r])), NaN]));
        energy.set("mean", shares(), trace().map(high));
        energy.draw();
      } },
      { ...ends, draw() {
        ends.set("now", ranks, best().map(high));
        ends.draw();
      } },
    ],
    reset() {
      [swept, side] = [0, 0];
      begin(true);
    },
    step,
    run(share) {
      if (!get("running")) return;
      if (over()) begin(false);
      for (due += (share * many) / 1000; due >= 1 && !over(); due -= 1) step();
      if (over()) set("running", false);
    },
    changed() { begin(true); },
    readings: () => ({
      swept, mean: mean(best()), best: best()[0], found: found(best()), T,
      agree: (1 + mean(sums().map(Math.abs)) / n) / 2,
      mean_before: before ? mean(before.best) : NaN, best_before: before ? before.best[0] : NaN,
      found_before: before ? found(before.best) : NaN,
    }),
    words() {
      if (!swept) return `${bends()}The runs begin at random spins`;
      return `${bends()}${over() ? `Over: ${found(best())} of ${runs} runs met the exact ground state` : `${swept} of ${many} sweeps`}`;
    },
    digest: () => crc32(new Uint8Array(of.spins.buffer, at.spins, runs * n)),
  };
});
