// Numbers as people write them. The grammar is that of spinlearn/course/check/written.py, sign by sign; it is explained there.

import { fromTex, GREEK, inDigits, LETTER, NAMES_NUMBER, unitsInLetters, wrongSize } from "./spelt.js";

const LONGEST_TEXT = 200; // characters
const DEEPEST = 30; // brackets in one expression: each is read inside the other

export const WHITE = /[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+/g;
const GROUPS = /(?<=[0-9])[\u00a0\u2007\u2009\u202f'’](?=[0-9]{3}(?![0-9]))/g;
const HALVES = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
  "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const POWER = /(?<=[0-9a-zA-Zπ)])[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g;
const MINUS = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;

const sticky = (...parts) => new RegExp(parts.join(""), "iy");
const DIGITS = String.raw`(?:[0-9]+(?:[.,][0-9]+|\.(?![0-9]))?|[.,][0-9]+)`;
const POWER_OF_TEN = String.raw`10 ?(?:\^|\*\*) ?\(? ?([+-]?[0-9]+) ?\)?`;
const SCALED = String.raw`(${DIGITS})(?: ?e([+-]?[0-9]+)(?![0-9a-z])| ?[×x·⋅∙*] ?${POWER_OF_TEN})?`;
const AND = "\u2064"; // between a whole number and its fraction: an invisible plus
const MIXED = `([0-9]+)${AND}([0-9]+)/([0-9]+)`;
const NUMBER = sticky(String.raw`([+-]?) ?(?:(inf(?:inity)?|∞|nan)(?![a-z])|${MIXED}|${POWER_OF_TEN}|${SCALED})`);
const OVER = sticky(String.raw` ?[/⁄∕÷] ?([+-]?) ?${SCALED}`);
const SCALE = sticky(String.raw` ?(%|per ?cent|‰|thousand|million)(?![a-z])`);
const SCALES = { "‰": 1e-3, thousand: 1e3, million: 1e6 };
const SIGN = String.raw`${LETTER}(?:${LETTER}|_)*(?:\^?[+-]?[1-4](?![0-9]))?`;
const BEHIND = sticky(String.raw` ?(?!(?:and|to|or) ?[0-9+.-])(${SIGN}(?: ?[/·⋅] ?${SIGN})*)(?![.0-9(\[^_]|${LETTER}| ?[=≈~:])`);
const MEASURED = ["mV", "uV", "mA", "uA", "nA", "pA", "ms", "us", "Hz", "kHz", "eV", "meV", "cm", "mm", "um", "nm", "uA/cm2", "mA/cm2",
  "mS/cm2", "uF/cm2", "mV/ms", "s-1", "ms-1"];
const PART = "[0-9_*'|⟩]";
const NAME_WORD = `${LETTER}(?:${LETTER}|${PART}){0,12}`;
const CALLED = String.raw` ?[+-]?[|⟨]{0,2}${NAME_WORD}(?: ${NAME_WORD}){0,2}(?:\((?:${LETTER}|[0-9 _.,=+|'/-]){0,16}\))? ?[=≈~:] ?`;
const NAME = sticky(CALLED);
const ABOUT = sticky(String.raw` ?(?:[≈~=]|(?:about|roughly|approximately|around|nearly|circa)(?![a-z])|(?:approx|ca)(?![a-z])\.?) ?`);
const BETWEEN = sticky(String.raw` ?(?:±|;|\||,(?![0-9])|(?:and|to|or)(?![a-z])|&|[<≤]=? ?${LETTER}+ ?[<≤]=?) ?`,
  String.raw`| (?=[-+.0-9])|,(?=[-+0-9.])| (?=${CALLED})`);
const APART = / ?(?:;|\||,(?![0-9])|(?<![a-z])and(?![a-z])) ?/i;
const IN_BRACKETS = /^([+-]?[0-9]+[.,]([0-9]+)) ?\(([0-9]{1,3})\)$/;
const FUNCTION = "log_?10|log_?2(?= ?\\()|(?:pi|ln|log|lg|exp|sqrt|sinh|cosh|tanh|(?:ar|arc|a)(?:sinh|cosh|tanh)|sin|cos|tan|a(?:rc)?tan"
  + "|erf|phi|sigma|frac)(?![a-z])|[π√φσ]";
const TOKEN = sticky(String.raw` ?([0-9]+${AND}[0-9]+/[0-9]+|${DIGITS}(?:e[+-]?[0-9]+)?(?![0-9a-z]|[.,][0-9])|${DIGITS}|${FUNCTION}`,
  String.raw`|e(?![a-z])|\*\*|[-+*·×/^()])`);
const SPOKEN = `${FUNCTION}|e|inf|infinity|nan|hundred|thousand|million|billion|trillion|dozen|times|squared|cubed|half|halves|thirds?`
  + "|quarters?|over|plus|minus|or|and|to|is|as|so|no|on|by|it";
const PLAIN_WORD = `(?:(?!(?:${SPOKEN}|${GREEK})(?![a-z]))[a-z]{3,}|of|per|in|at)`;
const WORDS = new RegExp(`^${PLAIN_WORD}(?:[/·]${PLAIN_WORD})*$`, "i");
const VARIABLE = new RegExp(`^(?!(?:${SPOKEN})(?![a-z_]))${LETTER}(?:${LETTER}|[_/·⋅ ])*$`, "i");
const MIDDLE_DOT = /(?<![0-9.,^·⋅∙])([0-9]+)[·⋅∙](?!10 ?(?:\^|\*\*))([0-9]+)(?![0-9·⋅∙^]|[.,][0-9]|\*\*)/;
const BEFORE_WORDS = new RegExp(`(?<=[0-9)]) ?(?=${LETTER})`, "gi");
const NATURAL = /(?<![a-z])log(?!_?10|_?2 ?\(|[a-z])/i;

/** The match of a sticky expression that begins at a place, or null. */
function match(what, line, at) {
  what.lastIndex = at;
  return what.exec(line);
}

/** Where such a match ends, or null. */
const skip = (what, line, at) => (match(what, line, at) ? what.lastIndex : null);

/** The numbers that a text consists of, or null if it is anything else. `many` is how many are expected; `units` may stand behind. */
export function read(text, many = 1, units = []) {
  let line = plain(text, many);
  if (!line || Array.from(line).length > LONGEST_TEXT || MIDDLE_DOT.test(line)) return null;
  if (many === 2 && /^[+-]?[0-9]+,[+-]?[0-9]+$/.test(line)) line = line.replaceAll(",", ", ");
  const short = many === 2 && IN_BRACKETS.exec(line);
  if (short) return [valued(short[1]), Number(`${short[3]}e-${short[2].length}`)];
  if (many === 1) line = counted(line, units);
  const values = numbersOf(line, units);
  if (values !== null && values.length === many) return values;
  const parts = many === 1 ? [line] : line.split(APART);
  const came = parts.length === many ? parts.map((part) => computed(part, units)) : [null];
  return came.includes(null) ? values : came;
}

/** How to write what could not be read, as the end of a sentence; null where that is not known. */
export function why(text, many = 1, units = []) {
  const line = plain(text, many);
  const two = MIDDLE_DOT.exec(line);
  if (two) return `, and “${two[0]}” may be a product or a decimal: write ${two[1]}.${two[2]} or ${two[1]} * ${two[2]}.`;
  if (line.startsWith("±")) {
    return `, and ± in front means two: write ${many === 1 ? "the one that is meant, with its sign" : "out each"}.`;
  }
  for (const place of line.matchAll(BEFORE_WORDS)) {
    const found = match(BEHIND, line, behind(line, place.index, units));
    const sign = found ? shortest(found[1]) : "";
    if (found && units.length && (MEASURED.includes(sign) || wrongSize(sign, shortest(units[0])))) {
      return `: give it in ${units[0]}, not in ${found[1]}.`;
    }
    if (found && VARIABLE.test(found[1])) {
      const unit = units.length && !units[0].includes(" ") ? `, or give it in units of ${units[0]}` : "";
      return `: put in the value of ${found[1]}${unit}.`;
    }
  }
  return NAMES_NUMBER.test(line) && !/[0-9]/.test(line) ? ": write the number in digits." : null;
}

/** What has to be added to a refusal: how the text was read where others may read it otherwise. */
export const note = (text) => (NATURAL.test(text) ? " (Here log is the natural logarithm; the one to base ten is log10.)" : "");

/** The line with its number in digits, if it consists of one in words, and of its share or a declared unit. */
function counted(line, units) {
  let begin = skip(NAME, line, 0) ?? 0;
  begin = skip(ABOUT, line, begin) ?? begin;
  const found = inDigits(line, begin);
  if (!found) return line;
  let end = skip(SCALE, line, found.end) ?? found.end;
  if (units.length) end = skip(unitsInLetters(units), line, end) ?? end;
  return end === line.length ? `${line.slice(0, begin)}${found.number}${line.slice(found.end)}` : line;
}

function numbersOf(line, units) {
  const values = [];
  for (let at = 0; ;) {
    at = skip(NAME, line, at) || at;
    at = skip(ABOUT, line, at) || at;
    const found = number(line, at, units);
    if (found === null) return null;
    values.push(found.value);
    if (found.at === line.length) return values;
    at = skip(BETWEEN, line, found.at);
    if (at === null) return null;
  }
}

/** The text on one line, with the plainest form of each sign, and without what groups digits or embraces all. */
function plain(text, many) {
  let line = fromTex(text).replace(GROUPS, "");
  line = line.replace(POWER, (found) => `^${Array.from(found, (one) => "0123456789+-"[RAISED.indexOf(one)]).join("")}`);
  line = line.replace(new RegExp(`(?<=[0-9])(?=[${Object.keys(HALVES).join("")}])`, "g"), AND);
  line = Array.from(line, (one) => HALVES[one] ?? one).join("");
  line = trimmed(line.replace(MINUS, "-").replace(WHITE, " ")).normalize("NFKC");
  line = line.replace(/\+\/?-/g, "±").replace(/(?<=[0-9a-z%)])\.$/i, "");
  const joined = (_, first, others) => first + others.replace(/[ ,.]/g, "");
  if (many === 1) {
    line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?: [0-9]{3})+)(?![0-9])/g, joined);
    line = line.replace(/(?<![0-9.,/^])([0-9]+) (?=[0-9]+\/[0-9]+(?![0-9.,]))/g, `$1${AND}`);
  }
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3})+)(?=\.[0-9])/g, joined);
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3}){2,})(?![0-9,])/g, joined);
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:\.[0-9]{3})+)(?=,[0-9])/g, joined);
  return embraced(line) ? trimmed(line.slice(1, -1)) : line;
}

