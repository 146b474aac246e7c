// A tanh laid by hand over the magnetisation, and what it leaves: both by the library's own kernels.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, set, module, data }) => {
  const { mean, worst, source, rms: leastRms, largest: leastLargest, window: wide, zooms, steps, corner, shown } = data;
  // The mean is over the midpoints of equal steps; the largest error may also sit close to the corner, or in it.
  const midpoints = Float64Array.from({ length: steps }, (_, k) => (wide * (k + 0.5)) / steps);
  const all = Float64Array.of(...midpoints, ...corner).sort();
  const { functions, at, of } = await kernels(module, {
    midpoints: [Float64Array, steps], target: [Float64Array, steps], spare: [Float64Array, steps],
    all: [Float64Array, all.length], targets: [Float64Array, all.length], left: [Float64Array, all.length],
  });
  of.midpoints.set(midpoints);
  of.all.set(all);
  of.target.set(midpoints.map(functions.magnetisation));
  of.targets.set(all.map(functions.magnetisation));
  const drawn = [...all.keys()].filter((k) => all[k] < shown[1] + 0.05 && (k % 8 === 0 || Math.abs(all[k] - 1) < 0.02));
  const places = drawn.map((k) => all[k]);

  /** What the tanh leaves at all temperatures; it stays there until the next one is asked for. */
  const left = (a, c) => {
    functions.leave(at.all, at.targets, all.length, a, c, at.left);
    return of.left;
  };

  const slanted = (name) => node("i", {}, name);
  const given = (name, digits) => `${name} = ${fixed(get(name), digits)}`;
  const axis = { min: shown[0], max: shown[1] };
  const bests = [["mean", mean, "best mean", "third", "dash"], ["worst", worst, "minimax", "second", "dots"]];
  const above = plot({
    says: () => `Magnetisation against temperature, and the tanh with ${given("a", 2)} and ${given("c", 3)}`,
    height: 15,
    x: { ...axis, label: "" },
    y: { label: [slanted("m"), " and ", slanted("f")], min: -0.04, max: 1.06, ticks: [0, 0.5, 1], room: 4 },
    parts: [
      ...bests.map(([name, , legend, look, line]) => ({ name, kind: "curve", look, line, legend })),
      { name: "m", kind: "curve", look: "ink", legend: slanted("m") },
      { name: "f", kind: "curve", legend: slanted("f") },
    ],
  });
  const below = plot({
    says: () => `What the tanh leaves, f minus m: its extremes are ${peaks
      .map(([T, e]) => `${fixed(e, 3)} at ${fixed(T, 2)}`).join(", ")}`,
    height: 11,
    x: { ...axis, label: ["temperature ", slanted("T"), " / Tc"] },
    y: { label: [slanted("f"), " − ", slanted("m")], min: -1, max: 1, room: 4 },
    parts: [
      { name: "bounds", kind: "rule", look: "quiet", line: "dash", legend: "± largest" },
      ...bests.map(([name, , , look, line]) => ({ name, kind: "curve", look, line })),
      { name: "left", kind: "curve" },
      { name: "peaks", kind: "circles" },
    ],
  });
  const curve = (a, c) => places.map((T) => functions.fitted(T, a, c));
  const rest = (every) => drawn.map((k) => every[k]);
  above.set("m", places, rest(of.targets));
  for (const [name, p] of bests) {
    above.set(name, places, curve(...p));
    below.set(name, places, rest(left(...p)));
  }

  let [rms, largest, where, peaks] = [0, 0, 0, []];

  function measure() {
    const [a, c] = [get("a"), get("c")];
    rms = functions.leave(at.midpoints, at.target, steps, a, c, at.spare);
    const now = left(a, c);
    largest = 0;
    now.forEach((e, k) => { if (Math.abs(e) > largest) [largest, where] = [Math.abs(e), all[k]]; });
    peaks = [];
    for (let k = 1; k + 1 < all.length; k += 1) {
      if (Math.abs(now[k]) > 0.02 && (now[k] - now[k - 1]) * (now[k + 1] - now[k]) < 0) peaks.push([all[k], now[k]]);
    }
    above.set("f", places, curve(a, c));
    below.set("left", places, rest(now));
    below.set("peaks", peaks.map(([T]) => T), peaks.map(([, e]) => e));
    below.set("bounds", null, [-largest, largest]);
    const most = zooms.find((each) => each >= 1.1 * largest) ?? zooms.at(-1);
    below.range("y", -most, most);
    for (const [name] of bests) for (const view of [above, below]) view.show(name, get("best"));
  }

  const take = ([a, c]) => { set("a", a); set("c", c); };
  return {
    views: [above, below],
    reset: measure,
    changed: measure,
    mean: () => take(mean),
    worst: () => take(worst),
    source: () => take(source),
    readings: () => ({ rms, largest, where, least_rms: leastRms, least_largest: leastLargest }),
    words: () => `The rms is ${fixed(rms / leastRms, 2)} times the least, the largest error ${
      fixed(largest / leastLargest, 2)} times`,
  };
});
