// The Ising lattice: the library's own kernels, as WebAssembly, under the shared shell.

import { lattice, picture } from "../shell/lattice.js";
import { recorder } from "../shell/plot.js";
import { explorable, node } from "../shell/shell.js";

export default explorable(async ({ get, module, data }) => {
  const z = 4;
  const { functions, at, of: { spins, totals }, size, n, begin, digest } = await lattice(module, get, () => ({
    table: [Float64Array, 2 * (2 * z + 1)], totals: [BigInt64Array, 2], // totals: the sum over bonds, the sum over spins
  }));

  const shown = picture({ size, spins, colours: data });
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
      totals[1] = begin();
      totals[0] = functions.bond_total(at.spins, at.neighbours, n, z);
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
    digest,
  };
});
