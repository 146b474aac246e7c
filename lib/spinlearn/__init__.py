"""spinlearn: the shared library of *Spins to Neurons*.

Conventions, stated once and kept everywhere:

- Boltzmann's constant is one: temperatures are energies, and beta = 1 / T.
- Spins s are -1 or +1 (``int8``), unless a name says 0/1.
- On a lattice the energy is H(s) = -J sum_<ij> s_i s_j - h sum_i s_i, with each bond <ij> counted once.
  For dense couplings it is H(s) = -(1/2) s.J.s - h.s, which is the same thing: the half takes back the double count.
- beta never hides inside an energy or a coupling.
- Shapes and dtypes are written ``(N,) int8``. Energies and magnetisations of a run are per spin.
- Randomness comes in as ``rng``, a `numpy.random.Generator`, always by keyword and never by default.

The library is a house of wings, ordered by what a spin sees: itself, the mean of the others, its neighbours, everybody.
A wing stands on those before it in `WINGS`, and knows nothing of those behind it.
"""

__version__ = "0.3.0"

WINGS = ("core", "neuron", "meanfield", "lattice", "exact", "measure", "dense", "bipartite", "course")
