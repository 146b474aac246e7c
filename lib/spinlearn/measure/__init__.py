"""From a run to a number with its error: `observables` of one run, `correlations` of its spins, `scaling` of many runs,
`minimax` fits of curves.
"""
