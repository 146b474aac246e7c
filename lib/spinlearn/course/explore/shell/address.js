// A state as a text, ising?T=4&h=-0.15&seed=3: behind the # of a page's address, and in the buttons of its prose.

/** What a text asks of controls, each with key, read(text), which is undefined if it cannot be, and allowed. */
export function asked(text, controls) {
  const [found, refused] = [new Map(), []];
  for (const [key, value] of new URLSearchParams(text)) {
    const control = controls.find((each) => each.key === key);
    const read = control?.read(value.trim().replace("−", "-"));
    if (read !== undefined) found.set(key, read);
    else refused.push(control ? `${key}=${value.slice(0, 24)}, which is not ${control.allowed}`
      : `${key.slice(0, 24)}, which is no setting of this model`);
  }
  return { found, refused };
}

/** A name in the page for the model in `home`, which no other has: its own, or that with a number from 2 on. */
export function addressOf(home, name) {
  let address = name;
  for (let k = 2; document.querySelector(`[data-address="${address}"]`); k += 1) address = `${name}-${k}`;
  home.dataset.address = address;
  return address;
}

/** Listen for what the page's address and the buttons of its prose say to the model of that name; look() shows it. */
export function listen(address, apply, look) {
  const own = (text) => (text.split("?")[0] === address ? text.slice(address.length + 1) : null);
  const arrive = () => {
    const text = own(location.hash.slice(1));
    if (text !== null) apply(text, true);
    return text !== null;
  };
  const wake = () => {
    for (const words of document.querySelectorAll("span.sl-set[data-set]")) {
      const text = own(words.dataset.set);
      if (text === null) continue;
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: words.className });
      button.dataset.set = words.dataset.set;
      button.append(...words.childNodes);
      button.addEventListener("click", () => {
        button.focus({ preventScroll: true }); // WebKit does not by itself
        apply(text, false, button);
      });
      words.replaceWith(button);
    }
  };
  addEventListener("hashchange", arrive);
  let alone = arrive() && document.readyState !== "complete"; // what is still to come may move it out of sight
  for (const kind of ["wheel", "pointerdown", "keydown"]) addEventListener(kind, () => { alone = false; }, { once: true });
  addEventListener("load", () => alone && look(true));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", wake);
  else wake();
}
