// The Ising lattice: the library's own kernels, as WebAssembly, under the shared shell.

async function isingMachine(get) {
  const [size, z] = [get("size"), 4];
  const n = size * size;
  const { functions, at, of: { spins, neighbours, totals } } = await kernels(get("_wasm"), {
    spins: [Int8Array, n], neighbours: [Int32Array, n * z], table: [Float64Array, 2 * (2 * z + 1)],
    state: [BigUint64Array, 4], totals: [BigInt64Array, 2], // totals: the sum over bonds, the sum over spins
  });
  fillTorus(neighbours, size);

  const { up, down } = get("_colours");
  const [upPixel, downPixel] = [pixel(up), pixel(down)];
  const shown = picture({
    size, legend: [[up, "up"], [down, "down"]],
    fill(pixels) { for (let i = 0; i < n; i += 1) pixels[i] = spins[i] > 0 ? upPixel : downPixel; },
  });
  const trace = recorder({ label: node("i", {}, "m"), says: "Magnetisation per spin against time", unit: "sweeps",
    min: -1, max: 1, length: 1000, height: 7 });

  let sweeps = 0;
  const fillTable = () => functions.fill_flip_probabilities(
    at.table, z, get("rule") === "heat-bath" ? 1 : 0, 1 / get("T"), 1, get("h"));
  const perSpin = () => ({ sweeps, m: Number(totals[1]) / n,
    e: (-Number(totals[0]) - get("h") * Number(totals[1])) / n });

  return {
    views: [shown, trace],
    restart: ["seed", "start"],
    reset() {
      sweeps = 0;
      functions.seed_state(BigInt(get("seed")), at.state);
      if (get("start") === "up") spins.fill(1);
      else functions.fill_random(at.spins, n, at.state);
      totals[0] = functions.bond_total(at.spins, at.neighbours, n, z);
      totals[1] = BigInt(spins.reduce((sum, spin) => sum + spin, 0));
      fillTable();
      trace.clear();
      trace.record(perSpin().m);
    },
    step() {
      functions.sweep(at.spins, at.neighbours, n, z, at.table, 1, at.state, at.totals);
      sweeps += 1;
      trace.record(perSpin().m);
    },
    changed: fillTable,
    readings: perSpin,
    words() {
      const { m } = perSpin();
      if (Math.abs(m) > 0.5) return m > 0 ? "Ordered up" : "Ordered down";
      // At Tc neighbours agree on average by 1/√2. More than that, and yet no majority: ordered pieces.
      return Number(totals[0]) / (2 * n) > 0.72 ? "Domains" : "Disordered";
    },
    digest: () => crc32(new Uint8Array(spins.buffer, at.spins, n)),
  };
}

const widget = explorable({
  name: "ising",
  title: "Live Ising lattice",
  machine: isingMachine,
  controls: [
    { kind: "range", key: "T", label: "Temperature", symbol: "T", min: 0.5, max: 5, step: 0.01, digits: 3,
      marks: [{ at: CRITICAL, label: ["T", node("sub", {}, "c")], says: "Set T to its critical value 2.269" }] },
    { kind: "range", key: "h", label: "Field", symbol: "h", min: -1, max: 1, step: 0.01, digits: 3,
      marks: [{ at: 0, label: "0", says: "Set h to zero" }] },
    { kind: "choice", key: "rule", label: "Algorithm",
      options: [["metropolis", "Metropolis"], ["heat-bath", "Heat bath"]] },
    { kind: "choice", key: "start", label: "Start from", options: [["random", "Random"], ["up", "All up"]] },
    { kind: "whole", key: "seed", label: "Seed", min: 0, max: 2 ** 32 - 1 },
  ],
  pace: { label: "Sweeps a frame", values: [1, 2, 5, 10] },
  readings: [
    { key: "sweeps", label: "sweeps", digits: 0 },
    { key: "m", label: "m", digits: 3 },
    { key: "e", label: "e", digits: 3 },
  ],
});