/** Whether the bracket that a line begins with is closed at its end. */
function embraced(line) {
  const kind = ["()", "[]", "{}"].find(([one]) => one === line[0]);
  if (!kind) return false;
  const [open, shut] = kind;
  let depth = 0;
  for (let at = 0; at < line.length; at += 1) {
    depth += (line[at] === open) - (line[at] === shut);
    if (depth === 0) return at === line.length - 1;
  }
  return false;
}

/** A text without spaces at its ends. */
export const trimmed = (text) => text.replace(/^ +| +$/g, "");

/** A number at a place, with its share and unit, and where it ends; null if there is none. */
function number(line, at, units) {
  const found = match(NUMBER, line, at);
  if (!found) return null;
  const [, sign, word, whole, above, below, ten, digits, ...power] = found;
  let value = whole ? mixed(whole, above, below) : valued(word ?? digits ?? "1", ten ?? power[0] ?? power[1]);
  let end = at + found[0].length;
  const over = match(OVER, line, end);
  if (over) {
    const [, signBelow, digitsBelow, ...powerBelow] = over;
    const divisor = valued(digitsBelow, powerBelow[0] ?? powerBelow[1]);
    value /= signBelow === "-" ? -divisor : divisor;
    end += over[0].length;
  }
  const scale = match(SCALE, line, end);
  if (scale) {
    const factor = SCALES[scale[1].toLowerCase()];
    value = factor ? value * factor : value / 100;
    end += scale[0].length;
  }
  return { value: sign === "-" ? -value : value, at: behind(line, end, units) };
}

