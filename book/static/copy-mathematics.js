// Who copies a formula, or a text with formulas in it, gets the formulas as the TeX that a notebook understands.
addEventListener("copy", (event) => {
  const selection = document.getSelection();
  if (selection.isCollapsed || !event.clipboardData) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formula = (node) => (node.nodeType === 1 ? node : node.parentElement).closest(".math");
  const first = formula(range.startContainer), last = formula(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copied = range.cloneContents();
  const formulas = copied.querySelectorAll("[data-tex]");
  if (!formulas.length) return;
  const page = new XMLSerializer().serializeToString(copied);
  for (const it of formulas) {
    const mark = it.localName === "div" ? "\n$$\n" : "$";
    it.replaceWith(mark + it.dataset.tex + [...mark].reverse().join(""));
  }
  for (const block of copied.querySelectorAll("p, li, h1, h2, h3, h4, tr, dt, dd, pre")) block.after("\n\n");
  event.clipboardData.setData("text/plain", copied.textContent.replace(/\n{3,}/g, "\n\n").trim());
  event.clipboardData.setData("text/html", page);
  event.preventDefault();
});
