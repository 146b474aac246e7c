"""Two layers of units that see each other and not themselves: restricted Boltzmann machines, of any units.

`units` says what a layer can be made of, `machine` has the law of two layers and samples it, `likelihood` knows it
exactly or estimates it, and `train` learns it from data. `draws` and `products` are the kernels of whole layers, and
`small` are those of machines so small that they need no BLAS.

`cascade` has the transitions through which a machine learns. `potentials` are units in the sense of their U(z),
`interactions` the couplings of every order that hidden units make, and `ensembles` what random weights make of them.
`closedloop` is learning from one's own samples, exactly for coins; `chains` does it exactly for any statistic with few
values, `families` and `retraining` for any exponential family, `reuse` says what real data are worth in it, and
`curves` draws it.
"""
