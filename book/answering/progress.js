// How far a reader is: a count wherever data-progress-of="1.2" asks for it, a box at the end of each lesson, and the page that shows
// all of it.

import { made } from "./dom.js";
import { LASTS, anyKept, exported, forgetAll, imported, keep, recall, whenChanged } from "./memory.js";

const COUNTED = ["exercises", "questions", "predictions"];

/** The lessons, with the ids of what each asks. */
const lessons = () => JSON.parse(document.querySelector("script.ask-lessons")?.textContent ?? '{"lessons":[]}').lessons;

const done = (shelf, ids) => ids.filter((id) => recall(shelf, id) !== undefined).length;

/** How much of a lesson is done, in words; nothing if nothing is. */
function summary(lesson) {
  const total = COUNTED.reduce((sum, shelf) => sum + lesson[shelf].length, 0);
  const so = COUNTED.reduce((sum, shelf) => sum + done(shelf, lesson[shelf]), 0);
  const finished = recall("pages", lesson.number) ? "finished" : "";
  return [so ? `${so} of ${total} done` : "", finished].filter(Boolean).join(", ");
}

function show() {
  for (const lesson of lessons()) {
    for (const place of document.querySelectorAll(`[data-progress-of="${lesson.number}"]`)) place.textContent = summary(lesson);
    const row = document.querySelector(`[data-lesson="${lesson.number}"]`);
    if (row) {
      for (const shelf of COUNTED) {
        const [so, total] = [done(shelf, lesson[shelf]), lesson[shelf].length];
        const cell = row.querySelector(`[data-count="${shelf}"]`);
        cell.textContent = total ? `${so} of ${total}` : "\u2013";
        cell.toggleAttribute("data-all", total > 0 && so === total);
      }
      const finished = Boolean(recall("pages", lesson.number));
      row.querySelector('[data-count="finished"]').textContent = finished ? "✓ yes" : "no";
    }
  }
  for (const box of document.querySelectorAll("[data-finish] input")) {
    box.checked = Boolean(recall("pages", box.closest("[data-finish]").dataset.finish));
  }
}

/** The buttons of the progress page. */
function startPage(home) {
  const status = home.querySelector(".ask-said");
  const tell = (sentence) => { status.textContent = sentence; };
  const question = home.querySelector("dialog");

  home.querySelector("[data-do=export]").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([exported()], { type: "application/json" }));
    made("a", { href: address, download: "spins-to-neurons-progress.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    tell("Your browser has saved the file spins-to-neurons-progress.json, or asks you where to.");
  });

  const file = home.querySelector("input[type=file]");
  home.querySelector("[data-do=import]").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const text = chosen.size <= 1e6 ? await chosen.text().catch(() => "") : "";
    file.value = "";
    const added = imported(text);
    if (added === null) {
      tell(`${chosen.name} is not a file of your progress, or it is damaged. Nothing has been changed.`);
    } else if (added === 0) {
      tell(`${chosen.name} holds nothing that is not here already.`);
    } else tell(`${chosen.name} has been added: ${added} ${added === 1 ? "thing that was" : "things that were"} not here before.`);
  });

  home.querySelector("[data-do=forget]").addEventListener("click", () => {
    if (anyKept()) question.showModal();
    else tell("There is nothing to forget.");
  });
  question.addEventListener("close", () => {
    if (question.returnValue !== "forget") return;
    forgetAll();
    question.returnValue = "";
    tell("Everything is forgotten.");
  });
  home.querySelector(".ask-forbidden").hidden = LASTS;
}

/** Show counts, now and whenever they change. */
export function startProgress() {
  for (const box of document.querySelectorAll("[data-finish] input")) {
    const { finish } = box.closest("[data-finish]").dataset;
    box.addEventListener("change", () => keep("pages", finish, box.checked || undefined));
  }
  for (const home of document.querySelectorAll("[data-progress]")) startPage(home);
  whenChanged(show);
  show();
}
