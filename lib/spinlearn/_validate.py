"""Checks of arguments, shared by the public functions: each names the argument, what came, and what is allowed."""

import math
from numbers import Integral, Real

import numpy as np


def number(name: str, value, *, above: float | None = None, at_least: float | None = None) -> float:
    """Return `value` as a finite float, or raise naming the argument `name`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a real number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    if above is not None and not value > above:
        raise ValueError(f"{name} must be greater than {above:g}, got {value}")
    if at_least is not None and not value >= at_least:
        raise ValueError(f"{name} must be at least {at_least:g}, got {value}")
    return float(value)


def count(name: str, value, *, at_least: int = 0) -> int:
    """Return `value` as an int not below `at_least`, or raise naming the argument `name`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return int(value)


def choice(name: str, value, allowed) -> str:
    """Return `value` if it is one of `allowed`, or raise naming the argument `name`."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def generator(rng) -> np.random.Generator:
    """Return `rng` if it is a numpy Generator, or say how to make one."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator such as numpy.random.default_rng(1), not {type(rng).__name__}"
        )
    return rng


def real_array(name: str, value, shape: tuple[int, ...] | None = None, *, what: str = "") -> np.ndarray:
    """Return `value` as a finite, contiguous float64 array of the given shape, or raise naming the argument."""
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}{what}, got {array.shape}")
    array = np.ascontiguousarray(array, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return array
