// What readers write in other signs: mathematics in TeX, small numbers in words, units letter by letter. The rules are those of
// spinlearn/course/check/spelt.py, sign by sign.

export const LETTER = "[a-z\u00b5°åα-ωΔΩ]";
export const GREEK = "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|rho|sigma|tau|upsilon|phi|chi|psi"
  + "|omega";
const GREEK_NAMES = Object.fromEntries(GREEK.split("|").map((name, k) => ["αβγδεζηθικλμνξορστυφχψω"[k], name]));
const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;
const NO_PRODUCT = /^(?:.* .*|[a-z]{3,})$/;
const PHYSICAL = /^[fpnumkMG]?(eV|V|A|S|F|Hz|s|m)(\/.+)?$/;

const TEX = /[\\{}$]/;
const TEX_GAP = /\\(?:left|right)(?![a-zA-Z])|\\[,;:! ]|[$~]/g;
const TEX_TIMES = /\\(?:cdot|times)(?![a-zA-Z])/g;
const TEX_UPRIGHT = /\\(?:mathrm|text|operatorname) ?\{([^{}\\]*)\}/g;
const TEX_MIXED = /[0-9] ?\\[dt]?frac ?\{ ?[0-9]+ ?\} ?\{ ?[0-9]+ ?\}/;
const TEX_FRACTION = /\\[dt]?frac(?![a-zA-Z])/g;
const TEX_NAME = /\\([a-zA-Z]+)/g;

const COUNT_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const PART_WORDS = { half: 2, halve: 2, third: 3, quarter: 4, fourth: 4, fifth: 5, sixth: 6, seventh: 7, eighth: 8, ninth: 9, tenth: 10 };
const [ANY_COUNT, ANY_PART] = [COUNT_WORDS.join("|"), Object.keys(PART_WORDS).join("|")];
const IN_WORDS = new RegExp(`(-|minus )?(?:(half)|(?:(an?|${ANY_COUNT})[ -])?(${ANY_PART})s?|(${ANY_COUNT}))(?![a-z-])`, "iy");
export const NAMES_NUMBER = new RegExp(`(?<![a-z])(?:${ANY_COUNT}|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven`
  + `|eigh|nine)ty|hundred|thousand|million|(?:${ANY_PART})s?)(?![a-z])`, "i");

/** A text with the mathematics of TeX in plain signs. */
export function fromTex(text) {
  if (!TEX.test(text) || TEX_MIXED.test(text)) return text;
  const line = text.replace(TEX_GAP, " ").replace(TEX_TIMES, "*").replace(TEX_UPRIGHT, "$1");
  return line.replace(TEX_FRACTION, "frac").replace(TEX_NAME, "$1").replaceAll("{", "(").replaceAll("}", ")");
}

/** The number that stands in words at a place, in digits, and where it ends: {number, end}; null if there is none. */
export function inDigits(line, at) {
  IN_WORDS.lastIndex = at;
  const found = IN_WORDS.exec(line);
  if (!found) return null;
  const [all, sign, half, above, part, whole] = found;
  if (!half && !whole && !above) return null; // "third" alone is a place in a row
  const counting = (word) => (/^an?$/i.test(word) ? 1 : COUNT_WORDS.indexOf(word.toLowerCase()));
  const plainly = half ? "1/2" : whole ? String(counting(whole)) : `${counting(above)}/${PART_WORDS[part.toLowerCase()]}`;
  return { number: `${sign ? "-" : ""}${plainly}`, end: at + all.length };
}

function lettersOf(unit) {
  if (unit === "times") return "times|x|×";
  if (NO_PRODUCT.test(unit) || PHYSICAL.test(unit)) return unit.replace(SPECIAL, "\\$&");
  return Array.from(unit, (one) => (GREEK_NAMES[one] ? `(?:${one}|${GREEK_NAMES[one]})` : one.replace(SPECIAL, "\\$&")))
    .join("(?: ?[*×·⋅_] ?| )?");
}

/** What declared units look like behind a number, as a pattern to match there. */
export function unitsInLetters(units) {
  const forms = [...units].sort((one, other) => other.length - one.length).map(lettersOf).join("|"); // J/kB before J
  return new RegExp(String.raw` ?(?:[*×·⋅] ?)?(?:${forms})(?![.0-9(\[^_]|${LETTER}| ?[=≈~:])`, "iy");
}

/** Whether a sign is the base unit of a declared unit with a prefix, or that with another one: V for mV. */
export function wrongSize(sign, unit) {
  const [came, wanted] = [PHYSICAL.exec(sign), PHYSICAL.exec(unit)];
  return Boolean(came && wanted) && came[1] === wanted[1] && came[2] === wanted[2];
}
