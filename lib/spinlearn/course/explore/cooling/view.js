// A lattice that cools, and what its spins answer to their neighbours: the library's own kernels, as WebAssembly.

import { lattice, picture } from "../shell/lattice.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, node } from "../shell/shell.js";

export default explorable(async ({ get, set, module, data }) => {
  const { functions, at, of, size, n, begin, digest } = await lattice(module, get, () => ({
    table: [Float64Array, 18], totals: [BigInt64Array, 2],
    sites: [BigInt64Array, 9], sums: [BigInt64Array, 9], // by the sum of neighbours, -4 to 4
    shares: [Float64Array, 9], means: [Float64Array, 9], errors: [Float64Array, 9],
  }));
  const { spins, totals, shares, means, errors } = of;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) set("running", false);

  const shown = picture({ size, spins, colours: data });
  const totalsOf = [-4, -2, 0, 2, 4];
  const mean = (b) => means[b + 4];
  const law = (b) => functions.answer(b, get("T"));
  const graph = plot({
    says: () => `Mean spin against the sum of its neighbours, measured: ${totalsOf.filter((b) => mean(b) === mean(b))
      .map((b) => `${fixed(mean(b), 2)} to ${fixed(b, 0)}`).join(", ")}; the curve is the hyperbolic tangent of b over T`,
    place: "half", height: 21,
    x: { label: ["sum of the four neighbours ", node("i", {}, "b")], min: -4.9, max: 4.9, ticks: totalsOf },
    y: { label: "mean spin that answers", min: -1.1, max: 1.1, ticks: [-1, -0.5, 0, 0.5, 1] },
    parts: [
      { name: "share", kind: "curve", look: "quiet" },
      { name: "law", kind: "curve", look: "second", legend: node("span", {}, "tanh(", node("i", {}, "b"), "/", node("i", {}, "T"), ")") },
      { name: "error", kind: "curve" },
      { name: "found", kind: "marker", legend: "measured" },
    ],
  });
  graph.element.querySelector(".sl-inside path").classList.add("sl-band"); // bars are filled
  const along = Float64Array.from({ length: 141 }, (_, k) => -4.9 + (9.8 * k) / 140);

  let [sweeps, m, stale] = [0, 0, true];
  const measure = () => {
    if (!stale) return;
    stale = false;
    m = functions.respond(at.spins, at.neighbours, n, at.sites, at.sums, at.shares, at.means, at.errors);
  };
  const fillTable = () => functions.fill_metropolis(at.table, get("T"));

  return {
    views: [{ ...shown, place: "half" }, { ...graph, draw() { // what the readings have measured
      graph.set("share", totalsOf.flatMap((b) => [b - 0.75, b - 0.75, b + 0.75, b + 0.75, NaN]),
        totalsOf.flatMap((b) => [-1.1, shares[b + 4] - 1.1, shares[b + 4] - 1.1, -1.1, NaN]));
      graph.set("law", along, along.map(law));
      graph.set("error", totalsOf.flatMap((b) => [b, b, NaN]),
        totalsOf.flatMap((b) => [mean(b) - errors[b + 4], mean(b) + errors[b + 4], NaN]));
      graph.set("found", totalsOf, totalsOf.map(mean));
      graph.draw();
    } }],
    restart: ["seed"],
    reset() {
      sweeps = 0;
      begin();
      totals.fill(0n);
      fillTable();
      stale = true;
    },
    step() {
      functions.sweep(at.spins, at.neighbours, n, at.table, at.state, at.totals);
      sweeps += 1;
      stale = true;
    },
    changed: fillTable,
    readings() {
      measure();
      return { sweeps, answer: mean(data.heard), law: law(data.heard), m };
    },
    words() {
      const heard = law(data.heard);
      if (heard < data.line) return "Hot: the answer is nearly a straight line";
      return heard < data.switch ? "The answer is a sigmoid" : "Cold: the answer is nearly a switch";
    },
    digest,
  };
});
