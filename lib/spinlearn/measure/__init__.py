"""From a run to a number with its error: `observables` of one run, `scaling` of many, `minimax` fits of curves."""
