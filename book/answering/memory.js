// What a reader has done, kept on the reader's own device, in one entry of the browser's storage; nothing leaves it. Where storage
// is forbidden, the page has a stand-in under its name, which holds until the page is left, and nothing complains.
//
//   exercises    id: the answer that was right, as it was written; or "there", for one solved in the notebook
//   questions    id: the letter that was right
//   predictions  id: what the reader committed to: a text, a letter, or the points of a curve
//   pages        number: true, for a page that the reader has ticked

const KEY = "spins-to-neurons";
const VERSION = 1;
const LARGEST = 1e6; // signs in a file
const ID = { pages: /^\d{1,3}\.\d{1,3}$/ };
const ANY_ID = /^\d{1,3}\.\d{1,3}-[a-z]\d{0,3}$/;

const isText = (value) => typeof value === "string" && value.length <= 400;
const isPoint = (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
const isCurve = (value) => Array.isArray(value) && value.length >= 2 && value.length <= 1000 && value.every(isPoint);
const SHELVES = {
  exercises: isText,
  questions: isText,
  predictions: (value) => isText(value) || isCurve(value),
  pages: (value) => value === true,
};

const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const blank = () => Object.fromEntries(Object.keys(SHELVES).map((shelf) => [shelf, {}]));

const listeners = [];
let unkept = null; // what a full storage has no room for holds until the page is left

/** The memory that a text holds; null if it is damaged or something else. */
function unpacked(text) {
  let found = null;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isTable(found) || found.course !== KEY || found.version !== VERSION) return null;
  const memory = blank();
  for (const [shelf, fits] of Object.entries(SHELVES)) {
    const given = found[shelf] ?? {};
    if (!isTable(given)) return null;
    for (const [id, value] of Object.entries(given)) {
      if (!(ID[shelf] ?? ANY_ID).test(id) || !fits(value)) return null;
      memory[shelf][id] = value;
    }
  }
  return memory;
}

const packed = (memory, ...layout) => JSON.stringify({ course: KEY, version: VERSION, ...memory }, ...layout);

/** Whether anything outlives the page. */
export const LASTS = localStorage instanceof Storage;

/** All that is remembered: read anew each time, because another page may have written. */
const remembered = () => unkept ?? unpacked(localStorage.getItem(KEY)) ?? blank();

function write(memory) {
  unkept = null;
  try {
    localStorage.setItem(KEY, packed(memory));
  } catch {
    unkept = memory;
  }
  for (const listener of listeners) listener();
}

/** What was kept on a shelf under an id, or undefined. */
export const recall = (shelf, id) => remembered()[shelf][id];

/** Keep something; an undefined value forgets it. */
export function keep(shelf, id, value) {
  const memory = remembered();
  if (value === undefined) delete memory[shelf][id];
  else memory[shelf][id] = value;
  write(memory);
}

/** Names of all that the course keeps here: this memory, and what other scripts note beside it, such as how code is folded. */
const entries = () => Object.keys(localStorage).filter((name) => name === KEY || name.startsWith(`${KEY}-`));

/** Forget all, what other scripts have noted with it. */
export function forgetAll() {
  write(blank());
  for (const name of entries()) localStorage.removeItem(name);
}

const size = () => Object.values(remembered()).reduce((sum, shelf) => sum + Object.keys(shelf).length, 0);

/** Whether there is anything to forget. */
export const anyKept = () => size() > 0 || entries().some((name) => name !== KEY);

/** All that is remembered as the text of a file. */
export const exported = () => `${packed(remembered(), null, 1)}\n`;

/**
 * Add what the text of a file remembers; what is here already stays as it is. Returns how many things were new, or null, with
 * nothing changed, if the file is damaged or something else.
 */
export function imported(text) {
  const found = text.length <= LARGEST ? unpacked(text) : null;
  if (!found) return null;
  const before = size();
  const here = remembered();
  write(Object.fromEntries(Object.keys(SHELVES).map((shelf) => [shelf, { ...found[shelf], ...here[shelf] }])));
  return size() - before;
}

/** Call this whenever something has changed, in this page or in another one. */
export function whenChanged(listener) {
  listeners.push(listener);
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) listener();
  });
}
