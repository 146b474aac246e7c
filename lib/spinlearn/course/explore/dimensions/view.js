// Mean field, Bethe and what is known, dimension by dimension, on the library's own kernels.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, limits, module, data }) => {
  const { functions } = await kernels(module, {});
  const slanted = (name) => node("i", {}, name);
  const dimension = () => Math.round(get("d"));
  const neighbours = () => 2 * dimension();
  const temperature = () => get("T") * neighbours();
  const truth = () => data.known[dimension() - 1];
  const share = (Tc) => Tc / neighbours();
  const bethe = () => functions.bethe_temperature(dimension());

  const curves = plot({
    says: () => `Magnetisation against temperature in ${dimension()} dimensions: by mean field it vanishes at 1, by Bethe at ${
      fixed(share(bethe()), 3)}, and in truth at ${fixed(share(truth()), 3)}`,
    place: "half", height: 18,
    x: { label: ["temperature ", slanted("T"), " / ", slanted("zJ")], min: 0, max: data.hottest },
    y: { label: ["magnetisation ", slanted("m")], min: -0.03, max: 1.06, ticks: [0, 0.5, 1], room: 3 },
    parts: [
      { name: "here", kind: "rule", look: "quiet", line: "dash" },
      { name: "truth", kind: "rule", line: "dots", legend: node("span", {}, "true ", slanted("T"), node("sub", {}, "c")) },
      { name: "rough", kind: "curve", look: "quiet", legend: "mean field" },
      { name: "bethe", kind: "curve", look: "second", legend: "Bethe" },
      { name: "exact", kind: "curve", legend: "exact" },
      { name: "now", kind: "points", look: "ink" },
    ],
  });
  const temperatures = plot({
    says: () => `Critical temperature over zJ against dimension, mean field at 1: ${[...seen].sort().map((d) => `in ${d} dimensions Bethe ${
      fixed(functions.bethe_temperature(d) / (2 * d), 3)} and known ${fixed(data.known[d - 1] / (2 * d), 3)}`).join("; ")}`,
    place: "half", height: 18,
    x: { label: ["dimension ", slanted("d")], min: 0.6, max: 5.4, ticks: [1, 2, 3, 4, 5] },
    y: { label: "critical temperature / zJ", min: -0.03, max: 1.06, ticks: [0, 0.5, 1], room: 3 },
    parts: [
      { name: "rough", kind: "rule", look: "quiet", legend: "mean field" },
      { name: "bethe", kind: "circles", look: "second", legend: "Bethe" },
      { name: "known", kind: "points", legend: "best known" },
      { name: "now", kind: "marker" },
    ],
  });
  temperatures.set("rough", null, [1]);

  const seen = new Set();
  let drawn = 0;

  /** A curve from the cold to its critical temperature, the denser the closer to it, and zero from there on. */
  function falling(name, of, Tc) {
    const T = Array.from({ length: 160 }, (_, k) => {
      const u = 1 - k / 160;
      return Tc * (1 - u * u * u * u) || 0;
    }).filter((each) => share(each) > 0.02);
    const below = [0.02 * neighbours(), ...T].filter((each) => each < Tc).sort((a, b) => a - b);
    const far = data.hottest * neighbours();
    curves.set(name, [...below, Tc, far].map(share), [...below.map((each) => of(dimension(), each)), 0, 0]);
  }

  function refresh() {
    if (drawn === dimension()) return;
    drawn = dimension();
    seen.add(drawn);
    falling("rough", functions.mean_field, neighbours());
    falling("bethe", functions.by_bethe, bethe());
    curves.show("exact", drawn < 3);
    if (drawn < 3) falling("exact", functions.known, truth());
    curves.set("truth", [share(truth())], null);
    const each = [...seen];
    temperatures.set("bethe", each, each.map((d) => functions.bethe_temperature(d) / (2 * d)));
    temperatures.set("known", each, each.map((d) => data.known[d - 1] / (2 * d)));
    temperatures.set("now", [drawn], [share(truth())]);
  }

  const at = () => ({ m: functions.mean_field(dimension(), temperature()),
    m_bethe: functions.by_bethe(dimension(), temperature()), m_known: functions.known(dimension(), temperature()) });

  return {
    views: [{ ...curves, draw() {
      refresh();
      curves.set("here", [get("T")], null);
      const values = Object.values(at()).filter((value) => !Number.isNaN(value));
      curves.set("now", values.map(() => get("T")), values);
      curves.draw();
    } }, temperatures],
    changed: refresh,
    readings: () => ({ rough: functions.too_high(neighbours(), truth()), better: functions.too_high(bethe(), truth()), ...at() }),
    words() {
      if (drawn === limits("d").min) return "In one dimension nothing orders, and mean field says that it does";
      return `In ${dimension()} dimensions the lattice orders at ${fixed(share(truth()), 3)} of the temperature that mean field says`;
    },
  };
});
