"""From a run to a number with its error: `observables` of one run, `correlations` of its spins, `histograms` that carry
runs to other temperatures, `scaling` with the size, `minimax` fits of curves.
"""
