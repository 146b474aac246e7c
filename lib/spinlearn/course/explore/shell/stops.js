// Sliders that stop at listed numbers, evenly, however far apart these are: see `stopped` in controls.py beside this file.

import { CONTROLS, node } from "./shell.js";
import { meant } from "./touch.js";

/** From now on a range that comes with `stops` has such a slider; its box takes the numbers between, too. */
export function slideOverStops() {
  const plain = CONTROLS.range;
  CONTROLS.range = (control, model) => {
    const { key, stops } = control;
    const made = plain(control, model);
    if (!stops) return made;
    const before = made.element.querySelector("[type=range]");
    const slider = node("input", { type: "range", id: before.id, min: 0, max: stops.length - 1 });
    before.replaceWith(slider);
    meant(slider, (k) => {
      model.set(key, stops[k]);
      model.save_changes();
    });
    return { ...made, update() {
      made.update();
      slider.value = stops.findLastIndex((each) => each <= model.get(key));
      slider.setAttribute("aria-valuetext", before.getAttribute("aria-valuetext"));
    } };
  };
}
