// Follow the size of an element. What is done about it may change sizes again, and a browser complains of a loop when
// that happens within the frame in which it told of the change: so it waits for the next.

/** Call then() in the frame after each change of the element's size, the first one included; returns the way to stop. */
export function sized(element, then) {
  const watcher = new ResizeObserver(() => requestAnimationFrame(then));
  watcher.observe(element);
  return () => watcher.disconnect();
}
