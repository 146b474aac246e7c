// Two signals in deep random networks, with the maps of wide ones and the edge of chaos: the library's own kernels.

import { between, plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

const MANY = 101; // points of the edge

export default explorable(async ({ get, set, limits, module, data }) => {
  const { codes, depth, networks, most, start, work, seeds, endless, near, reach: furthest } = data;
  const [path, paths] = [[Float64Array, depth + 1], [Float64Array, networks * (depth + 1)]];
  const { functions, at, of } = await kernels(module, {
    states: [BigUint64Array, 4 * networks * (depth + 1)], numbers: [Float32Array, networks * (depth + 1) * most * (most + 1)],
    units: [Float64Array, 4 * most], qs: paths, ds: paths, q: path, d: path, found: [Float64Array, 5], work: [Float64Array, work],
  });
  const layers = Array.from({ length: depth + 1 }, (_, k) => k);
  const everywhere = Array.from({ length: networks }, () => layers).flat();
  const kind = () => codes.indexOf(get("activation"));
  const many = () => Math.round(get("width"));
  const [weights, biases] = [limits("weight_variance"), limits("bias_variance")];

  const slanted = (name) => node("i", {}, name);
  const lower = (name, index, ...rest) => node("span", {}, slanted(name), node("sub", {}, index), ...rest);
  const last = (of) => of.at(-1);
  const [floor, ceiling] = [1e-4, 1.5]; // of the distance
  const signals = plot({
    says: () => `Correlation of the two signals against the layer. In wide networks it goes from ${fixed(1 - of.d[0], 2)} to ${
      fixed(1 - last(of.d), 2)} in layer ${depth}; in the ${networks} networks of ${many()} units it ends at ${
      ends().map((each) => fixed(each, 2)).join(", ")}`,
    place: "half", height: 16,
    x: { label: ["layer ", slanted("l")], min: 0, max: depth },
    y: { label: ["correlation ", slanted("c")], min: -0.25, max: 1.06, room: 4 },
    parts: [
      { name: "final", kind: "rule", look: "ink", line: "dash", legend: node("span", {}, slanted("c"), "*") },
      { name: "scale", kind: "rule", look: "quiet", line: "dash" },
      { name: "ξ", kind: "label", look: "ink" },
      { name: "wide", kind: "curve", look: "second", legend: "wide" },
      { name: "networks", kind: "points", legend: "networks" },
    ],
  });
  const phases = plot({
    says: () => `Variance of the biases against that of the weights: to the left of the edge of chaos is order, to the right ${
      grows() ? "what grows without end" : "chaos"}. With these biases it is at ${fixed(critical, 2)}; these networks stand at ${
      fixed(get("weight_variance"), 2)}`,
    place: "half", height: 16,
    x: { label: ["weights, ", lower("σ", "w", "²")], ...weights },
    y: { label: ["biases, ", lower("σ", "b", "²")], ...biases, room: 4 },
    parts: [
      { name: "chaos", kind: "curve" },
      { name: "edge", kind: "curve", look: "second", legend: "edge of chaos" },
      { name: "left", kind: "label", look: "ink" },
      { name: "right", kind: "label", look: "ink" },
      { name: "now", kind: "marker" },
    ],
  });
  phases.element.querySelector(".sl-inside path").classList.add("sl-band"); // an area is filled
  const distance = plot({
    says: () => `Distance of the correlation from its final value against the layer, on a logarithmic scale: ${
      steady() ? `in wide networks it falls by a factor of e in ${fixed(xi, 1)} layers` : "in wide networks it does not fall exponentially"}`,
    place: "below", height: 12,
    x: { label: ["layer ", slanted("l")], min: 0, max: depth },
    y: { label: ["distance |", slanted("c"), " − ", slanted("c"), "*|"], min: floor, max: ceiling, scale: "log", room: 4 },
    parts: [
      { name: "slope", kind: "curve", look: "ink", line: "dash", legend: node("span", {}, "exp(−", slanted("l"), "/ξ)") },
      { name: "wide", kind: "curve", look: "second" },
      { name: "networks", kind: "points" },
    ],
  });
  // had, from: the units that are drawn, and the seed that they are from; lines, dots: what the views were made for.
  let [had, from, lines, dots] = [0, NaN, "", ""];
  let [q, chi, final, xi, critical] = [0, 0, 0, 0, 0];
  const grows = () => get("activation") === endless;
  const dies = () => q === 0;
  const steady = () => xi < Infinity && !dies();
  const ends = () => Array.from({ length: networks }, (_, k) => 1 - of.ds[k * (depth + 1) + depth]);
  const distances = (ds) => Array.from(ds, (d) => Math.abs(1 - d - final) || NaN);

  /** The maps, and what they come to. */
  function refresh() {
    const [weight, bias] = [get("weight_variance"), get("bias_variance")];
    const wanted = [weight, bias, get("angle"), get("activation")].join();
    if (lines === wanted) return;
    lines = wanted;
    functions.propagate(kind(), weight, bias, start, functions.apart(get("angle")), depth, at.q, at.d, at.work);
    functions.phase(kind(), weight, bias, start, at.found, at.work);
    [q, chi, , final, xi] = of.found;
    critical = functions.critical_weight(kind(), bias);
    const wide = Array.from(of.d, (d) => 1 - d);
    signals.set("wide", layers, wide);
    signals.set("final", null, [final]);
    const seen = steady() && xi < depth;
    signals.set("scale", seen ? [xi] : [], null);
    signals.set("ξ", seen ? [xi] : [], [-0.2], seen ? " ξ" : "");
    signals.show("final", !dies());

    const far = distances(of.d);
    distance.set("wide", layers, far);
    const anchor = Math.max(0, far.filter((each) => each > floor).length - 1);
    const scaled = (layer) => far[anchor] * functions.decayed(layer - anchor, xi);
    if (steady()) distance.set("slope", [0, depth], [scaled(0), scaled(depth)]);
    distance.show("slope", steady());

    const line = [[], []];
    for (const size of between(0, furthest, MANY)) {
      functions.edge(kind(), size, at.found);
      line.forEach((list, k) => list.push(of.found[k]));
    }
    if (last(line[1]) < biases.max) [last(line[0]), biases.max].forEach((value, k) => line[k].push(value));
    phases.set("edge", ...line);
    phases.set("chaos", [...line[0], weights.max, weights.max, line[0][0]], [...line[1], biases.max, biases.min, biases.min]);
    const place = (share, { min, max }) => [min + share * (max - min)];
    phases.set("left", place(0.05, weights), place(0.88, biases), "ordered");
    phases.set("right", place(grows() ? 0.64 : 0.73, weights), place(0.2, biases), grows() ? "unbounded" : "chaotic");
    phases.set("now", [weight], [bias]);
  }

  /** The networks: what is not drawn yet of them, and the two signals in each. */
  function run() {
    refresh();
    const wanted = [lines, get("width"), get("seed")].join();
    if (dots === wanted) return;
    dots = wanted;
    if (from !== get("seed")) {
      functions.begin(BigInt(get("seed")), at.states, networks, depth);
      [from, had] = [get("seed"), 0];
    }
    if (many() > had) {
      functions.widen(at.states, at.numbers, networks, depth, most, had, many());
      had = many();
    }
    functions.follow(kind(), get("weight_variance"), get("bias_variance"), start, functions.apart(get("angle")), at.numbers,
      networks, depth, most, many(), at.units, at.qs, at.ds);
    signals.set("networks", everywhere, Array.from(of.ds, (d) => 1 - d));
    distance.set("networks", everywhere, distances(of.ds));
  }
  const ran = (view) => ({ ...view, draw() {
    run();
    view.draw();
  } });

  return {
    views: [signals, phases, distance].map(ran),
    again: () => set("seed", (get("seed") + 1) % (seeds + 1)),
    to_edge: () => set("weight_variance", critical),
    changed: run,
    readings() {
      run();
      return { chi, xi: dies() ? NaN : xi, c: dies() ? NaN : final, wide: 1 - last(of.d), q, edge: critical,
        reached: ends().reduce((sum, each) => sum + each, 0) / networks };
    },
    words() {
      if (dies()) return "Ordered: both signals die out";
      if (q === Infinity) return "Unbounded: the signals grow from layer to layer";
      if (Math.abs(chi - 1) < near) return "At the edge of chaos: what the signals were is remembered for long";
      return chi < 1 ? "Ordered: the two signals become one" : `Chaotic: from any angle they come to c = ${fixed(final, 2)}`;
    },
  };
});
