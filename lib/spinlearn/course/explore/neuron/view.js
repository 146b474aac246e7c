// The squid's membrane: the library's own kernel, as WebAssembly, under the shared shell.

import { plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

const MOST = 256; // spikes that are kept

export default explorable(async ({ get, limits, module, data }) => {
  const { parameters, rest, dt, kick: [strength, lasts], ramp, block, shown, look, quiet, onset, hopf, currents, rates } = data;
  const { functions, at, of: { state, p, times, recent } } = await kernels(module, {
    state: [Float64Array, 4], p: [Float64Array, 7], times: [Float64Array, block], recent: [Float64Array, MOST],
  });
  p.set(parameters);

  const many = Math.round(shown / (block * dt)) + 1;
  const ago = Float64Array.from({ length: many }, (_, k) => (k - many + 1) * block * dt);
  const past = { V: new Float64Array(many), m: new Float64Array(many), h: new Float64Array(many),
    n: new Float64Array(many) };
  const clock = { label: "", min: -shown, max: 0 };
  const voltage = plot({
    says: () => `Voltage over the last ${shown} ms${get("running") ? "" : `, now ${fixed(state[0], 0)} mV`}`,
    place: "across", height: 10,
    x: clock, y: { label: [node("i", {}, "V"), " / mV"], min: -90, max: 60, ticks: [-65, 0, 50], room: 3 },
    parts: [
      { name: "kicks", kind: "points", look: "second", legend: "kick" },
      { name: "V", kind: "curve" },
    ],
  });
  const gates = plot({
    says: () => `Gates over the last ${shown} ms${get("running") ? "" : `, now m ${fixed(state[1], 2)}, h ${
      fixed(state[2], 2)}, n ${fixed(state[3], 2)}`}`,
    place: "across", height: 6.5,
    x: { ...clock, label: "time / ms, now at the right" }, y: { label: "open gates", min: 0, max: 1, ticks: [0, 0.5, 1], room: 3 },
    parts: [["m", "accent"], ["h", "second", "dash"], ["n", "third", "dots"]].map(([name, look, line]) => (
      { name, kind: "curve", look, line, legend: node("i", {}, name) })),
  });
  const diagram = plot({
    says: () => `Firing rate against current${get("running") ? "" : `, ${found.length} found so far: ${found.slice(-8)
      .map(({ I, rate }) => `${fixed(rate, 0)} Hz at ${fixed(I, 2)}`).join(", ") || "none"}`}`,
    height: 17,
    x: { label: [node("i", {}, "I"), " / (µA/cm²)"], ...limits("I") }, y: { label: "rate / Hz", min: -4, max: 100, room: 3 },
    parts: [
      { name: "both", kind: "band", look: "quiet", legend: "silent or firing" },
      { name: "silent", kind: "curve", look: "second", line: "dash", legend: "silent" },
      { name: "firing", kind: "curve", look: "second", legend: "firing" },
      { name: "found", kind: "points", look: "ink", legend: "found" },
      { name: "now", kind: "marker", legend: "now" },
    ],
  });
  diagram.set("both", [onset, hopf], null);
  diagram.set("silent", [0, hopf], [0, 0]);
  diagram.set("firing", currents, rates);

  // jolt: when the current last jumped. held: since when it is what it is. point: the one that is being followed.
  let [blocks, current, jolt, held, kicked, spikes, kicks, point] = [0, 0, 0, 0, 0, [], [], null];
  let found = []; // a reset keeps the points, so that runs can be compared
  const now = () => blocks * block * dt;

  /** Spikes a second, or NaN while neither two spikes nor a silence have been seen since the current jumped. */
  function rate() {
    recent.set(spikes);
    return functions.firing_rate(at.recent, spikes.length, jolt, now(), look, quiet);
  }

  /** The point that was being followed stays, and the next one is made when all has been quiet for a while. */
  function disturb(jump) {
    [held, point] = [now(), null];
    if (jump) jolt = now();
  }

  function advance() {
    const [goal, most] = [get("I"), ramp * block * dt];
    if (current !== goal) {
      const slowly = get("change") === "slowly";
      current = slowly ? functions.followed(current, goal, most) : goal;
      disturb(!slowly);
    }
    const extra = kicked > 0 ? strength : 0;
    kicked -= 1;
    const count = functions.count_spikes(at.state, current + extra, dt, at.p, block, at.times);
    for (let k = 0; k < count; k += 1) spikes.push(now() + times[k]);
    blocks += 1;
    Object.values(past).forEach((record, k) => {
      record.copyWithin(0, 1);
      record[many - 1] = state[k];
    });
    while (spikes.length > MOST || spikes[0] < now() - look) spikes.shift();
    while (kicks.length && kicks[0] < now() - shown) kicks.shift();
    const fires = rate();
    if (now() - held < 2 * look || Number.isNaN(fires)) return;
    if (!point) found.push(point = {});
    Object.assign(point, { I: current, rate: fires });
  }

  return {
    views: [
      { ...voltage, draw() {
        voltage.set("V", ago, past.V);
        voltage.set("kicks", kicks.map((time) => time - now()), kicks.map(() => -84));
        voltage.draw();
      } },
      { ...gates, draw() {
        for (const name of "mhn") gates.set(name, ago, past[name]);
        gates.draw();
      } },
      { ...diagram, draw() {
        diagram.set("found", found.map(({ I }) => I), found.map((each) => each.rate));
        diagram.set("now", [current], [rate()]);
        diagram.draw();
      } },
    ],
    reset() {
      state.set(rest);
      [blocks, current, jolt, held, kicked, spikes, kicks, point] = [0, 0, 0, 0, 0, [], [], null];
      for (const record of Object.values(past)) record.fill(NaN);
      Object.values(past).forEach((record, k) => { record[many - 1] = state[k]; });
      gates.element.hidden = !get("gates");
    },
    kick() {
      kicked = Math.round(lasts / (block * dt));
      kicks.push(now());
      disturb(true);
    },
    clear() { [found, point] = [[], null]; },
    step() { for (let k = 0; k < 10; k += 1) advance(); },
    run(blocksWanted) { for (let k = 0; k < blocksWanted; k += 1) advance(); },
    changed() { gates.element.hidden = !get("gates"); },
    readings: () => ({ t: now(), V: state[0], rate: rate() }),
    words: () => (rate() > 0 ? "Firing" : now() - (spikes.at(-1) ?? -quiet) < quiet ? "A spike" : "Silent"),
  };
});
