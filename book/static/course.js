// Whatever scrolls inside its own box can be reached and scrolled with the keyboard, too.
const SCROLLS = ".bd-article :is(div.math, span.math, pre, .pst-scrollable-table-container, .output)";

function reachScrolled() {
  for (const box of document.querySelectorAll(SCROLLS)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else if (box.tabIndex === 0) box.removeAttribute("tabindex");
  }
}

addEventListener("load", async () => {
  await document.fonts.ready;
  reachScrolled();
  new ResizeObserver(reachScrolled).observe(document.querySelector("main"));
});
