"""What simulations are held against: small systems by `enumeration`, `chain`, `plane`, `strip`, `torus`, `quantum`.

`quench` has the area below the plane's magnetisation.
"""

from .chain import Chain, ChainCorrelations, chain, chain_correlation_length, chain_correlations, transfer_matrix
from .enumeration import Averages, DensityOfStates, averages, density_of_states, energies, probabilities, states
from .plane import (
    critical_temperature,
    onsager_energy,
    onsager_free_energy,
    onsager_specific_heat,
    plane_correlation_length,
    yang_magnetisation,
)
from .quench import plane_area, plane_count
from .torus import Torus, kaufman, torus_magnetisation

__all__ = [
    "Averages",
    "Chain",
    "ChainCorrelations",
    "DensityOfStates",
    "Torus",
    "averages",
    "chain",
    "chain_correlation_length",
    "chain_correlations",
    "critical_temperature",
    "density_of_states",
    "energies",
    "kaufman",
    "onsager_energy",
    "onsager_free_energy",
    "onsager_specific_heat",
    "plane_area",
    "plane_correlation_length",
    "plane_count",
    "probabilities",
    "states",
    "torus_magnetisation",
    "transfer_matrix",
    "yang_magnetisation",
]
