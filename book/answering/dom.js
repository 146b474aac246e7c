// The few things that all the answering parts need. Whatever is said is set as text, never as HTML.

/** An element with attributes and children; an attribute that is false is left out. */
export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The same in SVG. */
export function drawn(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What belongs to an asked thing itself, and not to another one inside it. */
export const own = (home, what) => [...home.querySelectorAll(what)]
  .filter((element) => element.closest("[data-exercise], [data-question], [data-predict]") === home);

/** The declaration that the build has put beside it, or null. */
export function declarationOf(home) {
  const [script] = own(home, "script.ask-declaration");
  return script ? JSON.parse(script.textContent) : null;
}

/** Say a verdict where a form answers. A sentence that is said again is taken away first, so that it is heard again. */
export function say(form, { status, reason }) {
  const place = form.querySelector(".ask-said");
  const text = `${status}: ${reason}`;
  const again = place.textContent === text;
  place.dataset.status = status;
  place.textContent = again ? "" : text;
  if (again) setTimeout(() => { if (!place.textContent) place.textContent = text; }, 60);
}

/** Take back what was said. */
export function hush(form) {
  const place = form.querySelector(".ask-said");
  place.textContent = "";
  delete place.dataset.status;
}

/** A number as it is printed: a true minus sign, and no more digits than are worth it. */
export const told = (value, digits = 3) => String(Number(value.toPrecision(digits))).replace("-", "\u2212");

/** A value on an axis, as it is said inside a sentence. */
export const saidOn = ({ said }, value) => said.replace("{}", () => value);
