// Hearing and answering in turn: the iteration of the self-consistency, on the library's own kernels.

import { between, plot } from "../shell/plot.js";
import { explorable, fixed, kernels, node } from "../shell/shell.js";

export default explorable(async ({ get, limits, module, data }) => {
  const { functions, at, of: { found } } = await kernels(module, { found: [Float64Array, 3] });
  const answer = (m) => functions.response(m, get("T"), get("h"), 1);

  const slanted = (name) => node("i", {}, name);
  const ticks = [-1, -0.5, 0, 0.5, 1];
  const named = ({ stable, metastable, unstable }) => {
    if (Number.isNaN(unstable)) return `one solution, ${fixed(stable, 3)}, stable`;
    return `stable solutions ${fixed(stable, 3)} and ${fixed(metastable, 3)}, unstable solution ${fixed(unstable, 3)}`;
  };
  const web = plot({
    says: () => `Answer against what is heard: ${named(solved)}; after ${steps} steps it hears ${fixed(m, 3)} and answers ${
      fixed(answer(m), 3)}`,
    place: "half", height: 17,
    x: { label: [slanted("m"), ", heard"], min: -1.06, max: 1.06, ticks },
    y: { label: [slanted("m"), ", answered"], min: -1.06, max: 1.06, ticks, room: 5 },
    parts: [
      { name: "same", kind: "curve", look: "quiet" },
      { name: "answer", kind: "curve", look: "second" },
      { name: "stairs", kind: "curve" },
      { name: "stable", kind: "points", look: "ink", legend: "stable" },
      { name: "unstable", kind: "circles", look: "ink", legend: "unstable" },
      { name: "now", kind: "marker" },
    ],
  });
  const fork = plot({
    says: () => `Solutions against temperature in the field ${fixed(get("h"), 3)}: at T = ${fixed(get("T"), 2)} ${named(solved)}`,
    place: "half", height: 17,
    x: { label: ["temperature ", slanted("T"), " / Tc"], min: 0, max: limits("T").max },
    y: { label: ["solutions ", slanted("m")], min: -1.06, max: 1.06, ticks, room: 5 },
    parts: [
      { name: "here", kind: "rule", look: "quiet", line: "dash" },
      { name: "kept", kind: "curve", look: "second" },
      { name: "lost", kind: "curve", look: "second", line: "dots" },
      { name: "stable", kind: "points", look: "ink" },
      { name: "unstable", kind: "circles", look: "ink" },
      { name: "now", kind: "marker" },
    ],
  });
  const distance = plot({
    says: () => `Distance to the end, step by step, on a logarithmic axis: now ${left().toExponential(1)}`,
    place: "below", height: 8,
    x: { label: `steps, as far as ${data.kept}`, min: 0, max: 20 },
    y: { label: "distance to the end", min: 1e-9, max: 3, scale: "log", ticks: [1, 1e-4, 1e-8], room: 5 },
    parts: [
      { name: "law", kind: "curve", look: "second", line: "dash", legend: "× g′ a step" },
      { name: "left", kind: "points" },
    ],
  });
  web.set("same", [-1.06, 1.06], [-1.06, 1.06]);
  const along = between(-1.06, 1.06, 201);

  // end: the solution that this start leads to. path: what has been heard, the start first.
  let [m, steps, path, solved, end, shape] = [0, 0, [], {}, 0, ""];
  const left = () => Math.abs(m - end);
  const gain = () => functions.slope(end, get("T"));

  function advance(many) {
    for (let k = 0; k < many; k += 1) {
      m = answer(m);
      steps += 1;
      if (path.length <= data.kept) path.push(m);
    }
  }

  /** Solve anew, and take as many steps from the start as have been taken. */
  function again(many) {
    functions.branches(get("T"), get("h"), at.found);
    const [stable, metastable, unstable] = found;
    solved = { stable, metastable, unstable };
    [m, steps, path] = [get("start"), 0, [get("start")]];
    const side = Number.isNaN(unstable) ? 1 : (m - unstable) * (stable - unstable);
    end = [metastable, unstable, stable][1 + Math.sign(side)];
    advance(many);
  }

  /** The solutions against temperature: every m has one T = (m + h) / artanh m, and without a field m = 0 has all. */
  function drawFork(h) {
    const far = limits("T").max + 1; // out of sight
    const [kept, lost] = [{ x: [], y: [] }, { x: [], y: [] }];
    const piece = (values) => {
      const T = [...values].map((value) => (value ? Math.min(far, functions.temperature_at(value, h)) : h ? far : 1));
      const stable = [...values].map((value, k) => !(functions.slope(value, T[k]) > 1));; // at T = 0 it is 0 / 0
      for (const [curve, wanted] of [[kept, true], [lost, false]]) {
        values.forEach((value, k) => {
          const near = [k - 1, k, k + 1].some((j) => stable[j] === wanted);
          curve.x.push(near ? T[k] : NaN);
          curve.y.push(value);
        });
        curve.x.push(NaN);
        curve.y.push(NaN);
      }
    };
    const way = h < 0 ? -1 : 1;
    piece(between(0, way, 300));
    piece(between(-Math.abs(h) * way, -way, 300));
    if (!h) {
      for (const [curve, ends] of [[lost, [0, 1]], [kept, [1, far]]]) {
        curve.x.push(...ends);
        curve.y.push(0, 0);
      }
    }
    fork.set("kept", kept.x, kept.y);
    fork.set("lost", lost.x, lost.y);
  }

  function refresh() {
    const [T, h] = [get("T"), get("h")];
    const wanted = [T, h].join();
    if (shape === wanted) return;
    shape = wanted;
    web.set("answer", along, along.map(answer));
    drawFork(h);
    fork.set("here", [T], null);
    const stable = [solved.stable, solved.metastable].filter((each) => !Number.isNaN(each));
    const unstable = [solved.unstable].filter((each) => !Number.isNaN(each));
    web.set("stable", stable, stable);
    web.set("unstable", unstable, unstable);
    fork.set("stable", stable.map(() => T), stable);
    fork.set("unstable", unstable.map(() => T), unstable);
    for (const view of [web, fork]) view.show("unstable", unstable.length > 0);
  }

  return {
    views: [
      { ...web, draw() {
        refresh();
        web.set("stairs", path.flatMap((value, k) => (k ? [path[k - 1], value] : [value])),
          path.flatMap((value, k) => (k ? [value, value] : [value])));
        web.set("now", [m], [m]);
        web.draw();
      } },
      { ...fork, draw() {
        refresh();
        fork.set("now", [get("T")], [m]);
        fork.draw();
      } },
      { ...distance, draw() {
        const seen = path.map((value) => Math.abs(value - end));
        const last = seen.findLastIndex((value) => value > 1e-7);
        distance.range("x", 0, Math.max(20, Math.min(steps, data.kept)));
        distance.set("left", seen.map((_, k) => k), seen.map((value) => (value > data.arrived ? value : NaN)));
        const law = steps > 2 && last >= 0 && gain() < 0.999
          ? seen.map((_, k) => functions.shrunk(seen[last], gain(), k - last)) : [];
        distance.set("law", law.map((_, k) => k), law);
        distance.show("law", law.length > 0);
        distance.draw();
      } },
    ],
    restart: ["start"],
    reset: () => again(0),
    step: () => advance(1),
    run: advance,
    settle() { while (left() > data.arrived && steps < data.most) advance(1); },
    changed: () => again(steps),
    readings: () => ({ steps, m, answer: answer(m), end, gain: gain(), left: left() }),
    words() {
      if (left() < data.arrived) return `It has arrived at ${fixed(end, 3)}`;
      return `There ${Number.isNaN(solved.unstable) ? "is one solution" : "are three solutions"}, and it goes to ${fixed(end, 3)}`;
    },
  };
});
