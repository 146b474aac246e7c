// The mean-field landscape with the ball in it: the library's own kernels, as WebAssembly, under the shared shell.

import { between, plot, recorder, roundStep } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

const [BATCH, MESH] = [256, between(-1, 1, 241)]; // sweeps in one call of a kernel; places of a curve

export default explorable(async ({ get, set, module, data }) => {
  const { functions, at, of: { fields, record, found, motion } } = await kernels(module, {
    state: [BigUint64Array, 4], up: [Float64Array, data.most + 1], down: [Float64Array, data.most + 1],
    fields: [Float64Array, BATCH], record: [Float64Array, BATCH], found: [Float64Array, 3], motion: [Float64Array, 2],
  });
  const { free_energy_at } = functions;
  const spinodal = () => functions.spinodal_field(get("T")); // NaN from Tc on

  const slanted = (name) => node("i", {}, name);
  const ticks = [-1, -0.5, 0, 0.5, 1];
  const hills = plot({
    says: () => `Free energy over m at T = ${fixed(get("T"), 2)} and h = ${fixed(field, 3)}: ${told()}`,
    place: "half", height: 15,
    x: { label: slanted("m"), min: -1.06, max: 1.06, ticks },
    y: { label: [slanted("f"), "(", slanted("m"), ") − ", slanted("f"), "(0)"], min: -1, max: 1, room: 5 },
    parts: [
      { name: "energy", kind: "curve", look: "second", line: "dash", legend: "energy" },
      { name: "entropy", kind: "curve", look: "third", line: "dots", legend: "−T s" },
      { name: "f", kind: "curve", look: "ink" },
      { name: "valleys", kind: "points", look: "ink", legend: "valley" },
      { name: "top", kind: "circles", look: "ink", legend: "hilltop" },
      { name: "ball", kind: "marker" },
    ],
  });
  const loop = plot({
    says: () => `Magnetisation against the field: the ball is at ${fixed(m, 3)} in ${fixed(field, 3)}; spinodals at ${
      spinodal() > 0 ? `plus and minus ${fixed(spinodal(), 3)}` : "no field"}; m last changed its sign ${
      turned === null ? "never" : `at h = ${fixed(turned, 3)}`}`,
    place: "half", height: 15,
    x: { label: ["field ", slanted("h")], min: -1, max: 1 }, y: { label: slanted("m"), min: -1.06, max: 1.06, ticks, room: 5 },
    parts: [
      { name: "edges", kind: "rule", look: "quiet", line: "dash", legend: "spinodals" },
      { name: "valleys", kind: "curve", look: "second", legend: "valleys" },
      { name: "top", kind: "curve", look: "second", line: "dots", legend: "hilltop" },
      { name: "trace", kind: "curve" },
      { name: "ball", kind: "marker" },
    ],
  });
  const past = recorder({ label: slanted("m"), says: "Magnetisation, sweep by sweep", unit: "sweeps", min: -1, max: 1,
    length: 1000, place: "below", height: 7 });

  // field: during the present sweep; way: where it goes when it goes by itself; turned: at which m last changed its sign.
  let [m, k, sweeps, field, way, turned, own, trace, drawn] = [0, 0, 0, 0, 1, null, false, { h: [], m: [] }, ""];

  /** How far from zero the field goes by itself; and how far the diagram of the loop reaches. */
  const span = (least = 0) => {
    const wanted = Math.max(least, functions.reach(get("T")));
    return data.spans.find((each) => each >= wanted) ?? data.spans.at(-1);
  };

  function place(value) {
    m = value;
    if (get("N")) {
      k = functions.up_spins(value, get("N"));
      m = functions.mean_spin(k, get("N"));
    }
  }

  /** Keep what has just happened: always for the recorder, and for the loop if it can be seen there. */
  function note(h, now) {
    if (m * now < 0 || (now === 0 && m !== 0)) turned = h;
    m = now;
    past.record(m);
    const last = trace.h.length - 1;
    if (Math.abs(trace.h[last] - h) < 0.004 * span() && Math.abs(trace.m[last] - m) < 0.012) return;
    trace.h.push(h);
    trace.m.push(m);
    if (last < 1500) return;
    trace.h.shift();
    trace.m.shift();
  }

  function advance(wanted) {
    const [T, N] = [get("T"), get("N")];
    for (let left = wanted; left > 0; left -= BATCH) {
      const count = Math.min(left, BATCH);
      motion.set([field, way]);
      functions.drive(at.motion, get("rate"), span(), at.fields, count);
      [field, way] = motion;
      if (N) k = functions.walk_fields(k, at.up, at.down, N, T, 1, at.fields, count, at.state, at.record);
      else functions.flow_fields(m, T, 1, at.fields, count, at.record);
      for (let j = 0; j < count; j += 1) note(fields[j], record[j]);
    }
    sweeps += wanted;
    own = true;
    set("h", field);
    own = false;
  }

  /** Valleys and hilltop, and which valley the ball is in. */
  function places() {
    functions.branches(get("T"), field, at.found);
    const [stable, metastable, unstable] = found;
    const valleys = [stable, metastable].filter((each) => !Number.isNaN(each));
    const against = !Number.isNaN(unstable) && (m - unstable) * (stable - unstable) < 0;
    const height = (value) => free_energy_at(value, get("T"), field, 1);
    return { valleys, unstable, against, hill: height(unstable) - height(against ? metastable : stable) };
  }

  function told() {
    const { valleys, unstable } = places();
    const low = valleys.map((each) => fixed(each, 3)).join(" and ");
    return `${Number.isNaN(unstable) ? `one valley, at ${low}` : `valleys at ${low}, hilltop at ${fixed(unstable, 3)}`
    }; the ball is at ${fixed(m, 3)}`;
  }

  function drawHills() {
    const [T, split] = [get("T"), get("split")];
    const level = free_energy_at(0, T, field, 1);
    const height = (value) => free_energy_at(value, T, field, 1) - level;
    const wanted = [T, field, split].join();
    if (drawn !== wanted) {
      drawn = wanted;
      const curves = { f: MESH.map(height) };
      if (split) {
        curves.energy = MESH.map((value) => free_energy_at(value, 0, field, 1));
        curves.entropy = MESH.map((value) => free_energy_at(value, T, 0, 0) - level);
      }
      for (const [name, values] of Object.entries(curves)) hills.set(name, MESH, values);
      for (const name of ["energy", "entropy"]) hills.show(name, split);
      const all = Object.values(curves).flatMap((values) => [...values]);
      let [low, high] = [Math.min(...all), Math.max(...all)];
      [low, high] = [low - 0.06 * (high - low), high + 0.06 * (high - low)];
      const step = roundStep((high - low) / 8);
      hills.range("y", Math.floor(low / step) * step, Math.ceil(high / step) * step);
      const { valleys, unstable } = places();
      hills.set("valleys", valleys, valleys.map(height));
      hills.set("top", Number.isNaN(unstable) ? [] : [unstable], [height(unstable)]);
      hills.show("top", !Number.isNaN(unstable));
    }
    hills.set("ball", [m], [height(m)]);
    hills.draw();
  }

  function drawLoop() {
    const T = get("T");
    const most = span(Math.abs(field));
    loop.range("x", -most, most);
    const edge = functions.spinodal_magnetisation(T);
    const outer = between(edge, 1, 120).slice(0, -1);
    const h = (value) => functions.field_at(value, T);
    const along = [...outer.map((value) => -value).reverse(), ...edge ? [NaN] : [], ...outer];
    loop.set("valleys", along.map(h), along);
    const middle = [...between(-edge, edge, 60)];
    loop.set("top", middle.map(h), middle);
    loop.set("edges", edge > 0 ? [-spinodal(), spinodal()] : [], null);
    for (const name of ["top", "edges"]) loop.show(name, edge > 0);
    loop.set("trace", trace.h, trace.m);
    loop.set("ball", [field], [m]);
    loop.draw();
  }

  /** Take the field in hand if it goes by itself, and say so. */
  function take() {
    if (!get("rate")) return "";
    set("rate", 0);
    return "The field is in your hand now: it no longer moves by itself.";
  }

  return {
    views: [{ ...hills, draw: drawHills }, { ...loop, draw: drawLoop }, past],
    restart: ["start", "seed"],
    reset() {
      functions.seed_state(BigInt(get("seed")), at.state);
      [sweeps, field, way, turned, trace] = [0, get("h"), 1, null, { h: [], m: [] }];
      place(get("start"));
      past.clear();
      past.record(m);
    },
    step() { advance(1); },
    run: advance,
    held: (key) => (key === "h" ? take() : ""),
    changed(key) {
      if (own) return "";
      if (key === "h") {
        field = get("h");
        return take();
      }
      if (key === "N") place(m);
      if (key === "T" || key === "N") trace = { h: [], m: [] };
      return "";
    },
    readings() {
      return { t: sweeps, m, f: free_energy_at(m, get("T"), field, 1), spinodal: spinodal(), hill: places().hill,
        turned: turned ?? NaN };
    },
    words() {
      const { unstable, against } = places();
      const goes = get("rate") ? `, the field is going ${way > 0 ? "up" : "down"}` : "";
      if (Number.isNaN(unstable)) return `There is one valley${goes}`;
      return `${field === 0 ? "The ball is in one of two equal valleys"
        : `The ball is in the ${against ? "higher valley, which is metastable" : "deeper of two valleys"}`}${goes}`;
    },
  };
});
