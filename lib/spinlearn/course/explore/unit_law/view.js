// One unit: a law of its states, drawn by the reader, and what it answers to a field, on the library's own kernels.

import { bars, drawable } from "../shell/levels.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

const MANY = 241; // fields along a curve

export default explorable(async ({ get, set, limits, module, data }) => {
  const { half, per, laws, signs, zooms } = data;
  const [n, most, { min, max }] = [2 * half + 1, signs.length - 1, limits("x")];
  const states = Array.from({ length: n }, (_, k) => (k - half) / per);
  // Behind the fields of the curves stands the field that is chosen.
  const all = [Float64Array, MANY + 1];
  const { functions, at, of } = await kernels(module, {
    states: [Float64Array, n], weights: [Float64Array, n], shares: [Float64Array, n],
    fields: all, K: all, f: all, slope: all,
  });
  of.states.set(states);
  const along = Array.from({ length: MANY }, (_, k) => min + ((max - min) * k) / (MANY - 1));
  of.fields.set(along);
  const curve = (name) => of[name].subarray(0, MANY);
  const now = (name) => of[name][MANY];
  const levels = () => [...laws[get("law")] ?? get("law")].map((sign) => signs.indexOf(sign));
  const take = (text) => set("law", Object.keys(laws).find((name) => laws[name] === text) ?? text);
  const first = { law: get("law"), x: get("x") };

  const slanted = (name) => node("i", {}, name);
  const [reach, step] = [half / per, 1 / per];
  const field = () => ({ label: ["field ", slanted("x")], min, max });
  const [one, other] = [{ min: -reach - step, max: reach + step }, { min: 0, max: 1.06 }];
  const here = { name: "here", kind: "rule", look: "quiet", line: "dash" };
  const ends = () => `${fixed(lowest, 1)} to ${fixed(highest, 1)}`;

  const answer = plot({
    says: () => `Response f against the field x: it rises from ${fixed(of.f[0], 2)} at x = ${fixed(min, 0)} to ${
      fixed(of.f[MANY - 1], 2)} at x = ${fixed(max, 0)}, between the outermost states, ${ends()}`,
    place: "half", height: 16, x: field(),
    y: { label: ["response ", slanted("f"), "(", slanted("x"), ")"], min: -1.08 * reach, max: 1.08 * reach, room: 4 },
    parts: [
      here,
      { name: "ends", kind: "rule", look: "second", line: "dash", legend: "outermost states" },
      { name: "f", kind: "curve" },
      { name: "now", kind: "marker" },
    ],
  });
  const law = plot({
    says: () => `Weight of each state, as bars: ${words()}. In the field the law leans, to the mean ${fixed(now("f"), 2)}`,
    place: "half", height: 16,
    x: { ...one, label: ["state ", slanted("s")] },
    y: { ...other, label: "weight", ticks: [0, 0.5, 1], room: 4 },
    parts: [
      { name: "law", kind: "curve", look: "second", line: "bars", legend: slanted("ρ") },
      { name: "leaning", kind: "curve", line: "bars", legend: node("span", {}, "at ", slanted("x")) },
      { name: "mean", kind: "rule", legend: "mean" },
      { name: "cursor", kind: "rule", look: "ink", line: "dots", hidden: true },
    ],
  });
  const spread = plot({
    says: () => `Slope of the response against the field, which is the variance of the states: nowhere negative, at most ${fixed(steepest, 2)}`,
    place: "below", height: 9, x: field(),
    y: { label: ["variance ", slanted("f"), "′(", slanted("x"), ")"], min: 0, max: 1, room: 4 },
    parts: [here, { name: "slope", kind: "curve" }, { name: "now", kind: "marker" }],
  });
  const generator = plot({
    says: () => `K against the field, convex, with the tangent at x = ${fixed(get("x"), 2)}, whose slope is the response`,
    place: "below", height: 9, x: field(),
    y: { label: [slanted("K"), "(", slanted("x"), ")"], min: 0, max: 1, room: 4 },
    parts: [
      here,
      { name: "tangent", kind: "curve", line: "dash", legend: node("span", {}, "slope ", slanted("f")) },
      { name: "K", kind: "curve", look: "second" },
      { name: "now", kind: "marker" },
    ],
  });
  let [lowest, highest, steepest, many, shape] = [0, 0, 0, 0, ""];
  let [latest, undoing] = [first.law, false];
  const past = []; // laws before the latest
  const words = () => (many > 1 ? `${many} states from ${ends()} have weight` : `one state has weight, ${fixed(lowest, 1)}`);
  const pad = drawable(law, { x: one, y: other, places: states, levels, signs, cursor: "cursor", place: "state", level: "Weight",
    digits: 1, get: () => get("law"), set: take });

  function refresh() {
    const wanted = [get("law"), get("x")].join();
    if (shape === wanted) return;
    shape = wanted;
    const weights = levels();
    of.weights.set(weights);
    of.fields[MANY] = get("x");
    functions.tilt(at.states, at.weights, n, at.fields, MANY + 1, at.K, at.f, at.slope);
    functions.lean(at.states, at.weights, n, get("x"), now("K"), at.shares);
    const there = states.filter((_, k) => weights[k]);
    [lowest, highest, many, steepest] = [there[0], there.at(-1), there.length, Math.max(...curve("slope"))];

    law.set("law", ...bars(states, weights.map((each) => each / most), 0.9 * step));
    // Both are as high as each other: without a field they are the same.
    const scale = Math.max(...weights) / most / Math.max(...of.shares);
    law.set("leaning", ...bars(states, [...of.shares].map((share) => scale * share), 0.5 * step));
    law.set("mean", [now("f")], null);
    answer.set("ends", null, [lowest, highest]);
    for (const [view, name] of [[answer, "f"], [spread, "slope"], [generator, "K"]]) {
      view.set(name, along, curve(name).slice());
      view.set("now", [get("x")], [now(name)]);
      view.set("here", [get("x")], null);
    }
    generator.set("tangent", [min, max], [min, max].map((x) => now("K") + now("f") * (x - get("x"))));
    const [least, top] = [Math.min(...curve("K")), Math.max(...curve("K"))];
    generator.range("y", least - 0.08 * (top - least + 1), top + 0.08 * (top - least + 1));
    const tall = zooms.find((each) => each >= 1.06 * steepest) ?? zooms.at(-1);
    spread.range("y", -0.06 * tall, tall);
    pad.here();
  }
  const refreshed = (view) => ({ ...view, draw() {
    refresh();
    view.draw();
  } });

  return {
    views: [answer, law, spread, generator].map(refreshed),
    again() { for (const [key, value] of Object.entries(first)) set(key, value); },
    mirror: () => take(levels().reverse().map((level) => signs[level]).join("")),
    undo() {
      while (past.at(-1) === latest) past.pop();
      undoing = true;
      if (past.length) set("law", past.pop());
      undoing = false;
    },
    changed() {
      if (get("law") !== latest && !undoing && !pad.goesOn()) past.push(latest);
      latest = get("law");
      refresh();
    },
    readings() {
      refresh();
      return { f: now("f"), slope: now("slope"), K: now("K"), entropy: functions.entropy(get("x"), now("K"), now("f")),
        lowest, highest, steepest };
    },
    words: () => words().replace(/^./, (letter) => letter.toUpperCase()),
  };
});
