"""Spins on a lattice. `geometry` is where they sit; `blocks` steps back.

`ising`, `multispin`, `cluster`, `tempering` and `drive` move them; `cooled` and `frozen` quench them, `hulls` looks at
what is left, `firing` counts the spikes.
"""

from .geometry import (
    Lattice,
    all_up,
    bond_couplings,
    bonds,
    chain,
    cubic,
    from_couplings,
    hypercubic,
    random_spins,
    square,
    triangular,
)

__all__ = [
    "Lattice",
    "all_up",
    "bond_couplings",
    "bonds",
    "chain",
    "cubic",
    "from_couplings",
    "hypercubic",
    "random_spins",
    "square",
    "triangular",
]