/** Where the words and units that begin at a place end: five at most. */
function behind(line, begin, units) {
  let at = begin;
  const declared = units.length ? unitsInLetters(units) : null;
  for (let words = 0; words < 5; words += 1) {
    const end = declared && skip(declared, line, at);
    if (end) {
      at = end;
      continue;
    }
    const found = match(BEHIND, line, at);
    if (!found) break;
    const sign = shortest(found[1]);
    const accepted = units.length ? units.some((unit) => shortest(unit).toLowerCase() === sign.toLowerCase()) : MEASURED.includes(sign);
    if (!accepted && !WORDS.test(found[1])) break;
    at += found[0].length;
  }
  return at;
}

/** A unit in its shortest form: T_c is Tc, µA/cm² is uA/cm2. */
const shortest = (unit) => unit.replace(/[ _^]/g, "").replace(/[\u00b5μ]/g, "u");

const mixed = (whole, above, below) => Number(whole) + Number(above) / Number(below);

function valued(digits, power) {
  if (/^(?:inf|∞)/i.test(digits)) return Infinity;
  return Number(digits.replace(",", ".") + (power ? `e${power}` : ""));
}

// Expressions: each function takes away the tokens that it has read, and gives null where they are none.

function computed(line, units) {
  const tokens = [];
  let at = skip(NAME, line, 0) ?? 0;
  at = skip(ABOUT, line, at) ?? at;
  for (; at < line.length; at = TOKEN.lastIndex) {
    const found = match(TOKEN, line, at);
    const times = found && ["*", "·", "×"].includes(found[1]) && tokens.length && units.length;
    if ((!found || times) && behind(line, at, units) === line.length) break;
    if (!found) return null;
    TOKEN.lastIndex = at + found[0].length;
    tokens.push(["Φ", "Phi"].includes(found[1]) ? "Φ" : found[1].toLowerCase());
  }
  if (tokens.filter((token) => token === "(").length > DEEPEST) return null;
  tokens.push(""); // the end
  const value = summed(tokens);
  return tokens.length === 1 ? value : null;
}

