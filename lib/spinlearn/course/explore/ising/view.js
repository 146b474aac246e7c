// The Ising lattice: the library's own kernels, as WebAssembly, under the shared shell.

import { crc32, picture, pixel } from "../shell/lattice.js";
import { recorder } from "../shell/plot.js";
import { explorable, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, module, data }) => {
  const [size, z] = [get("size"), 4];
  const n = size * size;
  const { functions, at, of: { spins, totals } } = await kernels(module, {
    spins: [Int8Array, n], neighbours: [Int32Array, n * z], table: [Float64Array, 2 * (2 * z + 1)],
    state: [BigUint64Array, 4], totals: [BigInt64Array, 2], // totals: the sum over bonds, the sum over spins
  });
  functions.fill_torus(at.neighbours, size);

  const { up, down } = data;
  const [upPixel, downPixel] = [pixel(up), pixel(down)];
  const shown = picture({
    size, legend: [[up, "up"], [down, "down"]],
    fill(pixels) { for (let i = 0; i < n; i += 1) pixels[i] = spins[i] > 0 ? upPixel : downPixel; },
  });
  const trace = recorder({ label: node("i", {}, "m"), says: "Magnetisation per spin against time", unit: "sweeps",
    min: -1, max: 1, length: 1000, height: 7 });

  let sweeps = 0;
  const fillTable = () => functions.fill_flip_probabilities(
    at.table, z, data.rules[get("rule")], get("T"), 1, get("h"));
  const perSpin = () => ({ sweeps, m: Number(totals[1]) / n,
    e: functions.energy(at.totals, n, get("h")) });

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
      if (Math.abs(m) > data.ordered) return m > 0 ? "Ordered up" : "Ordered down";
      return Number(totals[0]) / (2 * n) > data.domains ? "Domains" : "Disordered";
    },
    digest: () => crc32(new Uint8Array(spins.buffer, at.spins, n)),
  };
});
