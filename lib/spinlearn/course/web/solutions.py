"""All solutions of mean field at one point, filled where they lie: a page has no numpy to gather them."""

import math

from ...core.jit import kernel
from ...meanfield import weiss


@kernel
def fill_branches(T, h, found):
    """Fill (3,) with ``meanfield.branches(T, h)``: stable, metastable and unstable; NaN where there is none."""
    sign, strength = -1.0 if h < 0 else 1.0, abs(h)
    three = T < 1.0 and strength < weiss.spinodal_field_at(T, 1.0)
    found[1] = found[2] = math.nan
    for k in range(2 if three else 1):
        found[k] = sign * math.tanh(weiss.outer_root(T, strength, 1.0))
        sign, strength = -sign, -strength
    if three:
        found[2] = 0.0 - sign * math.tanh(weiss.inner_root(T, -strength, 1.0))
