"""Spins on a lattice: `geometry`; `ising`, `multispin`, `cluster`, `drive` move them; `blocks` steps back."""

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
