// Judges an answer by its declaration, by the same rule and in the same words as spinlearn/course/check/declared.py: a test asks
// both the same questions and compares every sentence.

import { note, read, trimmed, WHITE, why } from "./written.js";

const [RIGHT, NOT_YET, NOT_ATTEMPTED] = ["right", "not yet", "not attempted yet"];
const LONGEST = 600; // characters of a sentence
const SHOWN = 40; // characters of an answer that are said back

/** An answer that is not right, with its reason. */
class Refusal extends Error {
  constructor(reason, status = NOT_YET) {
    super(reason);
    this.status = status;
  }
}

function shortened(text, length) {
  const signs = Array.from(text);
  return signs.length <= length ? text : `${signs.slice(0, length - 1).join("")}…`;
}

/** The finite numbers that a text says, as many as wanted. */
function numbers(text, count, wanted, units) {
  const line = trimmed(text.replace(WHITE, " "));
  if (!line) throw new Refusal("nothing is written there yet.", NOT_ATTEMPTED);
  const values = read(text, count, units);
  if (values === null) {
    const hint = why(text, count, units);
    if (hint) throw new Refusal(wanted + hint);
    const how = count === 1 ? "a number. Write it like 0.25, 1/4, 2.5e-1, sqrt(2), ln(2) or artanh(1/2)."
      : "numbers. Write them like 0.25; 1/4; sqrt(2).";
    throw new Refusal(`${wanted}, and “${shortened(line, SHOWN)}” cannot be read as ${how}`);
  }
  if (values.length !== count) {
    throw new Refusal(`${wanted}, but ${values.length} number${values.length === 1 ? "" : "s"} came.`);
  }
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new Refusal(`${wanted}, but that is ${Number.isNaN(value) ? "no number" : "too large for a number here or divided by zero"}.`);
    }
  }
  return values;
}

const holds = ({ where }, values) => where.every(([low, high], k) =>
  (low === null || low <= values[k]) && (high === null || values[k] <= high));

function judgeNumbers(declaration, text) {
  const values = numbers(text, declaration.parts, declaration.wanted, declaration.units);
  const refused = (cases) => cases.find((one) => holds(one, values));
  const turn = refused(declaration.turns);
  if (turn) throw new Refusal(turn.reason + note(text));
  if (holds(declaration.right, values)) return declaration.right.reason;
  throw new Refusal(refused(declaration.rest).reason + note(text));
}

function judgeChoice({ letters, options }, text) {
  const letter = text.replace(/^[ ().]+|[ ().]+$/g, "").toLowerCase();
  const named = Array.from(letters).join(", ");
  let chosen = letter.length === 1 ? letters.indexOf(letter) : -1;
  if (chosen < 0) {
    chosen = numbers(text, 1, `a single number is wanted, or one of the letters ${named}`)[0] - 1;
    if (!options[chosen]) throw new Refusal(`choose one of ${named}.`);
  }
  const { right, reason } = options[chosen];
  if (right) return reason;
  throw new Refusal(reason);
}

/**
 * The verdict on a text as an answer to a declared exercise or question: {status, reason}, the status being "right", "not yet" or
 * "not attempted yet".
 */
export function judge(declaration, text) {
  const verdict = (status, reason) => ({ status, reason: shortened(reason.replace(/\s+/g, " "), LONGEST) });
  try {
    return verdict(RIGHT, (declaration.kind === "choice" ? judgeChoice : judgeNumbers)(declaration, text));
  } catch (why) {
    if (why instanceof Refusal) return verdict(why.status, why.message);
    throw why;
  }
}
