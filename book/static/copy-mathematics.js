// Who copies a text with formulas in it gets what is selected as it is seen, the formulas as the TeX that a notebook understands.
// What is hidden, covered or only pressed is left out: a browser would do so of its own accord, and so does this. Where no formula is
// selected, the browser copies by itself.
(() => {
  const NEVER = "script, style, template, noscript, [inert], input, select, textarea, button:not(.sl-set), dialog:not([open]), .headerlink, "
    + ".ask-hidden, .sl-hidden, .visually-hidden, .sr-only";
  const APART = "p, ul, ol, dl, h1, h2, h3, h4, h5, h6, pre, table, figure, blockquote, div.math"; // an empty line on both sides
  const INLINE = /^(?:inline|contents|ruby|math|none)|^$/;

  /** Whether an element, with all that is in it, cannot be selected. */
  function hidden(element) {
    if (element.matches(NEVER)) return true;
    if (element.matches("details:not([open]) > :not(summary:first-of-type)")) return true;
    const style = getComputedStyle(element);
    return style.display === "none" || (style.contentVisibility ?? "") === "hidden";
  }

  /** Whether the words of an element cannot be selected, though what is inside it may be. */
  function silent(element) {
    const style = getComputedStyle(element);
    return style.visibility !== "visible" || (style.userSelect ?? style.webkitUserSelect) === "none";
  }

  /** The text of what is copied, in which blocks stand on lines of their own. */
  class Lines {
    text = "";
    due = 0;

    add(words, kept) {
      const part = this.due || !this.text ? (kept ? words : words.trimStart()) : words;
      if (!part) return;
      if (this.text) this.text = this.due ? this.text.trimEnd() + "\n".repeat(this.due) : this.text;
      this.due = 0;
      this.text += part;
    }

    space(words) {
      this.add(/\s$/.test(this.text) && !this.due ? words.replace(/^ /, "") : words);
    }

    end(lines) {
      if (this.text) this.due = Math.max(this.due, lines);
    }

    next() {
      this.due = 0;
      this.text = this.text && `${this.text.trimEnd()}\t`;
    }
  }

  /** Copy what a range has of a node: return the copy, and write its text. */
  function copy(node, range, lines, formulas) {
    if (!range.intersectsNode(node)) return null;
    if (node.nodeType === Node.TEXT_NODE) {
      if (silent(node.parentElement)) return null;
      const start = node === range.startContainer ? range.startOffset : 0;
      const text = node.data.slice(start, node === range.endContainer ? range.endOffset : undefined);
      if (/^(?:pre|break)/.test(getComputedStyle(node.parentElement).whiteSpace)) lines.add(text, true);
      else lines.space(text.replace(/[ \t\r\n\f]+/g, " "));
      return document.createTextNode(text);
    }
    if (node.nodeType !== Node.ELEMENT_NODE || hidden(node)) return null;
    const block = !INLINE.test(getComputedStyle(node).display);
    const gap = node.matches(APART) ? 2 : block ? 1 : 0;
    if (node.matches("td, th")) {
      if (node.previousElementSibling) lines.next();
    } else lines.end(gap);
    let copied = node.cloneNode(false);
    if (node.matches("[data-tex]") && !silent(node)) {
      const mark = node.localName === "div" ? "$$\n" : "$";
      lines.add(mark + node.dataset.tex + [...mark].reverse().join(""), true);
      formulas.push(node);
      copied = node.cloneNode(true);
    } else if (node.matches("svg[role=img]")) {
      if (silent(node)) return null;
      copied = node.cloneNode(true); // a picture, not a text
    } else if (node.localName === "br") {
      lines.end(1);
    } else {
      for (const child of node.childNodes) {
        const part = copy(child, range, lines, formulas);
        if (part) copied.append(part);
      }
    }
    if (!node.matches("td, th")) lines.end(gap);
    return copied;
  }

  addEventListener("copy", (event) => {
    const selection = document.getSelection();
    const from = event.composedPath()[0];
    if (selection.isCollapsed || !event.clipboardData || from.matches?.("input, textarea")) return;
    const whole = document.createElement("div");
    const lines = new Lines(), formulas = [];
    for (let k = 0; k < selection.rangeCount; k++) { // Firefox leaves out what is covered by making several of one
      const range = selection.getRangeAt(k).cloneRange();
      const formula = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-tex]");
      const first = formula(range.startContainer), last = formula(range.endContainer);
      if (first) range.setStartBefore(first);
      if (last) range.setEndAfter(last);
      const common = range.commonAncestorContainer;
      const top = common.nodeType === Node.ELEMENT_NODE ? common : common.parentElement;
      if (!top || top.closest("[inert]")) continue;
      for (const child of top.childNodes) {
        const part = copy(child, range, lines, formulas);
        if (part) whole.append(part);
      }
    }
    if (!formulas.length) return;
    const page = document.createDocumentFragment();
    page.append(...whole.childNodes);
    event.clipboardData.setData("text/plain", lines.text.trim());
    event.clipboardData.setData("text/html", new XMLSerializer().serializeToString(page));
    event.preventDefault();
  });
})();
