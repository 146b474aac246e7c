// A magnet that is quenched and warms up again, and the count of its spikes: the library's own kernels.

import { between, plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, limits, module, data: { magnets, laws, dt, step, before, after } }) => {
  const { functions } = await kernels(module, {});
  const kind = () => magnets.indexOf(get("magnet"));
  const m = (T) => functions.magnetisation(kind(), T, get("sharpness"));
  const counted = (t, Q, T0 = get("T0")) => functions.counted(kind(), t, Q, T0, get("sharpness"), get("rate"));
  const at = (time) => functions.temperature(time, get("Q"), get("T0"), get("rate"));
  const rectifier = (Q) => functions.rectifier(Q, get("T0"), get("rate"));
  const formula = (Q) => functions.formula(kind(), Q, get("T0"), get("sharpness"), get("rate"));
  // What a quench takes, the temperature that it leaves, and the whole count.
  const taken = () => Math.min(get("Q"), get("T0"));
  const cold = () => get("T0") - taken();
  const whole = () => counted(Infinity, get("Q"));
  const lasts = () => taken() / get("rate");

  const { max: most } = limits("Q");
  const slanted = (name) => node("i", {}, name);
  const T0 = () => node("span", {}, slanted("T"), "₀");
  const say = (name, value, digits = 2) => `${name} = ${fixed(value, digits)}`;
  const curve = plot({
    says: () => `Magnetisation m against the temperature. The path jumps from T₀ = ${fixed(get("T0"), 2)} to ${
      fixed(cold(), 2)}, where m is ${fixed(m(cold()), 3)}, and comes back; now ${say("T", at(phase))}, ${
      say("m", m(at(phase)), 3)}. The shaded area below it, over the rate, is what has been counted`,
    place: "half", height: 14,
    x: { label: ["temperature ", slanted("T"), " / Tc"], min: 0, max: most + 0.06 },
    y: { label: ["magnetisation ", slanted("m")], min: -0.04, max: 1.08, ticks: [0, 0.5, 1], room: 4 },
    parts: [
      { name: "area", kind: "curve" },
      { name: "m", kind: "curve", look: "second" },
      { name: "path", kind: "curve", legend: "path" },
      { name: "ends", kind: "circles", look: "ink", legend: node("span", {}, T0(), " − ", slanted("Q"), " and ", T0()) },
      { name: "now", kind: "marker" },
    ],
  });
  const growth = plot({
    says: () => `In time: the magnetisation, which is above 0 until T is back at Tc, and the count, now ${
      fixed(counted(phase, get("Q")), 3)}, which builds up to ${fixed(whole(), 3)}`,
    place: "half", height: 14,
    x: { label: ["time since the quench, ", slanted("t")], min: 0, max: 1 },
    y: { label: [slanted("m"), " and count"], min: 0, max: 1, room: 4 },
    parts: [
      { name: "area", kind: "curve" },
      { name: "m", kind: "curve", look: "second", legend: slanted("m") },
      { name: "final", kind: "rule", look: "ink", line: "dash", legend: "final" },
      { name: "so far", kind: "curve", look: "ink", legend: "count" },
      { name: "now", kind: "marker" },
    ],
  });
  const answer = plot({
    says: () => `Count against the size Q of the quench, the activation function, with the rectifier, which is 0 up to ${
      fixed(get("T0") - 1, 2)}: ${[0.5, 1, 1.5].map((Q) => `${fixed(counted(Infinity, Q), 2)} and ${
      fixed(rectifier(Math.min(Q, get("T0"))), 2)} at ${fixed(Q, 1)}`).join(", ")}`,
    place: "below", height: 14,
    x: { label: ["quench ", slanted("Q"), " / Tc, with ", slanted("d"), " = ", slanted("Q"), " − (", T0(), " − Tc)"], min: 0, max: most },
    y: { label: "count", min: 0, max: 1, room: 4 },
    parts: [
      { name: "none", kind: "band", look: "quiet", legend: node("span", {}, slanted("T"), " < 0") },
      { name: "literal", kind: "curve", look: "third", legend: "literal" },
      { name: "ReLU", kind: "curve", look: "second", line: "dash", legend: "ReLU" },
      { name: "formula", kind: "curve", look: "ink", line: "dots", legend: "law" },
      { name: "count", kind: "curve", legend: "count" },
      { name: "now", kind: "marker" },
    ],
  });
  for (const { element } of [curve, growth]) element.querySelector(".sl-inside path").classList.add("sl-band"); // areas are filled
  const law = answer.element.querySelector("[data-part=formula]");
  const ofT = [...between(0, 1, 161), ...between(1, most + 0.06, 81)];

  // steps: since the reset. phase: time since the quench, negative before it, which was `from` when `since` steps were
  // taken. path: what one quench goes through.
  let [steps, from, since, phase, shape, path] = [0, 0, 0, 0, "", {}];

  /** What changes with the settings alone. */
  function refresh() {
    const wanted = ["Q", "T0", "rate", "magnet", "sharpness", "literal"].map(get).join();
    if (shape === wanted) return;
    shape = wanted;
    const [Q, rate, hot] = [taken(), get("rate"), get("T0")];
    curve.set("m", ofT, ofT.map(m));
    const T = [cold(), ...ofT.filter((each) => each > cold() && each < hot), hot];
    const times = T.map((each) => (each - cold()) / rate);
    path = { T, m: T.map(m), times, counts: times.map((time) => counted(time, get("Q"))) };
    curve.set("path", T, path.m);
    curve.set("ends", [cold(), hot], [cold(), hot].map(m));

    growth.range("x", -before / rate, (most + after) / rate);
    const top = 1.06 * Math.max(1, 1 / rate);
    growth.range("y", -0.04 * top, top);
    growth.set("m", [-before / rate, 0, ...times, (most + after) / rate], [m(hot), m(hot), ...path.m, m(hot)]);
    growth.set("final", null, [whole()]);

    const sizes = between(0, hot, 201);
    answer.range("y", -0.04 / rate, 1.06 / rate);
    answer.set("none", [hot, most], null);
    answer.show("none", hot < most);
    for (const [name, value] of [["ReLU", rectifier], ["formula", formula], ["count", (each) => counted(Infinity, each)],
      ["literal", (each) => counted(Infinity, each, each)]]) answer.set(name, sizes, sizes.map(value));
    answer.show("literal", get("literal"));
    answer.show("formula", laws[kind()] !== "");
    law.lastChild.textContent = laws[kind()];
    answer.set("now", [Q], [whole()]);
  }

  /** What has been gone through in this quench, against T or against the time, with the latest added. */
  const gone = (name, latest) => [...path[name].filter((_, k) => path.times[k] < phase), latest];

  /** The area below m that has been counted. */
  function shade(view, xs) {
    const now = Math.max(0, phase);
    view.set("area", [xs[0], ...xs, xs.at(-1)], [0, ...gone("m", m(at(now))), 0]);
  }

  function goOn(time) {
    [from, since, phase] = [time, steps, time];
  }

  function run(many) {
    for (let k = 0; k < many; k += 1) {
      steps += 1;
      phase = from + (steps - since) * dt;
      if (phase > lasts() + after / get("rate")) goOn(-before / get("rate"));
    }
  }

  return {
    views: [
      { ...curve, draw() {
        refresh();
        shade(curve, gone("T", at(Math.max(0, phase))));
        curve.set("now", [at(phase)], [m(at(phase))]);
        curve.draw();
      } },
      { ...growth, draw() {
        refresh();
        const [now, began, last] = [counted(phase, get("Q")), -before / get("rate"), Math.max(0, phase)];
        shade(growth, gone("times", Math.min(last, lasts())));
        growth.set("so far", [began, ...gone("times", last)], [0, ...gone("counts", now)]);
        growth.set("now", [phase], [now]);
        growth.draw();
      } },
      { ...answer, draw() {
        refresh();
        answer.draw();
      } },
    ],
    reset() {
      steps = 0;
      goOn(-before / get("rate"));
    },
    step: () => run(step),
    run,
    changed() { goOn(Math.min(Math.max(phase, -before / get("rate")), lasts() + after / get("rate"))); },
    readings: () => ({
      t: steps * dt, T: at(phase), m: m(at(phase)), so_far: counted(phase, get("Q")), count: whole(), rectifier: rectifier(taken()),
      formula: formula(taken()), exponent: functions.exponent(taken(), get("T0"), m(cold()), whole(), get("rate")),
    }),
    words() {
      if (get("Q") > get("T0")) return "No temperature is below 0: the quench takes all there is";
      if (phase < 0) return "At rest";
      return at(phase) < 1 ? "Below Tc: magnetised, and counting" : cold() < 1 ? "Warm again" : "The quench stops above Tc";
    },
  };
});
