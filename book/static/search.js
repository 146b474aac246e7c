// Search: lessons first, then back matter, then answers; a result for each page, below it the sections that fit best.
// `searchText` is made when the book is built: [kind, address, [[anchor, title, text, words of the code], …]] a page.
(() => {
  const KINDS = ["Lessons", "Back matter", "Answers"];
  const GREEK = Object.fromEntries(("alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ "
    + "pi π rho ρ sigma σ tau τ phi φ chi χ psi ψ omega ω").match(/\S+ \S+/g).map((pair) => pair.split(" ")));
  const SECTIONS = 3, AROUND = 110;
  const MEANINGS = /back-matter\/notation\.html$/, WORDS = /back-matter\/glossary\.html$/;

  // Words as they are compared: without accents and underscores; the signs of the alphabet's letters stay.
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[_\\{}$]/g, "").replace(/[’‘]/g, "'")
    .replace(/[−–]/g, "-").replace(/ϕ/g, "φ").replace(/ϵ/g, "ε");
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

  // The beginning of an English word whose ending may differ, as a pattern for both of its spellings: -ise and -ize, -our and -or,
  // centre and center. At least four letters stay: of "ising" nothing may be taken away.
  function stem(word) {
    const short = word.replace(/(?:ies|es|s|ed|ing)$/, "");
    const kept = short.length < 4 ? word : short === word ? word : short.replace(/(.{3}l)l$/, "$1");
    return kept.replace(/([iy])[sz]/g, "$1[sz]").replace(/(.{3})ou?r/, "$1ou?r").replace(/(.{3})(?:re|er)$/, "$1(?:re|er)");
  }

  /** Whether a term is a symbol: a letter with its index, as Tc, or a Greek one, by its sign or by its name. */
  const isSymbol = (term) => /^\p{Letter}{1,2}$/u.test(term) || Boolean(GREEK[term]);

  // A term is found where a word begins with it; a number has to be whole. A symbol counts most where it stands by itself (`whole`),
  // and where it is explained: T = … (`stated`).
  function pattern(term) {
    const others = [term, ...(GREEK[term] ? [GREEK[term]] : [])];
    const letter = Object.keys(GREEK).find((name) => GREEK[name] === term);
    if (letter) others.push(letter);
    const forms = others.map((word) => {
      if (/^-?\d+([.,]\d+)?$/.test(word)) return `${escaped(word.replace(",", "."))}\\d*`;
      return /^[a-z]{5,}$/.test(word) && !GREEK[word] ? `${stem(word)}[a-zé]*` : escaped(word);
    });
    const sign = /^[\p{Letter}\p{Number}]/u.test(term);
    const any = `${sign ? "(?<![\\p{Letter}\\p{Number}.])" : ""}(?:${forms.join("|")})`;
    const test = new RegExp(any, "gu");
    if (isSymbol(term)) {
      test.whole = new RegExp(`${any}(?![\\p{Letter}\\p{Number}])`, "gu");
      test.stated = new RegExp(`${any} ?[=≈]`, "gu");
    }
    return test;
  }

  const count = (text, test) => (text.match(test) ?? []).length;

  function rated(section, first, tests) {
    const [, title, text, code] = section;
    let score = 0, found = 0;
    for (const test of tests) {
      const inTitle = count(plain(title), test.whole ?? test), inText = count(plain(text), test), inCode = count(plain(code), test);
      if (count(plain(title), test) + inText + inCode) found += 1;
      score += (inTitle ? (first ? 24 : 12) : 0) + (inCode ? 0.5 : 0);
      if (!test.whole) score += Math.min(inText, 6);
      else {
        const whole = count(plain(text), test.whole);
        score += Math.min(whole + 0.2 * (inText - whole), 6) + (count(plain(text), test.stated) ? 6 : 0);
      }
    }
    const exact = plain(title).match(tests[0])?.[0] === plain(title); // an entry of the glossary
    return { section, score: score + 20 * (found === tests.length) + 12 * exact, found };
  }

  function search(query) {
    const terms = [...new Set(plain(query).match(/[\p{Letter}\p{Number}]+(?:[.,'][\p{Letter}\p{Number}]+)*|[^\s\p{Punctuation}]+/gu) ?? [])];
    const tests = terms.map(pattern);
    const results = [];
    if (!tests.length) return { terms, tests, results };
    for (const [kind, address, sections] of searchText) {
      const whole = sections.map((section) => plain(section.slice(1).join(" "))).join(" ");
      if (!tests.every((test) => count(whole, test))) continue;
      const parts = sections.map((section, number) => rated(section, number === 0, tests)).filter((part) => part.found)
        .sort((one, other) => other.score - one.score);
      const best = parts.some((part) => part.found === tests.length) ? parts.filter((part) => part.found === tests.length) : parts;
      const score = best[0].score + Math.min(best.length, 5);
      results.push({ kind, address, title: sections[0][1], first: sections[0], parts: best, score });
    }
    const symbols = tests.every(({ whole }) => whole);
    const bonus = ({ address }) => (symbols ? 100 * MEANINGS.test(address) + 50 * WORDS.test(address) : 0);
    results.sort((one, other) => one.kind - other.kind || bonus(other) + other.score - bonus(one) - one.score);
    return { terms, tests, results };
  }

  // Some words around the first place, cut at spaces, the found words marked.
  function excerpt(text, tests) {
    const low = text.toLowerCase();
    const even = low.length === text.length ? low.replace(/[−–]/g, "-") : text;
    const places = tests.flatMap((test) => [...even.matchAll(test)].slice(0, 40).map((hit) => [hit.index, hit.index + hit[0].length]))
      .sort((one, other) => one[0] - other[0]);
    const at = places.length ? places[0][0] : 0;
    let from = Math.max(0, at - AROUND), to = Math.min(text.length, at + 2 * AROUND);
    if (from > 0) from = text.indexOf(" ", from) + 1;
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), at);
    const line = document.createElement("p");
    line.className = "context";
    let done = from;
    if (from > 0) line.append("… ");
    for (const [start, end] of places) {
      if (start < done || end > to) continue;
      line.append(text.slice(done, start));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      line.append(mark);
      done = end;
    }
    line.append(text.slice(done, to) + (to < text.length ? " …" : ""));
    return line;
  }

  function inCode(words) {
    const line = document.createElement("p");
    line.className = "search-code";
    line.append("In its code, or in what that prints: ", ...words.flatMap((word, number) => {
      const mark = document.createElement("mark");
      mark.textContent = word;
      return number ? [", ", mark] : [mark];
    }));
    return line;
  }

  /** What a symbol means: its entries in the notation, before everything else. */
  function meaning(results, tests) {
    const page = tests.length === 1 && tests[0].whole ? results.find(({ address }) => MEANINGS.test(address)) : null;
    const entries = page ? page.parts.filter(({ section }) => count(plain(section[1]), tests[0].whole)) : [];
    return entries.map(({ section: [anchor, title, text] }) => {
      const line = document.createElement("p");
      line.className = "search-meaning";
      line.append(link(page.address + anchor, title), `: ${text}`);
      return line;
    });
  }

  function link(address, title) {
    const element = document.createElement("a");
    element.href = address;
    element.textContent = title;
    return element;
  }

  function show(query) {
    const { terms, tests, results } = search(query);
    const home = document.getElementById("search-results");
    home.replaceChildren(...meaning(results, tests));
    for (const kind of KINDS.keys()) {
      const here = results.filter((result) => result.kind === kind);
      if (!here.length) continue;
      const heading = document.createElement("h2");
      heading.textContent = KINDS[kind];
      const list = document.createElement("ul");
      list.className = "search";
      for (const result of here) {
        const item = document.createElement("li");
        item.append(link(result.address, result.title));
        for (const { section } of result.parts.slice(0, kind === 0 ? SECTIONS : 2)) {
          const part = document.createElement("div");
          part.className = "search-part";
          if (section[0]) part.append(link(result.address + section[0], section[1]));
          const only = tests.map((test) => count(plain(section[1] + section[2]), test) ? null : plain(section[3]).match(test)?.[0]);
          if (section[2] && only.some((word) => !word)) part.append(excerpt(section[2], tests));
          if (only.some(Boolean)) part.append(inCode(only.filter(Boolean)));
          item.append(part);
        }
        list.append(item);
      }
      home.append(heading, list);
    }
    const said = document.getElementById("search-said");
    const pages = `${results.length} page${results.length === 1 ? "" : "s"}`;
    said.textContent = !terms.length ? "" : results.length ? `Found on ${pages}.`
      : `Nothing has ${terms.length > 1 ? "all of these words" : "this word"}. Try fewer letters, or the glossary.`;
  }

  const field = document.querySelector("article input[name=q]");
  const asked = () => new URLSearchParams(location.search).get("q") ?? "";

  /** Look for what the address asks. */
  function read() {
    for (const one of document.querySelectorAll('input[name="q"]')) one.value = asked();
    show(asked());
  }

  // What is asked stands in the address, so that Back and a link lead to it; a browser takes only so many changes in a while.
  let waiting = 0, typed = false;
  function write() {
    clearTimeout(waiting);
    if (field.value === asked()) return;
    const query = field.value ? `?${new URLSearchParams({ q: field.value })}` : "";
    history.replaceState(history.state, "", location.pathname + query);
  }

  read();
  field.focus();
  field.select();
  field.addEventListener("input", () => {
    typed = true;
    show(field.value);
    clearTimeout(waiting);
    waiting = setTimeout(write, 300);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    write();
    show(field.value);
  });
  addEventListener("pagehide", write);
  // Who comes back finds the field as the browser thinks that it was: empty, or with what it was first asked.
  addEventListener("pageshow", ({ persisted }) => { if ((persisted || !typed) && field.value !== asked()) read(); });
})();
