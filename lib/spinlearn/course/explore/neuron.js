// The squid's membrane: the library's own kernel, as WebAssembly, under the shared shell.

const BLOCK = 5; // Runge-Kutta steps between two points of the trace, which are 0.1 ms then
const SHOWN = 100; // ms of the trace
const LOOK = 250; // ms: the rate is that of the latest so many, and a point is made after twice that
const QUIET = 50; // ms without a spike: silent. The slowest firing there is has 20 ms between spikes.
const RAMP = 0.01; // µA/cm² a ms, when the current changes slowly

async function neuronMachine(get) {
  const { parameters, rest, dt, kick: [strength, lasts], onset, hopf, currents, rates } = get("_membrane");
  const { functions, at, of: { state, p, times } } = await kernels(get("_wasm"), {
    state: [Float64Array, 4], p: [Float64Array, 7], times: [Float64Array, BLOCK],
  });
  p.set(parameters);

  const many = Math.round(SHOWN / (BLOCK * dt)) + 1;
  const ago = Float64Array.from({ length: many }, (_, k) => (k - many + 1) * BLOCK * dt);
  const past = { V: new Float64Array(many), m: new Float64Array(many), h: new Float64Array(many),
    n: new Float64Array(many) };
  const clock = { label: "", min: -SHOWN, max: 0 };
  const voltage = plot({
    says: () => `Voltage over the last ${SHOWN} ms${get("running") ? "" : `, now ${fixed(state[0], 0)} mV`}`,
    place: "across", height: 10,
    x: clock, y: { label: [node("i", {}, "V"), " / mV"], min: -90, max: 60, ticks: [-65, 0, 50], room: 3 },
    parts: [
      { name: "kicks", kind: "points", look: "second", legend: "kick" },
      { name: "V", kind: "curve" },
    ],
  });
  const gates = plot({
    says: () => `Gates over the last ${SHOWN} ms${get("running") ? "" : `, now m ${fixed(state[1], 2)}, h ${
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
    x: { label: [node("i", {}, "I"), " / (µA/cm²)"], min: 0, max: 20 }, y: { label: "rate / Hz", min: -4, max: 100, room: 3 },
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
  const now = () => blocks * BLOCK * dt;

  /** Spikes a second, or NaN while neither two spikes nor a silence have been seen since the current jumped. */
  function rate() {
    const late = spikes.filter((time) => time >= Math.max(jolt, now() - LOOK));
    if (now() - (late.at(-1) ?? jolt) > QUIET) return 0;
    return late.length < 2 ? NaN : 1000 * (late.length - 1) / (late.at(-1) - late[0]);
  }

  /** The point that was being followed stays, and the next one is made when all has been quiet for a while. */
  function disturb(jump) {
    [held, point] = [now(), null];
    if (jump) jolt = now();
  }

  function advance() {
    const [goal, most] = [get("I"), RAMP * BLOCK * dt];
    if (current !== goal) {
      const slowly = get("change") === "slowly";
      current = slowly && Math.abs(goal - current) > most ? current + Math.sign(goal - current) * most : goal;
      disturb(!slowly);
    }
    const extra = kicked > 0 ? strength : 0;
    kicked -= 1;
    const count = functions.count_spikes(at.state, current + extra, dt, at.p, BLOCK, at.times);
    for (let k = 0; k < count; k += 1) spikes.push(now() + times[k]);
    blocks += 1;
    Object.values(past).forEach((record, k) => {
      record.copyWithin(0, 1);
      record[many - 1] = state[k];
    });
    while (spikes.length && spikes[0] < now() - LOOK) spikes.shift();
    while (kicks.length && kicks[0] < now() - SHOWN) kicks.shift();
    const fires = rate();
    if (now() - held < 2 * LOOK || Number.isNaN(fires)) return;
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
      kicked = Math.round(lasts / (BLOCK * dt));
      kicks.push(now());
      disturb(true);
    },
    clear() { [found, point] = [[], null]; },
    step() { for (let k = 0; k < 10; k += 1) advance(); },
    run(blocksWanted) { for (let k = 0; k < blocksWanted; k += 1) advance(); },
    changed() { gates.element.hidden = !get("gates"); },
    readings: () => ({ t: now(), V: state[0], rate: rate() }),
    words: () => (rate() > 0 ? "Firing" : now() - (spikes.at(-1) ?? -QUIET) < QUIET ? "A spike" : "Silent"),
  };
}

const widget = explorable({
  name: "neuron",
  title: "Live Hodgkin–Huxley neuron",
  machine: neuronMachine,
  controls: [
    { kind: "range", key: "I", label: "Current", symbol: "I", unit: "µA/cm²", min: 0, max: 20, step: 0.01, digits: 2,
      ends: 0, marks: [{ at: 6.27, label: "6.27", says: "Set I to 6.27, just above the onset of firing" },
        { at: 9.78, label: "9.78", says: "Set I to 9.78, where rest loses its stability" }] },
    { kind: "choice", key: "change", label: "The current follows",
      options: [["at once", "at once"], ["slowly", "slowly"]] },
    { kind: "check", key: "gates", label: "Show the gates" },
  ],
  pace: { label: "Speed / (ms/s)", every: "second", start: 500,
    values: [[200, "20"], [500, "50"], [2000, "200"], [10000, "real time"]] },
  actions: [{ letter: "K", label: "Kick", act: (machine) => machine.kick() },
    { letter: "C", label: "Clear points", act: (machine) => machine.clear() }],
  readings: [
    { key: "t", label: "time", unit: "ms", digits: 1 },
    { key: "V", label: "V", unit: "mV", digits: 1 },
    { key: "rate", label: "rate", unit: "Hz", digits: 1 },
  ],
});
