// How much a frame does: as many steps as fit into it, and no more than the pace that the reader has chosen.

/**
 * Returns do(wanted, run, atOnce): it calls run(n), in portions or at once, until `wanted` steps are done or `most`
 * milliseconds have gone by, as far as the time that steps have taken tells, and returns how many were done. It always
 * does something, for a step may be longer than a frame.
 */
export function budget(most, clock = () => performance.now()) {
  const least = 256; // what is done at once in any case: the smallest steps there are, much shorter than a clock's tick
  let [cost, portion] = [0, 0.25]; // milliseconds a step; steps of the last portion, of which the first is one
  return (wanted, run, atOnce = false) => {
    const began = clock();
    let [done, now] = [0, began];
    while (done < wanted) {
      const known = cost > 0 || atOnce;
      const fits = cost > 0 ? Math.floor((most - (now - began)) / cost) : Infinity;
      if (done && fits < 1) break;
      portion = Math.min(wanted - done, Math.max(fits, atOnce ? least : 1), known ? Infinity : 4 * portion);
      run(portion);
      const before = now;
      now = clock();
      done += portion;
      const latest = (now - before) / portion;
      cost = cost > 0 ? (cost + latest) / 2 : latest;
      if (atOnce || now - began >= most) break;
    }
    return done;
  };
}

/** Returns count(steps, now): steps a second over the latest second or so, or NaN until there has been one. */
export function speedometer() {
  let [since, latest, counted, speed] = [NaN, NaN, 0, NaN];
  return (steps, now) => {
    if (!(now - latest < 2000)) [since, counted, speed] = [now, -steps, NaN]; // it has rested: begin anew
    latest = now;
    counted += steps;
    if (now - since >= 1000) [speed, since, counted] = [(1000 * counted) / (now - since), now, 0];
    return speed;
  };
}
