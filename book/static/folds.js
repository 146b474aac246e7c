// Code folds: all of a page at once, a choice that this device remembers; what a link leads to opens; print shows all.
(() => {
  const KEY = "spins-to-neurons-code"; // begins as all names of the course do, so that "Forget everything" finds it
  const folds = [...document.querySelectorAll("details.fold")];
  const asBuilt = new Map(folds.map((fold) => [fold, fold.open]));
  const group = document.querySelector(".fold-all");

  const remember = (choice) => {
    try {
      if (choice) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch { /* it is full: the choice holds for this page only */ }
  };

  function apply(choice) {
    for (const fold of folds) fold.open = choice ? choice === "shown" : asBuilt.get(fold);
    for (const button of group?.querySelectorAll("button") ?? []) {
      button.setAttribute("aria-pressed", String(button.value === choice));
    }
  }

  // Whoever follows a link to a cell wants to see its code.
  function reveal() {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { /* as it stands */ }
    const target = document.getElementById(name);
    if (!target?.closest("article")) return;
    const fold = target.closest("details.fold") ?? (target.matches("div.cell") && target.querySelector("details.fold"));
    if (fold && !fold.open) fold.open = true;
  }

  let choice = localStorage.getItem(KEY);
  apply(choice);
  reveal();
  addEventListener("hashchange", reveal);
  if (group) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      choice = choice === button.value ? null : button.value;  // the same button once more: as the page was made
      remember(choice);
      apply(choice);
    });
  }

  // Print, and put back what was folded.
  let folded = [];
  const unfold = () => {
    folded = folded.concat(folds.filter((fold) => !fold.open));
    for (const fold of folded) fold.open = true;
  };
  const putBack = () => {
    for (const fold of folded) fold.open = false;
    folded = [];
  };
  addEventListener("beforeprint", unfold);
  addEventListener("afterprint", putBack);
})();
