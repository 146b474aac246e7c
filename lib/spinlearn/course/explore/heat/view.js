// The specific heat of finite tori, of the plane and of the chain: exact, by the library's own kernels.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, set, limits, module, data }) => {
  const { Tc, shown: [low, high], between: [least, most], points: many } = data;
  const { functions, at, of } = await kernels(module, {
    T: [Float64Array, many], heats: [Float64Array, many], found: [Float64Array, 2],
  });
  // Temperatures, the denser the closer to Tc; Tc itself is left out, where the plane's heat is infinite.
  for (let k = 0; k < many; k += 1) {
    const u = (2 * (k + 0.5)) / many - 1;
    of.T[k] = Tc + (u < 0 ? Tc - low : high - Tc) * u * u * u;
  }
  const slanted = (name) => node("i", {}, name);
  const side = () => Math.round(get("L"));
  const torus = (T) => { functions.torus(side(), T, at.found); return [...of.found]; };

  const curves = plot({
    says: () => `Specific heat against temperature: that of the torus of side ${side()} has a peak of ${fixed(peak.height, 3)} at ${
      fixed(peak.at, 3)}, the plane's rises without end at ${fixed(Tc, 3)}, the chain's has a low round hill`,
    place: "half", height: 18,
    x: { label: ["temperature ", slanted("T")], min: low, max: high },
    y: { label: ["specific heat ", slanted("c")], min: 0, max: 3, ticks: [0, 1, 2, 3], room: 2 },
    parts: [
      { name: "here", kind: "rule", look: "quiet", line: "dash" },
      { name: "chain", kind: "curve", look: "third", line: "dots", legend: "chain" },
      { name: "plane", kind: "curve", look: "second", legend: "plane" },
      { name: "torus", kind: "curve", legend: "torus" },
      { name: "now", kind: "points", look: "ink" },
    ],
  });
  const heights = plot({
    says: () => `Height of the peak against the side on a logarithmic axis: ${[...seen.keys()].sort((a, b) => a - b)
      .map((L) => `${fixed(seen.get(L), 3)} at ${L}`).join(", ")}`,
    place: "half", height: 18,
    x: { label: ["side ", slanted("L")], min: 1.8, max: 142, scale: "log", ticks: data.doubled.map((L) => [L, String(L)]) },
    y: { label: "height of the peak", min: 0, max: 3, ticks: [0, 1, 2, 3], room: 2 },
    parts: [
      { name: "law", kind: "curve", look: "second", line: "dash", legend: "Onsager’s slope" },
      { name: "seen", kind: "points", legend: "sizes tried" },
      { name: "now", kind: "marker" },
    ],
  });
  const along = [...of.T];
  curves.set("plane", along, along.map(functions.plane_heat));
  curves.set("chain", along, along.map(functions.chain_heat));

  const seen = new Map();
  let peak = { at: NaN, height: NaN };
  let drawn = 0;

  function measure() {
    if (drawn === side()) return;
    drawn = side();
    functions.torus_heats(drawn, at.T, many, at.heats);
    curves.set("torus", along, [...of.heats]);
    functions.peak(drawn, least, most, at.found);
    peak = { at: of.found[0], height: of.found[1] };
    seen.set(drawn, peak.height);
  }

  return {
    views: [{ ...curves, draw() {
      measure();
      curves.set("here", [get("T")], null);
      curves.set("now", [get("T")], [torus(get("T"))[1]]);
      curves.draw();
    } }, { ...heights, draw() {
      heights.set("seen", [...seen.keys()], [...seen.values()]);
      heights.set("now", [drawn], [peak.height]);
      const ends = [2, limits("L").max];
      heights.set("law", ends, ends.map((L) => functions.grown(peak.height, drawn, L)));
      heights.show("law", seen.size > 2);
      heights.draw();
    } }],
    double: () => set("L", Math.min(2 * side(), limits("L").max)),
    forget() { seen.clear(); seen.set(drawn, peak.height); },
    changed: measure,
    readings() {
      measure();
      const [e, c] = torus(get("T"));
      return { height: peak.height, at: peak.at, c, plane: functions.plane_heat(get("T")), e,
        plane_e: functions.plane_energy(get("T")) };
    },
    words: () => `The ${side()} by ${side()} torus has its peak ${fixed(peak.at - Tc, 3)} above the critical temperature of the plane`,
  };
});
