// The filter of the ledger's table. What is chosen stands in the address, so that a filtered view can be linked:
// ledger.html#source=S1&verdict=wrong&page=1.2
(() => {
  const form = document.querySelector(".claims-filter");
  const rows = [...document.querySelectorAll("table.claims-of-all tbody tr")];
  if (!form || !rows.length) return;
  const said = form.querySelector("[role=status]");
  const clear = form.querySelector(".claims-clear");
  const fields = [...form.querySelectorAll("select")];
  const slug = (kind, value) => `${kind}-${value.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

  const having = (chosen) => rows.filter((row) => chosen.every((name) => row.classList.contains(name)));

  function show() {
    const chosen = (but) => fields.filter((field) => field.value && field !== but).map((field) => slug(field.name, field.value));
    const wanted = chosen();
    const left = new Set(having(wanted));
    for (const row of rows) row.hidden = !left.has(row);
    // What would leave nothing cannot be chosen.
    for (const field of fields) {
      const others = chosen(field);
      for (const option of field.options) {
        option.disabled = Boolean(option.value) && !option.selected && !having([...others, slug(field.name, option.value)]).length;
      }
    }
    const shown = rows.filter((row) => !row.hidden).length;
    said.textContent = shown === rows.length ? `All ${shown} claims are shown.`
      : shown ? `${shown} of ${rows.length} claims ${shown === 1 ? "is" : "are"} shown.` : "No claim has all of these.";
    clear.hidden = shown > 0;
    form.querySelector("button").disabled = !wanted.length;
  }

  function read() {
    const chosen = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const value = chosen.get(field.name) ?? "";
      field.value = [...field.options].some((option) => option.value === value) ? value : "";
    }
    show();
  }

  function write() {
    const wanted = fields.filter((field) => field.value).map((field) => [field.name, field.value]);
    history.replaceState(null, "", wanted.length ? `#${new URLSearchParams(wanted)}` : location.pathname + location.search);
    show();
  }

  form.hidden = false;
  form.addEventListener("change", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    if (document.activeElement === clear) fields[0].focus(); // it goes
    setTimeout(write);
  });
  addEventListener("hashchange", read);
  read();
})();
