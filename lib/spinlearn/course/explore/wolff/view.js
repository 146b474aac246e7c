// Wolff's clusters: the library's own kernels, as WebAssembly, under the shared shell.

import { lattice, picture, pixel } from "../shell/lattice.js";
import { plot, recorder } from "../shell/plot.js";
import { explorable, fixed, node } from "../shell/shell.js";

export default explorable(async ({ get, module, data }) => {
  const z = 4;
  const { functions, at, of, size, n, begin: place, digest } = await lattice(module, get, (sites) => ({
    queue: [Int32Array, sites + 1], ends: [BigInt64Array, 2], // where the queue's front begins, and where it stops
    total: [BigInt64Array, 1], // the sum of all spins
    sums: [Float64Array, 3], octaves: [Float64Array, 32], // what is counted; and as it is drawn:
    sizes: [Float64Array, 32], shares: [Float64Array, 32], line: [Float64Array, 4],
  }));
  const { spins, queue, ends, total, sums, octaves } = of;
  const { cluster, front } = data.colours;
  const [clusterPixel, frontPixel] = [cluster, front].map(pixel);
  const shown = picture({
    size, spins, colours: data.colours, legend: [[cluster, "cluster"], [front, "its front"]],
    over(pixels) {
      if (!lit) return;
      const [asked, joined] = [Number(ends[0]), Number(ends[1])];
      for (let k = 0; k < joined; k += 1) pixels[queue[k]] = k < asked ? clusterPixel : frontPixel;
    },
  });
  const trace = recorder({ label: node("i", {}, "m"), says: "Magnetisation per spin, cluster by cluster",
    unit: "clusters", min: -1, max: 1, length: 500, place: "below", height: 11 });
  const sizes = plot({
    says: () => `Distribution of the sizes of clusters on logarithmic axes${get("running") || !sums[0] ? "" : `: ${
      sums[0]}, mean ${fixed(n * mean(1), 0)} of ${n} sites`}`,
    place: "below", height: 11,
    x: { label: "size of a cluster", min: data.sizes[0], max: data.sizes[1], scale: "log" },
    y: { label: "probability of a size", min: data.least, max: 2, scale: "log", room: 4 },
    parts: [
      { name: "power", kind: "curve", look: "second", line: "dash", legend: "slope −16/15" },
      { name: "share", kind: "points", legend: "found" },
    ],
  });
  // lit: whether the picture shows the cluster. rest: frames for which it is still to be left alight.
  let [clusters, last, turned, lit, rest] = [0, 0, 0, false, 0];
  const forget = () => { for (const counted of [sums, octaves]) counted.fill(0); };
  const mean = (which) => (sums[0] ? sums[which] / sums[0] : NaN);
  const growing = () => ends[0] < ends[1];

  function begin() {
    const site = functions.random_site(n, at.state);
    functions.begin(at.spins, n, site, at.queue, at.ends);
    lit = true;
  }

  /** Let up to `most` sites of the queue ask their neighbours, and return how many did. */
  function grow(most) {
    const [before, began] = [ends[0], Number(total[0])];
    functions.advance(at.spins, at.neighbours, n, z, functions.bond_threshold(get("T")), at.state, at.queue, at.ends,
      most, at.total);
    if (!growing()) {
      last = Number(ends[1]);
      if (turned >= data.follows * n) functions.tally(n, last, began, at.sums, at.octaves);
      turned += last;
      clusters += 1;
      trace.record(Number(total[0]) / n);
    }
    return Number(ends[0] - before);
  }

  function complete() {
    if (!growing()) begin();
    grow(n);
  }

  /** Probabilities of the sizes; and at Tc, once enough are counted, the law. */
  function distribution() {
    const found = functions.distribution(n, at.octaves, at.sizes, at.shares, at.line);
    sizes.set("share", of.sizes.slice(0, found), of.shares.slice(0, found));
    sizes.set("power", of.line.slice(0, 2), of.line.slice(2));
    sizes.show("power", Math.abs(get("T") - data.critical) < data.near && sums[0] >= data.enough);
  }

  return {
    views: [shown, { ...sizes, draw() {
      distribution();
      sizes.draw();
    } }, trace],
    restart: ["seed", "start"],
    reset() {
      [clusters, last, turned, lit, rest] = [0, 0, 0, false, 0];
      ends.fill(0n);
      forget();
      total[0] = place();
      for (let k = 0; k < get("settle"); k += 1) complete();
      lit = false;
      forget();
      trace.clear(clusters);
      trace.record(Number(total[0]) / n);
    },
    step: complete,
    /** A frame: so many sites ask. A complete cluster is left alight for a while, unless they come in crowds. */
    frame(sites, pace) {
      if (rest > 0) {
        rest -= 1;
        return;
      }
      for (let left = sites; left > 0;) {
        if (!growing()) begin();
        left -= grow(left);
        if (!growing() && pace < n / 8) {
          rest = 12;
          return;
        }
      }
    },
    changed(key) {
      if (key !== "T") return;
      turned = 0;
      forget();
    },
    readings: () => ({ clusters, last, m: Number(total[0]) / n, share: mean(1), square: mean(2) }),
    words() {
      const size = `${ends[1]} ${ends[1] === 1n ? "site" : "sites"}`;
      if (growing()) return `A cluster of ${size} is growing, ${ends[1] - ends[0]} at its front`;
      return lit ? `A cluster of ${size} has turned over` : "Between two clusters";
    },
    digest,
  };
});
