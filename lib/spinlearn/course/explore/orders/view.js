// One hidden unit: K and its slope, the couplings of every order, and the law that they make, on the library's own kernels.

import { plot, roundStep } from "../shell/plot.js";
import { explorable, fixed, kernels, node, powerOfTen } from "../shell/shell.js";

const [N, M, MANY] = [3, 8, 241]; // visible units, their states, fields along a curve

export default explorable(async ({ get, set, limits, module, data }) => {
  const { kinds, sets, room, equal, most } = data;
  const weights = ["w1", "w2", "w3"];
  const array = (length) => [Float64Array, length];
  const { functions, at, of } = await kernels(module, Object.fromEntries([
    ["w", array(N)], ..."x K f J grain p q".split(" ").map((name) => [name, array(M)]),
    ...["along", "high", "slope"].map((name) => [name, array(MANY)]), ...["b", "Kb", "fb"].map((name) => [name, array(1)]),
  ]));
  const settings = [...weights, "b", "kind", "sharp", "alphabet", "subset", "kept"];
  const first = settings.map((key) => [key, get(key)]);
  const spins = () => Number(get("alphabet") === "spins");
  const all = Array.from({ length: M }, (_, k) => k); // states, and sets: bit i is unit i
  const bits = (text) => [...text].reduce((sum, unit) => sum + (1 << (unit - 1)), 0);
  const size = (k) => (k & 1) + ((k >> 1) & 1) + (k >> 2);
  const name = (text) => `J${[...text].map((unit) => "₀₁₂₃"[unit]).join("")}`;
  const state = (k) => [0, 1, 2].map((i) => (k >> i) & 1).join("");
  const places = Array.from({ length: 193 }, (_, k) => k / 16 - 4); // states of the hidden unit that are asked for U

  // ── What is said ──
  // J: couplings, 0 where they are rounding. terms: at which fields the chosen one has K, and how often. spots: single
  // states of the hidden unit.
  let [shape, J, now, terms, spots] = ["", [], {}, [], []];
  const names = ["field", "pair", "triple"];
  const and = (list) => list.join(", ").replace(/, ([^,]*)$/, " and $1");
  const brief = (value) => (Math.abs(value) < 1e4 ? fixed(value, 3) : value.toExponential(1)); // as it is said
  /** Which orders are the largest, and which there are not. */
  function words() {
    const tops = [1, 2, 3].map((order) => Math.max(...all.map((k) => (size(k) === order ? Math.abs(J[k]) : 0))));
    const top = Math.max(...tops);
    if (!top) return "no coupling of any order";
    const high = names.filter((_, k) => tops[k] > equal * top);
    const none = names.filter((_, k) => !tops[k]);
    return `largest: a ${and(high)}${none.length ? `; no ${none.join(", no ")}` : ""}${
      Number.isNaN(now.missed) ? "; the law is frozen" : ""}`;
  }
  const where = (way) => and(terms.filter(({ net }) => way * net > 0).map(({ x, net }) =>
    `${Math.abs(net) > 1 ? `${Math.abs(net)} times ` : ""}${fixed(x, 2)}`)) || "none";

  // ── The graphs ──
  const slanted = (text) => node("i", {}, text);
  const field = () => ({ label: ["field ", slanted("x")], min: -room, max: room });
  const ends = { min: 0, max: 1, room: 4 };
  const [told, powers] = [node("span"), { K: node("span"), J: node("span"), f: node("span") }];
  const here = { name: "here", kind: "rule", look: "quiet", line: "dash" };
  const marks = (...legends) => [
    { name: "none", kind: "points", look: "quiet" },
    { name: "plus", kind: "marker", look: "ink", legend: legends[0] },
    { name: "minus", kind: "circles", look: "ink", legend: legends[1] },
  ];
  const moment = plot({
    says: () => `K against the field. ${name(get("subset"))} adds K at ${where(1)}, and subtracts K at ${where(-1)}${
      spins() ? ", and is an eighth of that" : ""}`,
    place: "half", height: 16, x: field(),
    y: { label: [slanted("K"), "(", slanted("x"), ")", powers.K], ...ends },
    parts: [
      here,
      { name: "K", kind: "curve", look: "second" },
      { name: "tangent", kind: "curve", line: "dash", legend: node("span", {}, "slope ", slanted("f")) },
      ...marks("added", "subtracted"),
      ...all.map((k) => ({ name: k, kind: "label", look: "ink" })),
    ],
  });
  const spot = (text) => sets.indexOf(text) + (text.length - 1) / 2;
  const bars = plot({
    says: () => `Couplings: ${sets.map((each) => `${name(each)} ${brief(J[bits(each)])}`).join(", ")}; ${words()}`,
    place: "half", height: 16,
    x: { label: [told], min: -0.7, max: 7.7, ticks: sets.map((each) => [spot(each), each]) },
    y: { label: ["coupling ", slanted("J"), powers.J], ...ends },
    parts: [
      { name: "zero", kind: "rule", look: "quiet" },
      ...names.map((legend, k) => ({ name: k, kind: "curve", look: ["third", "second", "accent"][k], legend })),
    ],
  });
  const activation = plot({
    says: () => `Activation f, the slope of K, against the field: ${brief(now.f)} at the bias; it rises from ${
      brief(of.slope[0])} at ${fixed(of.along[0], 0)} to ${brief(of.slope[MANY - 1])} at ${fixed(of.along[MANY - 1], 0)}`,
    place: "below", height: 11, x: field(),
    y: { label: ["activation ", slanted("f"), " = ", slanted("K"), "′", powers.f], ...ends },
    parts: [here, { name: "f", kind: "curve" }, ...marks()],
  });
  const valley = plot({
    says: () => `Potential U of the hidden unit: ${spots.length ? spots.map(({ z, U }) => `${fixed(U, 1)} at ${fixed(z, 0)}`).join(", ")
      : functions.potential(kinds[get("kind")], -1) < 1 ? "a parabola" : "half a parabola, from 0 up"}`,
    place: "below", height: 11,
    x: { label: ["state ", slanted("z"), " of the hidden unit"], min: places[0] - 0.2, max: 8.2 },
    y: { label: ["potential ", slanted("U"), "(", slanted("z"), ")"], min: -0.6, max: 8, room: 4 },
    parts: [{ name: "line", kind: "curve", look: "third" }, { name: "spots", kind: "marker", look: "third" }],
  });
  const law = plot({
    says: () => `Probability of each state of the visible units, and as the couplings make it: ${
      all.map((k) => `${state(k)} ${fixed(of.p[k], 3)} and ${fixed(of.q[k], 3)}`).join(", ")}`,
    place: "below", height: 11,
    x: { label: "visible units: 1 is on, or +1", min: -0.6, max: 7.6, ticks: all.map((k) => [k, state(k)]) },
    y: { label: "probability", min: 0, max: 1, room: 4 },
    parts: [
      { name: "law", kind: "curve", look: "second", legend: "of the unit" },
      { name: "made", kind: "circles", legend: "of the couplings" },
    ],
  });
  law.element.classList.add("sl-graph-across");
  for (const view of [bars, law]) {
    for (const path of view.element.querySelectorAll(".sl-inside .sl-line:not(.sl-look-quiet)")) path.style.strokeWidth = "1.1rem";
  }
  for (const label of moment.element.querySelectorAll(".sl-label")) label.style = "text-anchor: end; translate: -0.4em -0.4em";
  bars.set("zero", null, [0]);
  const stems = (xs, ys) => [xs.flatMap((x) => [x, x, NaN]), ys.flatMap((y) => [0, y, NaN])];

  /** Give the axis y room for values, 0 and `least`; returns by what they are to be divided, as its label says. */
  function fit(view, key, values, least) {
    const [low, high] = [Math.min(0, ...values), Math.max(least, ...values)];
    const reach = Math.max(high, -low) || 1;
    const power = reach < 1e4 ? 0 : reach.toExponential().split("e+")[1];
    const scale = Number(`1e${power}`);
    powers[key].textContent = power ? ` / ${powerOfTen(power)}` : "";
    const step = roundStep(reach / scale / 4);
    const [bottom, top] = [Math.floor(low / scale / step + 1e-9), Math.ceil(high / scale / step - 1e-9)];
    view.range("y", step * (bottom - 0.25), step * (top + 0.25));
    return scale;
  }

  /** The couplings and both laws. */
  function solve([which, noisy]) {
    of.w.set(weights.map(get));
    of.b[0] = get("b");
    functions.look(at.w, N, get("b"), spins(), at.x, M);
    functions.answer(which, noisy, at.x, M, at.K, at.f);
    functions.answer(which, noisy, at.b, 1, at.Kb, at.fb);
    of.J.set(of.K);
    functions.invert(at.J, M, spins(), -1);
    functions.roughen(at.x, at.K, at.f, M, N, at.grain);
    functions.invert(at.grain, M, spins(), 1);
    of.p.set(of.K);
    functions.make(at.J, M, get("kept"), spins(), at.q);
    for (const each of [at.p, at.q]) functions.normalise(each, M);
    J = [...of.J].map((each, k) => (Math.abs(each) > of.grain[k] ? each : 0));
    const [grain, missed] = [Math.max(...of.grain), functions.apart(at.p, at.q, M)];
    now = { f: of.fb[0], missed: grain > 1e-3 ? NaN : missed > 16 * grain ? missed : 0 };
    // Where several states have one field, their signs add up.
    const [mask, met] = [bits(get("subset")), new Map()];
    for (const k of all) {
      const key = fixed(of.x[k], 9);
      const term = met.get(key) ?? { net: 0, x: of.x[k], K: of.K[k], f: of.f[k] };
      if (spins() || !(k & ~mask)) term.net += size(mask & ~k) % 2 ? -1 : 1;
      met.set(key, term);
    }
    terms = [...met.values()].sort((one, other) => one.x - other.x);
  }

  function refresh() {
    const wanted = settings.map(get).join();
    if (shape === wanted) return;
    shape = wanted;
    const unit = [kinds[get("kind")], Number(!get("sharp"))];
    solve(unit);
    const [b, xs] = [get("b"), [...of.x]];
    const [low, high] = [-1, 1].map((side) => side * room * Math.max(1, Math.ceil((Math.max(...xs.map((x) => side * x)) + 0.3) / room)));
    of.along.set(Array.from({ length: MANY }, (_, k) => low + ((high - low) * k) / (MANY - 1)));
    functions.answer(...unit, at.along, MANY, at.high, at.slope);
    for (const [view, key, curve, more] of [[moment, "K", of.high, of.Kb[0]], [activation, "f", of.slope, of.slope[0]]]) {
      const scale = fit(view, key, [...terms.map((term) => term[key]), more], 1);
      view.range("x", low, high);
      view.set("here", [b], null);
      view.set(key, of.along, curve.map((each) => each / scale));
      for (const [part, way] of [["none", 0], ["plus", 1], ["minus", -1]]) {
        const found = terms.filter(({ net }) => Math.sign(net) === way);
        view.set(part, found.map(({ x }) => x), found.map((term) => term[key] / scale));
      }
      if (key === "K") {
        moment.set("tangent", [low, high], [low, high].map((x) => (of.Kb[0] + now.f * (x - b)) / scale));
        const roomy = terms.every(({ x }, k) => !k || x - terms[k - 1].x > 0.06 * (high - low));
        for (const k of all) {
          const { x, K, net } = terms[k] ?? { ...terms[0], net: 0 };
          moment.set(k, [x], [K / scale], roomy && Math.abs(net) > 1 ? `${Math.abs(net)} ×` : "");
        }
      }
    }
    const scale = fit(bars, "J", J.slice(1), 0);
    for (const k of [0, 1, 2]) {
      const found = sets.filter((each) => each.length === k + 1);
      bars.set(k, ...stems(found.map(spot), found.map((each) => J[bits(each)] / scale)));
    }
    told.textContent = words();

    // A state with no other beside it is a point; where states begin, the potential is a wall.
    const U = places.map((z) => functions.potential(unit[0], z));
    const [there, beside] = [(k) => Number.isFinite(U[k]), (k) => there(k - 1) || there(k + 1)];
    spots = places.map((z, k) => ({ z, U: U[k], k })).filter(({ k }) => there(k) && !beside(k));
    valley.set("spots", spots.map(({ z }) => z), spots.map((each) => each.U));
    valley.set("line", places, U.map((each, k) => (there(k) ? (beside(k) ? each : NaN) : there(k + 1) && there(k + 2) ? 99 : NaN)));

    law.set("law", ...stems(all, [...of.p]));
    law.set("made", all, of.q);
    const likely = Math.max(...of.p, ...of.q);
    law.range("y", 0, likely > 0.57 ? 1.04 : likely > 0.28 ? 0.6 : 0.3);
  }

  return {
    views: [bars, moment, activation, valley, law].map((view) => ({ ...view, draw() {
      refresh();
      view.draw();
    } })),
    again() { for (const pair of first) set(...pair); },
    level() { for (const key of weights) set(key, get("w1")); },
    // The same law, its units written as (1 + s) / 2 or 2 v - 1.
    rewrite() {
      const [to, moved] = spins() ? [2, -1] : [0.5, 0.5];
      const next = [...weights.map((key) => [key, to * get(key)]),
        ["b", weights.reduce((sum, key) => sum + moved * get(key), get("b"))]];
      if (next.some(([key, value]) => Math.abs(value) > limits(key).max)) told.textContent = "the sliders do not go as far";
      else for (const pair of [...next, ["alphabet", spins() ? "binary" : "spins"]]) set(...pair);
    },
    changed: refresh,
    readings() {
      refresh();
      const seen = (value) => (Math.abs(value) < most ? value : NaN);
      return { ...now, f: seen(now.f), ...Object.fromEntries(sets.map((each) => [`J${each}`, seen(J[bits(each)])])) };
    },
    words: () => words().replace(/^./, (letter) => letter.toUpperCase()),
  };
});
