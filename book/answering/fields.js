// Fields under the exercises: an answer of numbers or a choice is judged at once; the others have a box to tick.

import { declarationOf, hush, own, say } from "./dom.js";
import { judge } from "./judge.js";
import { keep, recall } from "./memory.js";

/** What stands in a form: the text of its field, or the letter of its chosen option. */
export const written = (form) => form.querySelector(".ask-text")?.value ?? form.querySelector(":checked")?.value ?? "";

/** Put an answer into a form. */
export function fill(form, text) {
  const field = form.querySelector(".ask-text");
  if (field) field.value = text;
  for (const choice of form.querySelectorAll("input[type=radio]")) choice.checked = choice.value === text;
}

/** What is said to an answer. */
export function verdictOn(declaration, text) {
  if (!text.trim() && declaration.kind === "choice") return { status: "not attempted yet", reason: "choose one of the options." };
  return judge(declaration, text);
}

/** Let a form answer by its declaration, and remember what was right on a shelf under an id. */
export function answerHere(home, form, declaration, shelf, id) {
  const show = (text) => {
    const verdict = verdictOn(declaration, text);
    if (verdict.status === "right") home.dataset.done = "";
    say(form, verdict);
    return verdict.status === "right";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (show(written(form))) keep(shelf, id, written(form));
  });
  for (const choice of form.querySelectorAll("input[type=radio]")) choice.addEventListener("change", () => hush(form));
  const before = recall(shelf, id);
  if (before !== undefined && verdictOn(declaration, before).status === "right") {
    fill(form, before);
    show(before);
  }
}

/** Bring an exercise to life. */
export function startExercise(home) {
  const id = home.dataset.exercise;
  const [form] = own(home, "form");
  if (form) answerHere(home, form, declarationOf(home), "exercises", id);
  for (const tick of own(home, ".ask-tick input")) {
    tick.checked = recall("exercises", id) !== undefined;
    tick.addEventListener("change", () => keep("exercises", id, tick.checked ? "there" : undefined));
  }
}
