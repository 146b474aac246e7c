// A spin glass that ages: the library's own heat bath, as WebAssembly, and what is left of what it was.

import { lattice, picture } from "../shell/lattice.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, node } from "../shell/shell.js";

export default explorable(async ({ get, set, limits, module, data }) => {
  const { waits, times, laws, block, lowest } = data;
  const last = times.at(-1);
  // The bonds have the seed to themselves; each quench has a stream of its own.
  const key = (name) => (name === "seed" ? get("quench") * block + get("seed") : get(name));
  const { functions, at, of, size, n, begin, digest } = await lattice(module, key, (sites) => ({
    couplings: [Float64Array, 4 * sites], numbers: [Float64Array, 2 * sites], found: [Float64Array, 2],
    kept: [Int8Array, waits.length * sites], // the snapshots
    seen: [Int8Array, sites],
  }));
  functions.open_edges(at.neighbours, size);
  const { spins, seen } = of;
  // The snapshot number k, from 1, and the overlap with it.
  const snapshot = (k) => of.kept.subarray((k - 1) * n, k * n);
  const overlap = (k) => (k ? functions.overlap(at.spins, at.kept + (k - 1) * n, n) : NaN);

  const grounds = Object.fromEntries(Object.entries(lowest).map(([name, [, bits]]) => {
    const bytes = atob(bits);
    return [name, Int8Array.from({ length: n }, (_, i) => (!bits || (bytes.charCodeAt(i >> 3) << (i & 7)) & 128 ? 1 : -1))];
  }));
  const known = () => (data.seed === get("seed") || get("bonds") === "ferromagnet") && get("bonds") in grounds;

  const shown = picture({ size, spins: seen, colours: data });
  const names = [...shown.element.querySelectorAll("span")].map((each) => each.lastChild);
  const slanted = (name) => node("i", {}, name);
  const tw = () => node("span", {}, slanted("t"), node("sub", {}, "w"));
  const along = node("span");
  const told = (of) => of.map((C, i) => [C, times[i]]).filter((_, i) => i % 6 === 0 || i === of.length - 1)
    .map(([C, t]) => `${fixed(C, 2)} at ${t}`).join(", ") || "not yet";
  const curves = plot({
    says: () => `Overlap C with each snapshot against the time t since it was taken. ${
      waits.map((w, k) => `Taken at the age of ${w}: ${told(found[k])}`).join("; ")}${past.length ? ". In grey the run before" : ""}`,
    place: "below", height: 13,
    x: { label: [along], min: 1, max: last, scale: "log" },
    y: { label: node("span", {}, slanted("C"), "(", tw(), " + ", slanted("t"), ", ", tw(), ")"), min: -0.1, max: 1.03,
      ticks: [0, 0.5, 1], room: 3 },
    parts: [
      { name: "past", kind: "curve", look: "quiet" },
      ...waits.map((w, k) => ({ name: String(w), kind: "curve", look: ["third", "accent", "second"][k],
        legend: node("span", {}, ...k ? [] : [tw(), " = "], String(w)) })),
    ],
  });

  const fall = plot({
    says: () => `Energy per spin against the age: ${energies.map((e, k) => [e, times[k]]).filter((_, k) => k % 6 === 0).map(([e, t]) =>
      `${fixed(e, 3)} at ${t}`).join(", ") || "not yet"}. ${known() ? `The exact ground state has ${fixed(floor(), 3)}` : "The ground state is not known"}`,
    place: "below", height: 13,
    x: { label: "age in sweeps", min: 1, max: last, scale: "log" },
    y: { label: "energy per spin", min: -1, max: 0, ticks: [-2, -1.8, -1.6, -1.4, -1.2, -1, -0.8, -0.6], room: 3 },
    parts: [
      { name: "floor", kind: "rule", look: "quiet", line: "dash", legend: "ground state" },
      { name: "e", kind: "curve", look: "ink" },
    ],
  });

  // latest: the snapshot that was taken last, 0 for none. found: the overlaps with each of them at the times, as
  // far as the run has come. past: those of the run before.
  let [sweeps, latest, found, past, energies] = [0, 0, [], [], []];
  const energy = () => functions.energy(at.spins, at.neighbours, at.couplings, n, at.found);
  const floor = () => lowest[get("bonds")][0];

  /** Curves one after the other, with gaps between them. */
  function lay(name, all, first = 0) {
    const xs = all.flatMap((ys, k) => [...ys.map((_, i) => (get("scaled") ? times[i] / waits[first + k] : times[i])), NaN]);
    curves.set(name, xs, all.flatMap((ys) => [...ys, NaN]));
  }

  return {
    views: [
      { ...shown, draw() {
        const against = { changes: latest && snapshot(latest), domains: known() && grounds[get("bonds")] }[get("shown")];
        for (let i = 0; i < n; i += 1) seen[i] = against ? spins[i] * against[i] : spins[i];
        const same = { changes: ["as in the snapshot", "turned over"], domains: ["as in the ground state", "reversed"] }[get("shown")];
        names.forEach((name, k) => { name.data = (against ? same : ["up", "down"])[k]; });
        shown.draw();
      } },
      { ...curves, draw() {
        const scaled = get("scaled");
        curves.range("x", scaled ? 1 / waits.at(-1) : 1, scaled ? last / waits[0] : last);
        along.replaceChildren(slanted("t"), ...scaled ? [" / ", tw()] : [" in sweeps"]);
        lay("past", past);
        found.forEach((ys, k) => lay(String(waits[k]), [ys], k));
        curves.draw();
      } },
      { ...fall, draw() {
        const low = known() ? floor() : Math.min(...energies, -1);
        fall.range("y", low - 0.03, Math.max(low + 0.42, (energies.at(-1) ?? low) + 0.04));
        fall.show("floor", known());
        fall.set("floor", null, [low]);
        fall.set("e", times.slice(0, energies.length), energies);
        fall.draw();
      } },
    ],
    restart: ["T", "bonds", "quench", "seed"],
    reset() {
      if (latest === waits.length) past = found;
      functions.seed_state(BigInt(get("seed")), at.state);
      functions.draw(laws[get("bonds")], at.neighbours, at.couplings, at.numbers, size, at.state);
      begin();
      [sweeps, latest, found, energies] = [0, 0, waits.map(() => []), []];
    },
    step() {
      functions.sweep(at.spins, at.neighbours, at.couplings, n, get("T"), at.state);
      sweeps += 1;
      for (let k = 1; k <= latest; k += 1) {
        if (sweeps - waits[k - 1] === times[found[k - 1].length]) found[k - 1].push(overlap(k));
      }
      if (sweeps === times[energies.length]) energies.push(energy());
      if (sweeps === waits[latest]) {
        latest += 1;
        snapshot(latest).set(spins);
      }
    },
    changed: () => (get("shown") === "domains" && !known() ? "The ground state of these bonds is not known: here are the spins" : ""),
    anew: () => set("quench", get("quench") < limits("quench").max ? get("quench") + 1 : limits("quench").min),
    readings: () => ({ sweeps, overlap: overlap(latest), wait: latest && waits[latest - 1],
      e: energy(), lowest: known() ? floor() : NaN }),
    words() {
      if (!latest) return "Just quenched from random spins";
      const turned = `${fixed(50 - 50 * overlap(latest), 1)} % of the spins are turned over`;
      return `${sweeps - waits[latest - 1]} sweeps after the snapshot of age ${waits[latest - 1]}, ${turned}`;
    },
    digest,
  };
});
