// Whatever scrolls inside its own box can be reached and scrolled with the keyboard, too.
const SCROLLS = ".bd-article :is(div.math, span.math, pre, .pst-scrollable-table-container, .output)";

function reach(boxes) {
  const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);  // all of it is read before anything is written
  boxes.forEach((box, number) => {
    if (scrolls[number]) box.tabIndex = 0;
    else if (box.tabIndex === 0) box.removeAttribute("tabindex");
  });
}

addEventListener("load", async () => {
  await document.fonts.ready;
  // In a frame of its own: a box that is marked may change its size, and would be asked again at once.
  const sizes = new ResizeObserver((changes) => requestAnimationFrame(() => reach(changes.map(({ target }) => target))));
  for (const box of document.querySelectorAll(SCROLLS)) sizes.observe(box);
});
