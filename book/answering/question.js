// Questions inside the text: each option has its reason, and the reader may choose again.

import { declarationOf, own } from "./dom.js";
import { answerHere } from "./fields.js";

/** Bring a question to life. */
export function startQuestion(home) {
  const [form] = own(home, "form");
  answerHere(home, form, declarationOf(home), "questions", home.dataset.question);
}
