// A population of switches and the staircase that it makes, on the library's own kernels.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, set, module, data }) => {
  const { most, shown } = data;
  const { functions, at, of: { ordered } } = await kernels(module, {
    ordered: [Float64Array, most], state: [BigUint64Array, 4],
  });
  const slanted = (name) => node("i", {}, name);
  const many = () => Math.round(get("N"));
  const law = () => data.laws[get("law")];
  const mean = (x) => functions.mean_activity(law(), x, get("spread"));
  const along = Float64Array.from({ length: 241 }, (_, k) => shown * (k / 120 - 1));

  const input = () => ({ label: ["input ", slanted("x")], min: -shown, max: shown, ticks: data.ticks });
  const stairs = plot({
    says: () => `Share of ${many()} switches that is on against the input: a staircase of as many steps, at most ${
      fixed(gap, 3)} from the smooth curve`,
    place: "half", height: 18, x: input(),
    y: { label: "share that is on", min: -0.12, max: 1.06, ticks: [0, 0.5, 1], room: 4 },
    parts: [
      { name: "mean", kind: "curve", look: "second", legend: "on average" },
      { name: "stairs", kind: "curve", legend: "these switches" },
      { name: "thresholds", kind: "points", look: "ink", legend: "thresholds" },
    ],
  });
  const off = plot({
    says: () => `The staircase minus the smooth curve against the input, and twice its standard error, at most ${fixed(2 * scatter(), 3)}`,
    place: "half", height: 18, x: input(),
    y: { label: "difference", min: -1, max: 1, room: 4 },
    parts: [
      { name: "zero", kind: "rule", look: "quiet" },
      { name: "above", kind: "curve", look: "second", line: "dash", legend: "two standard errors" },
      { name: "below", kind: "curve", look: "second", line: "dash" },
      { name: "off", kind: "curve" },
    ],
  });
  off.set("zero", null, [0]);

  let [gap, shape] = [0, ""];
  const scatter = () => functions.scatter(0.5, many());

  function refresh() {
    const wanted = ["N", "spread", "law", "seed"].map(get).join();
    if (shape === wanted) return;
    shape = wanted;
    const n = many();
    functions.seed_state(BigInt(get("seed")), at.state);
    functions.draw(law(), get("spread"), at.state, at.ordered, n);
    gap = functions.largest_gap(law(), get("spread"), at.ordered, n);
    const steps = [...ordered.subarray(0, n)];
    const xs = [-2 * shown, ...steps.flatMap((step) => [step, step]), 2 * shown];
    const ys = [0, ...steps.flatMap((_, k) => [k / n, (k + 1) / n]), 1];
    stairs.set("mean", along, along.map(mean));
    stairs.set("stairs", xs, ys);
    stairs.set("thresholds", steps, steps.map(() => -0.07));
    const errors = along.map((each) => 2 * functions.scatter(mean(each), n));
    off.set("above", along, errors);
    off.set("below", along, errors.map((each) => -each));
    // Between two steps the smooth curve goes on: its own points belong to the difference, too.
    const points = [...xs.map((each, k) => [each, ys[k], k]),
      ...[...along].map((each) => [each, steps.filter((step) => step <= each).length / n, 0])];
    points.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
    off.set("off", points.map(([each]) => each), points.map(([each, share]) => share - mean(each)));
    const high = Math.max(1.2 * gap, 2.5 * scatter());
    off.range("y", -high, high);
  }
  const refreshed = (view) => ({ ...view, draw() {
    refresh();
    view.draw();
  } });

  return {
    views: [refreshed(stairs), refreshed(off)],
    again: () => set("seed", (get("seed") + 1) % (data.seeds + 1)),
    changed: refresh,
    readings() {
      refresh();
      return { gap, scatter: scatter() };
    },
    words: () => `${many()} switches, at most ${fixed(gap, 3)} from the curve`,
  };
});
