// What is left of a memory at each load, activation by activation, beside the theory: the library's own kernels.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node, powerOfTen } from "../shell/shell.js";
import { slideOverStops } from "../shell/stops.js";

const POINTS = 61; // of a curve
const LOOKS = ["accent", "second", "third", "ink"];
const [APART, ENOUGH] = [1.15, 3]; // of loads on a scale of decades; points that are kept when a setting changes
const HALF = 0.5;

slideOverStops();

export default explorable(async ({ get, set, limits, module, data }) => {
  const { short, scales, sizes, inputs, all, steps, last, sweeps, few, more, kinds, loops, power, seeds } = data;
  const names = Object.keys(short); // in the order of their codes, those of units first
  const stops = [...Array.from({ length: few / 2 }, (_, k) => 2 * k + 2), ...more];
  const most = limits("P").max;
  const [widest, longest] = [Math.max(...Object.values(sizes)), Math.max(steps, sweeps) + 1];
  const reals = (length) => [Float64Array, length];
  const [mesh, scratch] = [[Int32Array, widest * inputs], [BigInt64Array, all]];
  const { functions, at, of } = await kernels(module, {
    bits: [BigUint64Array, 2 * widest], inputs: mesh, couplings: mesh, states: reals(widest), fields: reals(widest),
    patterns: [Int8Array, all * most], costs: reals(all), spins: [Int8Array, all], agreed: [BigInt64Array, most],
    turned: scratch, tally: scratch, state: [BigUint64Array, 4], path: reals(longest), loads: reals(POINTS),
    overlaps: reals(POINTS),
  });

  const many = () => Math.round(get("P"));
  const decide = (name) => names.indexOf(name) < kinds; // whether it is units that the activation is of
  const ours = () => decide(get("activation"));
  const label = (name, gain) => short[name].replace("g h", `${fixed(gain, 2).replace(/\.?0+$/, "")} h`);
  const along = (name, P) => (decide(name) ? P / inputs : Math.max(P, 1)); // a scale of decades has no 0

  // Curves by activation: {tag, text, loads, overlaps, end (patterns), found: Map of P to overlap}. Before: one that was left.
  const curves = new Map();
  let [measured, now, before] = [0, null, null];

  function curve(name) {
    const tag = [name, name === "tanh" && get("gain"), decide(name) && get("network")].join();
    const old = curves.get(name);
    if (old?.tag === tag) return old;
    if (old?.found.size >= ENOUGH) before = { ...old, name };
    const made = { tag, text: label(name, get("gain")), loads: [1, most], overlaps: [1, 1], end: Infinity, found: new Map() };
    if (decide(name) && get("network") !== "tree") made.text += `, ${sizes[get("network")]} units`;
    if (name in scales) {
      functions.curve(names.indexOf(name), get("gain"), POINTS, at.loads, at.overlaps);
      made.end = of.loads[POINTS - 1] * scales[name];
      made.loads = [...of.loads.map((load) => along(name, load * scales[name])), along(name, made.end)];
      made.overlaps = [...of.overlaps, 0];
    }
    curves.set(name, made);
    return made;
  }

  /** Learn, recall, and put a point. */
  function measure() {
    const [name, P] = [get("activation"), many()];
    const { found } = curve(name);
    now = { m: NaN, theory: NaN, path: [], fall: [] };
    if (ours() && P > few) return;
    const code = names.indexOf(name);
    functions.seed_state(BigInt(get("seed")) + BigInt(P) * BigInt(seeds), at.state);
    const theory = name in scales ? functions.expected(code, get("gain"), P / scales[name]) : 1;
    if (ours()) {
      const [n, tree] = [sizes[get("network")], Number(get("network") === "tree")];
      const places = [at.bits, at.inputs, at.couplings, at.states, at.fields, at.state];
      functions.begin(code, P, tree, n, inputs, ...places);
      const path = [1];
      while (path.length <= steps) path.push(functions.step(code, get("gain"), P, tree, n, inputs, ...places));
      functions.fall(code, get("gain"), P / inputs, steps, at.path);
      now = { m: path.slice(-last).reduce((sum, m) => sum + m, 0) / last, theory, path, fall: Array.from(of.path.slice(0, steps + 1)) };
    } else {
      functions.dense(code, P, all, at.patterns, at.costs, at.spins, at.agreed, at.turned, at.tally, at.state, sweeps, at.path);
      const path = Array.from(of.path.slice(0, sweeps + 1));
      now = { m: path[sweeps], theory, path, fall: path.map(() => theory) };
    }
    found.set(P, now.m);
    measured += 1;
  }

  /** The stop that comes next, or undefined behind the last one. */
  function following() {
    const P = many();
    return stops.find((stop) => stop > P && (ours() ? stop <= few : stop >= APART * P));
  }

  function step() {
    set("P", following() ?? stops[0]);
    if (following() === undefined) set("running", false);
  }

  // ── What it says ──
  const load = (P) => (ours() ? fixed(P / inputs, 2) : String(P));
  /** Where the points of a curve fall below one half, in words. */
  function fallen({ found }) {
    const points = [...found].sort(([one], [other]) => one - other);
    const first = points.findIndex(([, m]) => m < HALF);
    if (points.length < 2) return "";
    return first > 0 ? `Its points fall below ½ between ${load(points[first - 1][0])} and ${load(points[first][0])}`
      : `All its points so far lie ${first ? "above" : "below"} ½`;
  }
  function ending(name, { end }) {
    if (end === Infinity) return `By theory nothing ends here: it holds about ${powerOfTen(power)} patterns`;
    const beyond = many() > end ? "has ended" : decide(name) ? "fades to nothing" : "breaks off";
    return `By theory the memory ${beyond} at ${ours() ? `the load ${fixed(end / inputs, 2)}` : `${fixed(end, 0)} patterns`}`;
  }
  function words() {
    const name = get("activation");
    const each = curve(name);
    if (Number.isNaN(now.m)) return `${each.text}: units are followed up to ${few} patterns`;
    const place = ours() ? `at the load ${load(many())}` : `with ${many()} patterns`;
    return [`${each.text}: ${place} an overlap of ${fixed(now.m, 2)}, by theory ${fixed(now.theory, 2)}`, ending(name, each), fallen(each)]
      .filter(Boolean).join(". ");
  }

  // ── The graphs: one for units, one for memories, of which one is shown ──
  const slanted = (text) => node("i", {}, text);
  const y = { get label() { return ["overlap ", slanted("m")]; }, min: -0.1, max: 1.06, ticks: [0, HALF, 1].map((tick) => [tick, fixed(tick, 1)]), room: 4 };
  const verdict = node("p", { class: "sl-keys", style: "padding-top: 0.3rem" });

  function graph(mine, x) {
    const view = plot({
      says: () => `Overlap against load: ${words()}. Points: ${[...curves].filter(([name, { found }]) => mine.includes(name) && found.size)
        .map(([, { text, found }]) => `${text}, ${found.size}`).join("; ") || "none"}`,
      height: 17, x, y,
      parts: [
        { name: "end", kind: "rule", look: "quiet", line: "dash" },
        { name: "loops", kind: "curve", line: "dash", legend: "theory, first loops" },
        { name: "old", kind: "curve", look: "quiet", line: "dots" },
        { name: "left", kind: "circles", look: "quiet", legend: node("span") },
        ...mine.flatMap((name, k) => [
          { name, kind: "curve", look: LOOKS[k] },
          { name: `${name} found`, kind: "points", look: LOOKS[k], legend: node("span") },
        ]),
        { name: "now", kind: "marker", look: "ink" },
      ],
    });
    for (const part of ["loops", "left", ...mine.map((name) => `${name} found`)]) view.show(part, false);
    const texts = (part) => view.element.querySelector(`[data-part="${part}"] > span`);
    return { ...view, draw() {
      const name = get("activation");
      const points = (part, found, owner) => view.set(part, [...found.keys()].map((P) => along(owner, P)), [...found.values()]);
      for (const each of mine) {
        const there = curves.get(each);
        const on = there && (there.found.size > 0 || each === name);
        view.set(each, on ? there.loads : [], on ? there.overlaps : []);
        points(`${each} found`, there?.found ?? new Map(), each);
        view.show(`${each} found`, on);
        if (on) texts(`${each} found`).textContent = there.text;
      }
      const left = before && mine.includes(before.name) ? before : null;
      view.set("old", left?.loads ?? [], left?.overlaps ?? []);
      points("left", left?.found ?? new Map(), left?.name);
      view.show("left", left);
      if (left) texts("left").textContent = `before: ${left.text}`;
      const each = curve(name);
      view.set("now", [along(name, many())], [now.m]);
      view.set("end", each.end < Infinity ? [along(name, each.end)] : [], []);
      const round = name === names[0] ? loops[get("network")] : undefined;
      view.set("loops", ...(round ?? [[], []]));
      view.show("loops", round);
      view.draw();
    } };
  }
  const graphs = [
    graph(names.slice(0, kinds), { label: ["load ", slanted("P/C")], min: 0, max: few / inputs }),
    graph(names.slice(kinds), { label: ["patterns ", slanted("P")], min: stops[0], max: most, scale: "log" }),
  ];

  const course = plot({
    says: () => `Overlap from step to step at this load, from 1 to ${fixed(now.m, 2)}, by theory to ${fixed(now.theory, 2)}`,
    height: 9,
    x: { label: "steps", min: 0, max: steps },
    y,
    parts: [
      { name: "map", kind: "curve", look: "quiet", legend: "theory" },
      { name: "path", kind: "points", look: "ink", legend: "network" },
    ],
  });

  return {
    views: [
      { element: node("div", {}, ...graphs.map(({ element }) => element), verdict), place: "beside",
        draw() {
          const [shown, other] = ours() ? graphs : [graphs[1], graphs[0]];
          [shown.element.hidden, other.element.hidden] = [false, true];
          shown.draw();
          verdict.textContent = `${words()}.`;
        },
        describe() { for (const each of graphs) each.describe(); },
        close() { for (const each of graphs) each.close(); } },
      { ...course, draw() {
        course.range("x", 0, ours() ? steps : sweeps);
        course.set("map", now.fall.map((_, k) => k), now.fall);
        course.set("path", now.path.map((_, k) => k), now.path);
        course.draw();
      } },
    ],
    reset() {
      curves.clear();
      [measured, before] = [0, null];
      measure();
    },
    step,
    run(points) { for (let k = 0; k < points && get("running"); k += 1) step(); },
    changed(key) {
      if (key === "activation" && ours() && many() > few) {
        set("P", few);
        return `Units are followed up to ${few} patterns: P is ${few} now.`;
      }
      if ((key === "gain" && get("activation") !== "tanh") || (key === "network" && !ours())) return undefined;
      measure();
      return Number.isNaN(now.m) ? `Units are followed up to ${few} patterns.` : undefined;
    },
    next: () => set("activation", names[(names.indexOf(get("activation")) + 1) % names.length]),
    again: () => set("seed", (get("seed") + 1) % seeds),
    readings: () => ({ measured, m: now.m, theory: now.theory, load: many() / (ours() ? inputs : all), end: curve(get("activation")).end }),
    words,
  };
});