function summed(tokens) {
  let value = multiplied(tokens);
  while (value !== null && (tokens[0] === "+" || tokens[0] === "-")) {
    const sign = tokens.shift();
    const other = multiplied(tokens);
    if (other === null) return null;
    value = sign === "+" ? value + other : value - other;
  }
  return value;
}

function multiplied(tokens) {
  let value = signed(tokens);
  while (value !== null && !["", "+", "-", ")", "^", "**"].includes(tokens[0]) && !/^[0-9.,]/.test(tokens[0])) {
    const sign = ["*", "·", "×", "/"].includes(tokens[0]) ? tokens.shift() : "*";
    const other = signed(tokens);
    if (other === null) return null;
    value = sign === "/" ? value / other : value * other;
  }
  return value;
}

function signed(tokens) {
  if (tokens[0] !== "+" && tokens[0] !== "-") return raised(tokens);
  const sign = tokens.shift();
  const value = signed(tokens);
  return sign === "-" && value !== null ? -value : value;
}

function raised(tokens) {
  const value = atom(tokens);
  if (value === null || (tokens[0] !== "^" && tokens[0] !== "**")) return value;
  tokens.shift();
  const power = signed(tokens);
  return power === null ? null : value ** power;
}

/** 1 - erf(x) for x from 1 on: a continued fraction, and e^(-x²) in two factors, so that no digit of x² is lost. */
function tail(x) {
  let below = x;
  for (let k = 300; k > 0; k -= 1) below = x + k / 2 / below;
  const coarse = Math.round(x * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp((coarse - x) * (coarse + x)) / below / Math.sqrt(Math.PI);
}

/** The error function: a series of positive terms near 0. */
function erf(x) {
  if (!(Math.abs(x) < 1)) return Number.isNaN(x) ? x : Math.sign(x) * (Math.abs(x) > 6 ? 1 : 1 - tail(Math.abs(x)));
  let [sum, term] = [0, x];
  for (let n = 1; n < 40; n += 1) {
    sum += term;
    term *= 2 * x * x / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** The share of a Gaussian law below x. */
function gaussian(x) {
  const y = -x / Math.SQRT2;
  if (y > 28) return 0;
  return (y >= 1 ? tail(y) : 1 - erf(y)) / 2;
}

const raisedE = (x) => (x < 709.7 ? Math.exp(x) : Infinity);
const density = (x) => raisedE(-x * x / 2) / Math.sqrt(2 * Math.PI);
const logistic = (x) => 1 / (1 + raisedE(-x));
const FUNCTIONS = { ln: Math.log, log: Math.log, log10: Math.log10, log_10: Math.log10, lg: Math.log10,
  log2: Math.log2, log_2: Math.log2, exp: raisedE, sqrt: Math.sqrt, "√": Math.sqrt,
  sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, sin: Math.sin, cos: Math.cos, tan: Math.tan, arctan: Math.atan, atan: Math.atan,
  erf, "Φ": gaussian, "φ": density, phi: density, "σ": logistic, sigma: logistic };
for (const prefix of ["a", "ar", "arc"]) {
  Object.assign(FUNCTIONS, { [`${prefix}sinh`]: Math.asinh, [`${prefix}cosh`]: Math.acosh, [`${prefix}tanh`]: Math.atanh });
}

function atom(tokens) {
  if (["", "+", "-", "*", "·", "×", "/", "^", "**", ")"].includes(tokens[0])) return null;
  const token = tokens.shift();
  if (token === "(") {
    const value = summed(tokens);
    if (tokens[0] !== ")") return null;
    tokens.shift();
    return value;
  }
  if (token === "e") return Math.E;
  if (token === "pi" || token === "π") return Math.PI;
  if (token.includes(AND)) return mixed(...token.split(/[\u2064/]/));
  if (token === "frac") {
    const above = atom(tokens);
    const below = above === null ? null : atom(tokens);
    return below === null ? null : above / below;
  }
  if (!FUNCTIONS[token]) return valued(token);
  const argument = raised(tokens);
  return argument === null ? null : FUNCTIONS[token](argument);
}
