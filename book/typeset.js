// Typesets formulas: a line of JSON in, {tex, display}, a line of JSON out, {html, sheet} or {error}. Run by
// mathematics.py, with the folder of MathJax as its argument; an empty line asks for the style sheet of all formulas so far.
const root = process.argv[2];

const settings = {
  loader: { load: ["input/tex-full", "output/chtml", "adaptors/liteDOM", "a11y/assistive-mml"] },
  // Everything is loaded before the first formula, and what MathJax does not know is an error instead of a red word.
  tex: { packages: ["base", "ams", "newcommand", "configmacros", "boldsymbol", "braket", "cancel", "color", "mathtools", "textmacros", "unicode", "upgreek"],
    formatError: (jax, error) => { throw error; } },
  chtml: { fontURL: "fonts", scale: 1, matchFontHeight: false, mtextInheritFont: false },
  startup: { typeset: false },
};

async function main() {
  const MathJax = await require(root + "/node-main.js").init(settings);
  const { adaptor } = MathJax.startup;
  const answer = (line) => {
    if (!line) return { sheet: adaptor.textContent(MathJax.chtmlStylesheet()) };
    const { tex, display } = JSON.parse(line);
    return { html: adaptor.outerHTML(MathJax.tex2chtml(tex, { display, em: 16, ex: 8, containerWidth: 1280 })) };
  };
  const lines = require("readline").createInterface({ input: process.stdin });
  for await (const line of lines) {
    let said;
    try { said = answer(line); } catch (error) { said = { error: error.message ?? String(error) }; }
    process.stdout.write(JSON.stringify(said) + "\n");
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
