// Brings to life what a page asks. The book's extension `answering` bundles this with all it imports into one plain script.

import { watchAddress } from "./cover.js";
import { startExercise } from "./fields.js";
import { startPrediction } from "./predict.js";
import { startProgress } from "./progress.js";
import { startQuestion } from "./question.js";

/** One that fails must not take the others with it. */
function each(selector, start) {
  for (const home of document.querySelectorAll(selector)) {
    try {
      start(home);
    } catch (error) {
      console.error(error);
    }
  }
}

each("[data-exercise]", startExercise);
each("[data-question]", startQuestion);
each("[data-predict]", startPrediction);
watchAddress();
startProgress();
