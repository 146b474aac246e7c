"""Spins on a lattice. `geometry` is where they sit; `blocks` steps back.

`ising`, `multispin`, `cluster`, `tempering` and `drive` move them. `cooled` changes the temperature on the way, `ramp`
slowly; `frozen` quenches to zero, `hulls` looks at the walls that are left, and `firing` counts spikes.

Spin glasses: `glass` draws their bonds and knows the Nishimori line, `samples` and `signs` run many at once, `ageing`
and `overlaps` measure, `ground` finds ground states.
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
