// Wolff's clusters: the library's own kernels, as WebAssembly, under the shared shell.

const FOLLOWS = 10; // the means begin when so many times the number of sites have turned since T was set

async function wolffMachine(get) {
  const [size, z] = [get("size"), 4];
  const n = size * size;
  const { functions, at, of: { spins, neighbours, queue, ends } } = await kernels(get("_wasm"), {
    spins: [Int8Array, n], neighbours: [Int32Array, n * z], state: [BigUint64Array, 4], queue: [Int32Array, n + 1],
    ends: [BigInt64Array, 2], // where the queue's front begins, and where it stops
  });
  fillTorus(neighbours, size);

  const { up, down, cluster, front } = get("_colours");
  const [upPixel, downPixel, clusterPixel, frontPixel] = [up, down, cluster, front].map(pixel);
  const shown = picture({
    size, legend: [[up, "up"], [down, "down"], [cluster, "cluster"], [front, "its front"]],
    fill(pixels) {
      for (let i = 0; i < n; i += 1) pixels[i] = spins[i] > 0 ? upPixel : downPixel;
      if (!lit) return;
      const [asked, joined] = [Number(ends[0]), Number(ends[1])];
      for (let k = 0; k < joined; k += 1) pixels[queue[k]] = k < asked ? clusterPixel : frontPixel;
    },
  });
  const trace = recorder({ label: node("i", {}, "m"), says: "Magnetisation per spin, cluster by cluster",
    unit: "clusters", min: -1, max: 1, length: 500, place: "below", height: 11 });
  const sizes = plot({
    says: () => `Distribution of the sizes of clusters on logarithmic axes${get("running") || !counted.all ? "" : `: ${
      counted.all}, mean ${fixed(n * mean(counted.share), 0)} of ${n} sites`}`,
    place: "below", height: 11,
    x: { label: "size of a cluster", min: 1, max: 2 ** Math.ceil(Math.log2(n)), scale: "log" },
    y: { label: "probability of a size", min: 10 ** -Math.ceil(Math.log10(n) + 2), max: 2, scale: "log", room: 4 },
    parts: [
      { name: "power", kind: "curve", look: "second", line: "dash", legend: "slope −16/15" },
      { name: "share", kind: "points", legend: "found" },
    ],
  });
  const octaves = Math.ceil(Math.log2(n + 1)); // sizes from 2ᵏ to 2ᵏ⁺¹ - 1 are counted together

  // lit: whether the picture shows the cluster. rest: frames for which it is still to be left alight.
  let [clusters, last, total, turned, was, lit, rest, counted] = [0, 0, 0, 0, 0, false, 0, {}];
  const forget = () => { counted = { all: 0, share: 0, square: 0, octave: new Array(octaves).fill(0) }; };
  const mean = (sum) => (counted.all ? sum / counted.all : NaN);
  const growing = () => ends[0] < ends[1];

  function begin() {
    const site = functions.random_site(n, at.state);
    was = spins[site];
    functions.begin(at.spins, n, site, at.queue, at.ends);
    lit = true;
  }

  /** Let up to `most` sites of the queue ask their neighbours, and return how many did. */
  function grow(most) {
    const before = ends[0];
    const threshold = BigInt(Math.round(-Math.expm1(-2 / get("T")) * 2 ** 32));
    functions.advance(at.spins, at.neighbours, n, z, threshold, at.state, at.queue, at.ends, most);
    if (!growing()) {
      last = Number(ends[1]);
      if (turned >= FOLLOWS * n) {
        counted.all += 1;
        counted.share += last / n;
        counted.square += (total / n) ** 2;
        counted.octave[Math.floor(Math.log2(last))] += 1;
      }
      turned += last;
      total -= 2 * was * last;
      clusters += 1;
      trace.record(total / n);
    }
    return Number(ends[0] - before);
  }

  function complete() {
    if (!growing()) begin();
    grow(n);
  }

  /** Probability of a size, from the share of the clusters in its octave, at the octave's geometric mean. */
  function distribution() {
    const [xs, ys] = [[], []];
    counted.octave.forEach((count, k) => {
      const [from, to] = [2 ** k, Math.min(2 ** (k + 1) - 1, n)];
      if (!count) return;
      xs.push(Math.sqrt(from * to));
      ys.push(count / counted.all / (to - from + 1));
    });
    sizes.set("share", xs, ys);
    // At Tc the law s^(-16/15), through the octaves that neither single sites nor the lattice's edge bend.
    const within = counted.octave.slice(3, octaves - 3).reduce((sum, count) => sum + count, 0) / (counted.all || 1);
    const [low, high] = [8, 2 ** (octaves - 3)];
    const scale = within / (15 * (low ** (-1 / 15) - high ** (-1 / 15)));
    sizes.show("power", Math.abs(get("T") - CRITICAL) < 0.003 && counted.all >= 50);
    if (scale > 0) sizes.set("power", [low, high], [low, high].map((s) => scale * s ** (-16 / 15)));
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
      functions.seed_state(BigInt(get("seed")), at.state);
      if (get("start") === "up") spins.fill(1);
      else functions.fill_random(at.spins, n, at.state);
      total = spins.reduce((sum, spin) => sum + spin, 0);
      for (let k = 0; k < get("settle"); k += 1) complete();
      lit = false;
      forget();
      trace.clear(clusters);
      trace.record(total / n);
    },
    step: complete,
    /** A frame: so many sites ask. A complete cluster is left alight for a while, unless they come in crowds. */
    run(sites) {
      if (rest > 0) {
        rest -= 1;
        return;
      }
      for (let left = sites; left > 0;) {
        if (!growing()) begin();
        left -= grow(left);
        if (!growing() && sites < n / 8) {
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
    readings: () => ({ clusters, last, m: total / n, share: mean(counted.share), square: mean(counted.square) }),
    words() {
      const size = `${ends[1]} ${ends[1] === 1n ? "site" : "sites"}`;
      if (growing()) return `A cluster of ${size} is growing, ${ends[1] - ends[0]} at its front`;
      return lit ? `A cluster of ${size} has turned over` : "Between two clusters";
    },
    digest: () => crc32(new Uint8Array(spins.buffer, at.spins, n)),
  };
}

const widget = explorable({
  name: "wolff",
  title: "Live Wolff clusters",
  machine: wolffMachine,
  controls: [
    { kind: "range", key: "T", label: "Temperature", symbol: "T", min: 1, max: 5, step: 0.01, digits: 3,
      marks: [{ at: CRITICAL, label: ["T", node("sub", {}, "c")], says: "Set T to its critical value 2.269" }] },
    { kind: "choice", key: "start", label: "Start from", options: [["up", "All up"], ["random", "Random"]] },
    { kind: "whole", key: "seed", label: "Seed", min: 0, max: 2 ** 32 - 1 },
  ],
  pace: { label: "Sites a frame", start: 64, values: [8, 64, 512, 4096, [65536, "65 536"]] },
  readings: [
    { key: "clusters", label: "clusters", digits: 0 },
    { key: "last", label: "last one", digits: 0 },
    { key: "m", label: "m", digits: 3 },
    { key: "share", label: "mean share", digits: 3, significant: 2 },
    { key: "square", label: "mean m²", digits: 3, significant: 2 },
  ],
});
