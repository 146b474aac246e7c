// Numbers as people write them. The grammar is that of spinlearn/course/check/written.py, sign by sign; it is explained there.

const LONGEST_TEXT = 200; // characters

export const WHITE = /[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+/g;
const GROUPS = /(?<=[0-9])[\u00a0\u2007\u2009\u202f'’](?=[0-9]{3}(?![0-9]))/g;
const HALVES = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
  "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const POWER = /(?<=[0-9])[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g;
const MINUS = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;

const sticky = (...parts) => new RegExp(parts.join(""), "iy");
const DIGITS = String.raw`(?:[0-9]+(?:[.,][0-9]+|\.(?![0-9]))?|[.,][0-9]+)`;
const POWER_OF_TEN = String.raw`10 ?(?:\^|\*\*) ?\(? ?([+-]?[0-9]+) ?\)?`;
const SCALED = String.raw`(${DIGITS})(?: ?e([+-]?[0-9]+)(?![0-9a-z])| ?[×x·⋅∙*] ?${POWER_OF_TEN})?`;
const NUMBER = sticky(String.raw`([+-]?) ?(?:(inf(?:inity)?|∞|nan)(?![a-z])|${POWER_OF_TEN}|${SCALED})`);
const OVER = sticky(String.raw` ?[/⁄∕÷] ?([+-]?) ?${SCALED}`);
const SCALE = sticky(String.raw` ?(%|per ?cent|‰|thousand|million)(?![a-z])`);
const SCALES = { "‰": 1e-3, thousand: 1e3, million: 1e6 };
const LETTER = "[a-z\u00b5°åα-ωΔΩ]";
const MEANT = "(?:pi|ln|log|exp|sqrt|tanh)(?![a-z])|[π√]";
const WORD = String.raw`(?!e[+-]?[0-9]|${MEANT})${LETTER}(?:${LETTER}|_)*(?:\^?[+-]?[1-4](?![0-9]))?`;
const UNIT = sticky(String.raw` ?(?!(?:and|to) ?[0-9+.-])${WORD}(?:[/·⋅]${WORD})*(?![.0-9])`);
const NAME = sticky(String.raw` ?${LETTER}[a-z0-9_]{0,12}(?:\([a-z0-9 ]{0,8}\))? ?[=≈~:] ?`);
const ABOUT = sticky(" ?[≈~=] ?");
const BETWEEN = sticky(String.raw` ?(?:±|\+/?-|;|,(?![0-9])|(?:and|to)(?![a-z])|&|[<≤]=? ?${LETTER}+ ?[<≤]=?) ?`,
  String.raw`| (?=[-+.0-9])|,(?=[-+0-9.])`);
const IN_BRACKETS = /^([+-]?[0-9]+[.,]([0-9]+)) ?\(([0-9]{1,3})\)$/;
const TOKEN = sticky(String.raw` ?(${DIGITS}(?:e[+-]?[0-9]+)?(?![0-9a-z])|${DIGITS}|${MEANT}|e(?![a-z])|\*\*|[-+*·×/^()])`);

/** The match of a sticky expression that begins at a place, or null. */
function match(what, line, at) {
  what.lastIndex = at;
  return what.exec(line);
}

/** Where such a match ends, or null. */
const skip = (what, line, at) => (match(what, line, at) ? what.lastIndex : null);

/** The numbers that a text consists of, or null if it is anything else. `many` is how many are expected. */
export function read(text, many = 1) {
  let line = plain(text, many);
  if (!line || Array.from(line).length > LONGEST_TEXT) return null;
  if (many === 2 && /^[+-]?[0-9]+,[+-]?[0-9]+$/.test(line)) line = line.replaceAll(",", ", ");
  const short = many === 2 && IN_BRACKETS.exec(line);
  if (short) return [valued(short[1]), Number(`${short[3]}e-${short[2].length}`)];
  const values = numbersOf(line);
  return values === null && many === 1 ? computed(line) : values;
}

function numbersOf(line) {
  const values = [];
  for (let at = 0; ;) {
    at = skip(NAME, line, at) || skip(ABOUT, line, at) || at;
    const found = number(line, at);
    if (found === null) return null;
    values.push(found.value);
    if (found.at === line.length) return values;
    at = skip(BETWEEN, line, found.at);
    if (at === null) return null;
  }
}

/** The text on one line, with the plainest form of each sign, and without what groups digits or embraces all. */
function plain(text, many) {
  let line = text.replace(GROUPS, "");
  line = line.replace(POWER, (found) => `^${Array.from(found, (one) => "0123456789+-"[RAISED.indexOf(one)]).join("")}`);
  line = Array.from(line, (one) => HALVES[one] ?? one).join("");
  line = trimmed(line.replace(MINUS, "-").replace(WHITE, " ")).normalize("NFKC");
  const joined = (_, first, others) => first + others.replace(/[ ,.]/g, "");
  if (many === 1) line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?: [0-9]{3})+)(?![0-9])/g, joined);
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3})+)(?=\.[0-9])/g, joined);
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3}){2,})(?![0-9,])/g, joined);
  line = line.replace(/(?<![0-9.,])([0-9]{1,3})((?:\.[0-9]{3})+)(?=,[0-9])/g, joined);
  return /^(?:\(.*\)|\[.*\]|\{.*\})$/.test(line) ? trimmed(line.slice(1, -1)) : line;
}

/** A text without spaces at its ends. */
export const trimmed = (text) => text.replace(/^ +| +$/g, "");

/** A number at a place, with its share and unit, and where it ends; null if there is none. */
function number(line, at) {
  const found = match(NUMBER, line, at);
  if (!found) return null;
  const [, sign, word, ten, digits, ...power] = found;
  let value = valued(word ?? digits ?? "1", ten ?? power[0] ?? power[1]);
  let end = at + found[0].length;
  const over = match(OVER, line, end);
  if (over) {
    const [, signBelow, digitsBelow, ...powerBelow] = over;
    const below = valued(digitsBelow, powerBelow[0] ?? powerBelow[1]);
    value /= signBelow === "-" ? -below : below;
    end += over[0].length;
  }
  const scale = match(SCALE, line, end);
  if (scale) {
    const factor = SCALES[scale[1].toLowerCase()];
    value = factor ? value * factor : value / 100;
    end += scale[0].length;
  }
  for (let words = 0; words < 3; words += 1) end = skip(UNIT, line, end) ?? end;
  return { value: sign === "-" ? -value : value, at: end };
}

function valued(digits, power) {
  if (/^(?:inf|∞)/i.test(digits)) return Infinity;
  return Number(digits.replace(",", ".") + (power ? `e${power}` : ""));
}

// Expressions: each function takes away the tokens that it has read, and gives null where they are none.

function computed(whole) {
  const begins = skip(NAME, whole, 0) ?? 0;
  const line = whole.slice(begins);
  const tokens = [];
  for (let at = 0; at < line.length; at = TOKEN.lastIndex) {
    const found = match(TOKEN, line, at);
    if (!found) return null;
    tokens.push(found[1].toLowerCase());
  }
  tokens.push(""); // the end
  const value = summed(tokens);
  return value !== null && tokens.length === 1 ? [value] : null;
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

const FUNCTIONS = { ln: Math.log, log: Math.log, exp: (x) => (x < 709.7 ? Math.exp(x) : Infinity), sqrt: Math.sqrt, "√": Math.sqrt,
  tanh: Math.tanh };

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
  if (!FUNCTIONS[token]) return valued(token);
  const argument = raised(tokens);
  return argument === null ? null : FUNCTIONS[token](argument);
}
