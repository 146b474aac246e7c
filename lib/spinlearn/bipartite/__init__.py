"""Two layers of units that see each other and not themselves: restricted Boltzmann machines, of any units.

`units` says what a layer can be made of, `machine` has the law of two layers and samples it, `likelihood` knows it
exactly or estimates it, and `train` learns it from data.
"""
