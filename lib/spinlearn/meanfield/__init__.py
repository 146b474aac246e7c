"""Every spin in the mean of the others: `weiss`, `gaussian`; corrections `bethe`, `networks`; finite `curie_weiss`.

Deep random networks: their Gaussian `moments`, their maps and edge of chaos in `depth`, real ones in `finite_width`.
"""

from .bethe import (
    Bethe,
    bethe,
    bethe_critical_temperature,
    bethe_magnetisation,
    tap_critical_temperature,
    tap_magnetisation,
)
from .curie_weiss import (
    CurieWeiss,
    Evolution,
    Steps,
    curie_weiss,
    evolve,
    flow,
    kramers_time,
    passage_time,
    steps,
    walk,
)
from .gaussian import gaussian_magnetisation, gaussian_response
from .networks import naive, tap
from .weiss import (
    Branches,
    branches,
    energy,
    entropy,
    free_energy,
    landau,
    magnetisation,
    relaxation_step,
    response,
    spinodal_field,
    spinodal_magnetisation,
    susceptibility,
)

__all__ = [
    "Bethe",
    "Branches",
    "CurieWeiss",
    "Evolution",
    "Steps",
    "bethe",
    "bethe_critical_temperature",
    "bethe_magnetisation",
    "branches",
    "curie_weiss",
    "energy",
    "entropy",
    "evolve",
    "flow",
    "free_energy",
    "gaussian_magnetisation",
    "gaussian_response",
    "kramers_time",
    "landau",
    "magnetisation",
    "naive",
    "passage_time",
    "relaxation_step",
    "response",
    "spinodal_field",
    "spinodal_magnetisation",
    "steps",
    "susceptibility",
    "tap",
    "tap_critical_temperature",
    "tap_magnetisation",
    "walk",
]
