// A finger that begins on a slider means the slider if it goes along it, or only taps. Down the page it moves the page.

const MEANT = 8; // pixels after which it is known what a finger means

/** Call take(value) for each value that is meant; what a finger does before that is known is undone. */
export function meant(slider, take) {
  let finger = null; // while it is not known: where it began, what the value was, and what it would be
  slider.addEventListener("pointerdown", ({ pointerType, clientX, clientY }) => {
    finger = pointerType === "touch" ? { x: clientX, y: clientY, value: slider.value, wanted: null, down: false } : null;
  });
  slider.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!finger) return;
    const [along, across] = [Math.abs(clientX - finger.x), Math.abs(clientY - finger.y)];
    if (across >= MEANT && across >= along) finger.down = true;
    else if (along >= MEANT && !finger.down) finger = null;
  });
  const end = (lifted) => () => {
    const { value, wanted, down } = finger ?? { down: true };
    if (finger) slider.value = value;
    finger = null;
    if (!lifted || down || wanted === null) return;
    slider.value = wanted;
    take(Number(wanted));
  };
  slider.addEventListener("pointerup", end(true));
  slider.addEventListener("pointercancel", end(false));
  slider.addEventListener("input", () => {
    if (!finger) {
      take(Number(slider.value));
      return;
    }
    finger.wanted = slider.value;
    slider.value = finger.value;
  });
}
