// A tanh laid by hand over the magnetisation, and what it leaves; m(T) is that of the library's own kernel.

const [ENDS, STEPS, ZOOMS] = [2, 4000, [0.15, 0.3, 0.6, 1.1]]; // the window of T, and the steps of the mean over it

async function fitMachine(get, set) {
  const { functions } = await kernels(get("_wasm"), {});
  const { mean, worst, rms: leastRms, largest: leastLargest } = get("_best");
  const tanh = (x) => functions.response(x, 1, 0, 1);
  const m = (T) => tanh(functions.outer_root(T, 0, 1));
  const fit = (T, a, c) => 0.5 - 0.5 * tanh(a * (T - c));

  // The mean is over the midpoints of equal steps; the largest error may also sit close to the corner, or in it.
  const midpoints = Float64Array.from({ length: STEPS }, (_, k) => (ENDS * (k + 0.5)) / STEPS);
  const corner = Float64Array.from({ length: 41 }, (_, k) => (k ? 1 - 10 ** (-6 + (k - 1) / 10) : 1));
  const all = Float64Array.of(...midpoints, ...corner).sort();
  const [target, targets] = [midpoints.map(m), all.map(m)];
  const drawn = [...all.keys()].filter((k) => all[k] < 1.65 && (k % 8 === 0 || Math.abs(all[k] - 1) < 0.02));
  const at = drawn.map((k) => all[k]);
  const left = (a, c) => all.map((T, k) => fit(T, a, c) - targets[k]);

  const slanted = (name) => node("i", {}, name);
  const given = (name, digits) => `${name} = ${fixed(get(name), digits)}`;
  const axis = { min: 0, max: 1.6 };
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
  const curve = (a, c) => at.map((T) => fit(T, a, c));
  const rest = (every) => drawn.map((k) => every[k]);
  above.set("m", at, drawn.map((k) => targets[k]));
  for (const [name, p] of bests) {
    above.set(name, at, curve(...p));
    below.set(name, at, rest(left(...p)));
  }

  let [rms, largest, where, peaks, now] = [0, 0, 0, [], []];

  function measure() {
    const [a, c] = [get("a"), get("c")];
    rms = Math.sqrt(midpoints.reduce((sum, T, k) => sum + (fit(T, a, c) - target[k]) ** 2, 0) / STEPS);
    now = left(a, c);
    largest = 0;
    now.forEach((e, k) => { if (Math.abs(e) > largest) [largest, where] = [Math.abs(e), all[k]]; });
    peaks = [];
    for (let k = 1; k + 1 < all.length; k += 1) {
      if (Math.abs(now[k]) > 0.02 && (now[k] - now[k - 1]) * (now[k + 1] - now[k]) < 0) peaks.push([all[k], now[k]]);
    }
    above.set("f", at, curve(a, c));
    below.set("left", at, rest(now));
    below.set("peaks", peaks.map(([T]) => T), peaks.map(([, e]) => e));
    below.set("bounds", null, [-largest, largest]);
    const most = ZOOMS.find((each) => each >= 1.1 * largest) ?? ZOOMS.at(-1);
    below.range("y", -most, most);
    for (const [name] of bests) for (const view of [above, below]) view.show(name, get("best"));
  }

  const take = ([a, c]) => { set("a", a); set("c", c); };
  return {
    views: [above, below],
    reset: measure,
    changed: measure,
    take: { mean: () => take(mean), worst: () => take(worst), source: () => take([6, 1]) },
    readings: () => ({ rms, largest, where, least_rms: leastRms, least_largest: leastLargest }),
    words: () => `The rms is ${fixed(rms / leastRms, 2)} times the least, the largest error ${
      fixed(largest / leastLargest, 2)} times`,
  };
}

const widget = explorable({
  name: "fit",
  title: "A tanh laid by hand over the magnetisation",
  machine: fitMachine,
  controls: [
    { kind: "range", key: "a", label: "Steepness", symbol: "a", min: 1, max: 30, step: 0.01, digits: 2, ends: 0 },
    { kind: "range", key: "c", label: "Centre", symbol: "c", unit: "Tc", min: 0.6, max: 1.2, step: 0.001, digits: 3,
      marks: [{ at: 1, label: ["T", node("sub", {}, "c")], says: "Set c to the critical temperature" }] },
    { kind: "check", key: "best", label: "Draw the best ones" },
  ],
  actions: [
    { letter: "M", label: "Best mean", act: ({ take }) => take.mean() },
    { letter: "W", label: "Minimax", act: ({ take }) => take.worst() },
    { letter: "S", label: "Source", act: ({ take }) => take.source() },
  ],
  readings: [
    { key: "rms", label: "rms", digits: 4 },
    { key: "largest", label: "largest", digits: 4 },
    { key: "where", label: "at T", digits: 3 },
    { key: "least_rms", label: "least rms", digits: 4 },
    { key: "least_largest", label: "least largest", digits: 4 },
  ],
});
