// A lattice that is quenched again and again, and fires: the library's own kernels, as WebAssembly.

import { lattice, picture } from "../shell/lattice.js";
import { plot } from "../shell/plot.js";
import { explorable, fixed, node } from "../shell/shell.js";

const POINTS = 750; // of a trace, about

export default explorable(async ({ get, module, data }) => {
  const { sides, Tc, begins, ends, before, shown } = data;
  // Each size has its own memory, spins and picture.
  const places = await Promise.all(sides.map(async (side) => {
    const place = await lattice(module, (key) => (key === "size" ? side : get(key)), () => ({
      table: [Float64Array, 18], totals: [BigInt64Array, 2],
    }));
    return { ...place, seen: picture({ size: side, spins: place.of.spins, colours: data }) };
  }));
  const here = () => places[sides.indexOf(get("side"))];
  const { temperature, crossing } = places[0].functions; // they keep nothing in memory

  const slanted = (name) => node("i", {}, name);
  const tally = node("span");
  const trace = plot({
    says: () => `Magnetisation per spin in time, with the levels ${begins} and ${ends} of either sign, at which a spike begins and ends. ${
      starts.length ? `In sight spikes begin at ${starts.map(({ t, m: size }) => `${t}, ${size > 0 ? "up" : "down"}`).join("; ")}` : "No spike is in sight"}`,
    height: 8,
    x: { label: [tally], min: 0, max: 1 },
    y: { label: [slanted("m")], min: -1.06, max: 1.06, ticks: [-1, 0, 1], room: 2 },
    parts: [
      { name: "quenches", kind: "rule", look: "quiet" },
      { name: "begins", kind: "rule", look: "quiet", line: "dash", legend: `begins at ${begins}` },
      { name: "ends", kind: "rule", look: "quiet", line: "dots", legend: `ends at ${ends}` },
      { name: "m", kind: "curve", look: "second" },
      { name: "spike", kind: "curve", legend: "spike" },
      { name: "starts", kind: "marker" },
    ],
  });
  const heat = plot({
    says: () => `Temperature in time: ${pulses.length ? `in sight it falls to ${fixed(cold(), 2)} at ${pulses.join(", ")}` : "no quench is in sight"}; now it is ${
      fixed(T, 2)}, and Tc is ${fixed(Tc, 3)}`,
    height: 5.5,
    x: { label: "sweeps", min: 0, max: 1 },
    y: { label: [slanted("T")], min: 0, max: 1, ticks: [0, 2, 4], room: 2 },
    parts: [
      { name: "Tc", kind: "rule", look: "quiet", line: "dash", legend: node("span", {}, slanted("T"), node("sub", {}, "c")) },
      { name: "T", kind: "curve", look: "third" },
    ],
  });
  trace.set("begins", null, [begins, -begins]);
  trace.set("ends", null, [ends, -ends]);
  heat.set("Tc", null, [Tc]);
  trace.element.style.order = 0; // directly below the lattice on a phone, too
  const holder = node("div", {}, here().seen.element);

  // since: sweeps since the latest quench, negative before the first. on: whether a spike is on. fresh: the spikes of
  // the quench that is not over yet, as +1 and -1. points, pulses, starts: what the traces show.
  let [sweeps, since, T, m, on] = [0, 0, 0, 0, false];
  let [quenches, spikes, up, fresh] = [0, 0, 0, []];
  let [points, pulses, starts] = [[], [], []];
  const heated = (time) => temperature(time, get("Q"), get("T0"), get("rate"));
  const cold = () => heated(0);
  const wide = () => shown * get("period");
  const stride = () => Math.max(1, Math.round(wide() / POINTS));

  /** Rest, and then be quenched; what has been counted was of other settings. */
  function begin() {
    since = -before;
    [quenches, spikes, up, fresh] = [0, 0, 0, []];
  }

  function forget() {
    const from = sweeps - wide() - stride();
    if (points.length > 2 * POINTS) points = points.filter(({ t }) => t >= from);
    pulses = pulses.filter((t) => t >= from);
    starts = starts.filter(({ t }) => t >= from);
  }

  function step() {
    const { functions, at, of, n } = here();
    if (since >= get("period")) {
      quenches += 1;
      spikes += fresh.length;
      up += fresh.filter((sign) => sign > 0).length;
      [since, fresh] = [0, []];
    }
    if (since === 0) pulses.push(sweeps);
    T = heated(since);
    functions.sweep(at.spins, at.neighbours, n, at.table, T, at.state, at.totals);
    sweeps += 1;
    m = Number(of.totals[1]) / n;
    const happens = crossing(on ? 1 : 0, m);
    if (happens) on = happens > 0;
    if (happens > 0) {
      starts.push({ t: sweeps, m });
      if (since >= 0) fresh.push(m);
    }
    since += 1;
    if (happens || sweeps % stride() === 0) points.push({ t: sweeps, m, T, on });
  }

  return {
    views: [
      {
        element: holder, place: "beside",
        draw() {
          const { seen } = here();
          if (holder.firstChild !== seen.element) holder.replaceChildren(seen.element);
          seen.draw();
        },
        describe: (text) => here().seen.describe(text),
        close: () => places.forEach(({ seen }) => seen.close()),
      },
      { ...trace, draw() {
        forget();
        const first = Math.max(0, sweeps - wide());
        for (const view of [trace, heat]) view.range("x", first, first + wide());
        const seen = points.filter(({ t }) => t >= first);
        const times = seen.map(({ t }) => t);
        trace.set("quenches", pulses.filter((t) => t >= first), null);
        trace.set("m", times, seen.map((each) => each.m));
        trace.set("spike", times, seen.map((each) => (each.on ? each.m : NaN)));
        const marked = starts.filter(({ t }) => t >= first);
        trace.set("starts", marked.map(({ t }) => t), marked.map((each) => each.m));
        tally.textContent = `${spikes} ${spikes === 1 ? "spike" : "spikes"} in ${quenches} ${quenches === 1 ? "quench" : "quenches"} over, ${up} up, ${spikes - up} down`;
        trace.draw();
        heat.range("y", 0, 1.1 * get("T0"));
        heat.set("T", times, seen.map((each) => each.T));
      } },
      heat,
    ],
    restart: ["seed", "side"],
    reset() {
      const { of, begin: place } = here();
      of.totals[1] = place();
      [sweeps, T, m, on] = [0, get("T0"), Number(of.totals[1]) / here().n, false];
      [points, pulses, starts] = [[{ t: 0, m, T, on }], [], []];
      begin();
    },
    step,
    changed: begin,
    readings: () => ({ sweeps, quenches, spikes, T, m,
      per_quench: quenches ? spikes / quenches : NaN, share_up: spikes ? up / spikes : NaN }),
    words() {
      if (on) return `Firing, ${m > 0 ? "up" : "down"}${heated(get("period")) < Tc ? ", and quenched again before it is above Tc" : ""}`;
      if (get("Q") > get("T0")) return "No temperature is below 0: the quench takes all there is";
      if (since <= 0 || T >= get("T0")) return "At rest";
      if (cold() >= Tc) return "The quench stops above Tc";
      return T < Tc ? "Below Tc: domains grow" : "Above Tc again";
    },
    digest: () => here().digest(),
  };
});
