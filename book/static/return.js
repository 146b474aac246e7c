// Firefox and WebKit keep a page that was left as it stood, and Back shows it again.
(() => {
  // What is remembered may be more by then, or forgotten, or the other theme chosen: then the page is read anew.
  const ours = /^(?:spins-to-neurons(?:-.*)?|mode)$/;
  const remembered = () => JSON.stringify(Object.entries(localStorage).filter(([name]) => ours.test(name)).sort());
  let left = null;
  addEventListener("pagehide", () => { left = remembered(); });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && left !== null && left !== remembered()) location.reload();
  });

  // WebKit sets fields without completion back to what they were made with: let that be what stands there.
  addEventListener("pagehide", () => {
    for (const field of document.querySelectorAll("input[autocomplete=off], form[autocomplete=off] input")) {
      if (["radio", "checkbox"].includes(field.type)) field.defaultChecked = field.checked;
      else field.defaultValue = field.value;
    }
  });
})();
