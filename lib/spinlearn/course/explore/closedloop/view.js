// A thousand models, each fitted to samples of its own, again and again; and their exact chain beside them.

import { crc32 } from "../shell/fingerprint.js";
import { plot, roundStep } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

const POINTS = 160; // of a trace, at most
const SPAN = 40; // generations that a graph begins with; the window doubles
const NEAR = 6; // theta that is shown

export default explorable(async ({ get, set, module, data, limits }) => {
  const { statistics, loops, shown, bars, grid: [far, many] } = data;
  const tallest = Math.max(...Object.values(statistics).map(({ heights }) => heights.at(-1)));
  const rows = limits("M").max * tallest + 2;
  const reals = [Float64Array, rows];
  const curve = [Float64Array, many];
  const { functions, at, of } = await kernels(module, {
    heights: [BigInt64Array, 9], weights: [Float64Array, 9], x: reals, theta: reals, laws: [Float64Array, 3 * rows],
    P: [Float64Array, rows * rows], now: reals, after: reals, states: [Int32Array, loops], state: [BigUint64Array, 4],
    grid: curve, p: curve, means: curve, chi: curve, found: [Float64Array, 2],
  });
  of.grid.set(of.grid.map((_, k) => far * (2 * k / (many - 1) - 1)));

  // S: states of the chain, sums of M data; one more stands for the start. rest: those that nothing leaves. law: whether
  // there is a stationary one. trace: what is known of every so many generations. before: a run in which loops collapsed.
  let [made, S, M, L, rest, law, t, every, trace, before, last] = ["", 0, 0, 0, [], 0, 0, 1, [], null, null];
  const all = Array.from({ length: loops }, (_, k) => k);
  const some = all.slice(0, shown);
  const sum = (list) => list.reduce((total, value) => total + value, 0);
  const at1 = (end) => sum(all.map((k) => Number(rest.includes(end) && of.states[k] === end))) / loops;

  function prepare() {
    const wanted = ["M", "m", "q", "u", "start", "statistic", "prior"].map(get).join();
    if (made === wanted) return;
    made = wanted;
    const { heights, weights, priors } = statistics[get("statistic")];
    const held = [get("m"), get("q"), get("u"), ...priors[get("prior")]];
    L = heights.length;
    M = Math.round(get("M"));
    S = M * heights.at(-1) + 1;
    of.heights.set(heights.map(BigInt));
    of.weights.set(weights);
    functions.prepare(at.heights, at.weights, L, M, get("start"), ...held, at.x, at.theta, at.laws, at.P);
    rest = [...of.laws[0] === 1 ? [0] : [], ...of.laws[S * L - 1] === 1 ? [S - 1] : []];
    law = functions.stationary(at.heights, at.weights, L, ...held, at.grid, at.p, at.means, at.chi, many, at.after);
  }

  /** What is known of a generation. */
  function look() {
    functions.moments(at.now, at.x, S + 1, loops, at.found);
    return { t, x: some.map((k) => of.x[of.states[k]]), mean: sum(all.map((k) => of.x[of.states[k]])) / loops,
      expected: of.found[0], error: of.found[1], collapsed: sum([0, S - 1].map(at1)), exact: sum(rest.map((k) => of.now[k])) };
  }
  function keep() {
    last = look();
    if (t % every) return;
    if (trace.at(-1)?.t === t) trace.pop();
    trace.push(last);
    if (trace.length <= POINTS) return;
    every *= 2;
    trace = trace.filter((each) => each.t % every === 0);
  }
  function begin() {
    if (t >= M && last?.collapsed) before = { M, kept: traced() };
    prepare();
    functions.seed_state(BigInt(get("seed")), at.state);
    of.states.fill(S);
    of.now.fill(0);
    of.now[S] = 1;
    [t, every, trace] = [0, 1, []];
    keep();
  }
  function step() {
    functions.advance(at.laws, at.heights, L, M, at.states, loops, at.state);
    functions.evolve(at.P, at.now, at.after, S);
    of.now.set(of.after);
    t += 1;
    keep();
  }

  const slanted = (name) => node("i", {}, name);
  const time = node("span");
  const name = node("span");
  const shares = { min: -0.03, max: 1.03, ticks: [0, 0.5, 1], room: 4 };
  const span = { min: 0, max: SPAN };
  const walks = plot({
    says: () => `Mean x of ${shown} of ${loops} loops against the generation: random walks from ${fixed(get("start"), 2)}; the mean of all is ${
      fixed(last.mean, 3)}, in theory ${fixed(last.expected, 3)}`,
    place: "half", height: 17, x: { ...span, label: [time] }, y: { ...shares, label: ["mean ", slanted("x")] },
    parts: [
      { name: "all", kind: "curve", look: "quiet", legend: `${shown} loops` },
      { name: "one", kind: "curve", look: "third", legend: "one" },
      { name: "mean", kind: "curve", legend: "mean" },
    ],
  });
  const histogram = plot({
    says: () => `Density of ${name.textContent}: bars for the loops that still move, circles for the exact chain${
      law ? ", a curve for the stationary law for large M" : ""}. ${ends().join(", ")}`,
    place: "half", height: 17, x: { min: 0, max: 1, label: [name] }, y: { label: "density", min: 0, max: 2, room: 4 },
    parts: [
      { name: "counted", kind: "curve", legend: "counted" },
      { name: "exact", kind: "circles", look: "ink", legend: "exact" },
      { name: "law", kind: "curve", look: "second", legend: node("span", {}, "large ", slanted("M")) },
      { name: "low", kind: "label", look: "ink" },
      { name: "high", kind: "label", look: "ink" },
    ],
  });
  const share = plot({
    says: () => `Share of the loops that have collapsed against the generation: ${fixed(last.collapsed, 3)}, in theory ${fixed(last.exact, 3)}`,
    place: "below", height: 11, x: { ...span, label: [time.cloneNode()] }, y: { ...shares, label: "collapsed" },
    parts: [
      { name: "before", kind: "curve", look: "quiet", legend: "before" },
      { name: "counted", kind: "curve", legend: "counted" },
      { name: "exact", kind: "curve", look: "second", line: "dash", legend: "exact" },
    ],
  });
  const means = plot({
    says: () => `Mean x of all loops against the generation, ${fixed(last.mean, 3)}, and what it is on average, ${
      fixed(last.expected, 3)}, between twice the error of ${loops} loops, ${fixed(last.error, 3)}`,
    place: "below", height: 11, x: { ...span, label: [time.cloneNode()] }, y: { min: 0, max: 1, room: 4, label: ["mean ", slanted("x")] },
    parts: [
      { name: "below", kind: "curve", look: "second", line: "dots" },
      { name: "above", kind: "curve", look: "second", line: "dots", legend: "two errors" },
      { name: "counted", kind: "curve", legend: "counted" },
      { name: "exact", kind: "curve", look: "second", line: "dash", legend: "exact" },
    ],
  });

  /** What has collapsed to either end. */
  const ends = () => (rest.length ? rest.map((end) => `${fixed(at1(end), 2)} at ${end ? 1 : 0}`) : ["None can collapse"]);
  const unit = () => (get("scaled") ? M : 1);
  for (const [view, part, look] of [[walks, 0, { opacity: 0.7 }], [histogram, 0, { fill: "currentColor", fillOpacity: 0.15 }]]) {
    Object.assign(view.element.querySelectorAll(".sl-inside path")[part].style, look);
  }
  const traced = () => (last.t > trace.at(-1).t ? [...trace, last] : trace);

  /** A graph over time: what to(kept) sets, under a window that doubles. */
  const overTime = (view, to) => ({ ...view, draw() {
    const kept = traced();
    let end = SPAN;
    while (end < t) end *= 2;
    view.range("x", 0, end / unit());
    view.element.querySelector(".sl-foot span").textContent = get("scaled") ? "generations / M" : "generation";
    to(kept, kept.map((each) => each.t / unit()));
    view.draw();
  } });

  /** The states, in groups, as bars of a density: edges, what was counted and what is exact. */
  function grouped() {
    const value = get("over") === "x" ? of.x : of.theta;
    const most = Math.min(S, bars);
    const counts = new Float64Array(S);
    for (const k of all) if (of.states[k] < S && !rest.includes(of.states[k])) counts[of.states[k]] += 1 / loops;
    /** Between state k - 1 and k; an end of the line is as far away as the next one is. */
    const edge = (k) => {
      if (get("over") === "x" && k % S === 0) return k / S;
      const [one, other] = [value[k - 1], value[k]];
      if (k > 0 && k < S && Number.isFinite(one + other)) return (one + other) / 2;
      const inner = k < S / 2 ? [k, k + 1] : [k - 1, k - 2];
      return value[inner[0]] - (value[inner[1]] - value[inner[0]]) / 2;
    };
    const found = [];
    for (let group = 0, from = 0; group < most; group += 1) {
      const to = Math.ceil(((group + 1) * S) / most);
      const [low, high] = [edge(from), edge(to)];
      if (Number.isFinite(high - low) && high > low) {
        const inside = all.slice(from, to).filter((k) => !rest.includes(k));
        if (inside.length) found.push({ low, high, counted: sum(inside.map((k) => counts[k])) / (high - low), exact: sum(inside.map((k) => of.now[k])) / (high - low) });
      }
      from = to;
    }
    return found;
  }

  return {
    views: [
      overTime(walks, (kept, times) => {
        walks.set("all", some.flatMap(() => [...times, NaN]), some.flatMap((k) => [...kept.map(({ x }) => x[k]), NaN]));
        walks.set("one", times, kept.map(({ x }) => x[0]));
        walks.set("mean", times, kept.map(({ mean }) => mean));
      }),
      { ...histogram, draw() {
        const [overX, found] = [get("over") === "x", grouped()];
        const near = [...of.grid.keys()].filter((k) => Math.abs(of.grid[k]) < NEAR + 2);
        const high = Math.max(...found.map(({ counted, exact }) => Math.max(counted, exact)), overX ? 1 : 0.1);
        const tick = roundStep(high / 3);
        histogram.range("x", ...overX ? [0, 1] : [-NEAR, NEAR]);
        histogram.range("y", 0, tick * Math.ceil((1.25 * high) / tick));
        histogram.set("counted", found.flatMap(({ low, high: end }) => [low, low, end, end]), found.flatMap(({ counted }) => [0, counted, counted, 0]));
        histogram.set("exact", ...t ? [found.map(({ low, high: end }) => (low + end) / 2), found.map(({ exact }) => exact)] : [[], []]);
        histogram.set("law", near.map((k) => (overX ? of.means : of.grid)[k]), near.map((k) => of.p[k] / (overX ? of.chi[k] : 1)));
        histogram.show("law", law);
        const top = 0.9 * tick * Math.ceil((1.25 * high) / tick);
        for (const [part, end, x] of [["low", 0, 0.02], ["high", S - 1, 0.74]]) {
          histogram.set(part, [overX ? x : NEAR * (2 * x - 1)], [top], rest.includes(end) ? `${fixed(at1(end), 2)} at ${end ? 1 : 0}` : "");
        }
        name.textContent = statistics[get("statistic")][get("over")];
        histogram.draw();
      } },
      overTime(share, (kept, times) => {
        share.show("before", before);
        if (before) share.set("before", before.kept.map((each) => each.t / (get("scaled") ? before.M : 1)), before.kept.map(({ collapsed }) => collapsed));
        share.set("counted", times, kept.map(({ collapsed }) => collapsed));
        share.set("exact", times, kept.map(({ exact }) => exact));
      }),
      overTime(means, (kept, times) => {
        const expected = kept.map((each) => each.expected);
        means.range("y", Math.floor(10 * Math.min(...expected) - 1) / 10, Math.ceil(10 * Math.max(...expected) + 1) / 10);
        for (const [part, sign] of [["below", -1], ["above", 1]]) means.set(part, times, kept.map((each) => each.expected + sign * each.error));
        means.set("counted", times, kept.map(({ mean }) => mean));
        means.set("exact", times, expected);
      }),
    ],
    restart: ["M", "start", "statistic", "seed"],
    reset: begin,
    step,
    /** Other data from outside, or another prior: the latest sample of each loop is fitted anew, and it goes on. */
    changed(key) {
      prepare();
      keep();
      if (key !== "m") return "";
      const m = get("m");
      return `Each generation has ${m ? `${fixed(m, m % 1 ? 2 : 0)} external ${m === 1 ? "datum" : "data"} of the average ${fixed(get("q"), 2)}` : "no external data"}.`;
    },
    datum: () => set("m", get("m") ? 0 : 1),
    readings: () => ({ t, collapsed: last.collapsed, exact: last.exact, mean: last.mean, expected: last.expected,
      ones: last.collapsed && rest.includes(S - 1) ? at1(S - 1) / last.collapsed : last.collapsed ? 0 : NaN }),
    words() {
      if (!t) return `All ${loops} loops begin at x = ${fixed(get("start"), 2)}`;
      if (!rest.length) return `${loops} loops, of which none can collapse`;
      return `${last.collapsed === 1 ? `All ${loops} loops have collapsed` : `${Math.round(loops * last.collapsed)} of ${loops} loops have collapsed`}: ${ends().join(", ")}`;
    },
    digest: () => crc32(new Uint8Array(of.states.buffer, at.states, 4 * loops)),
  };
});
