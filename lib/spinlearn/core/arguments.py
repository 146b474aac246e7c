"""Checks of arguments, shared by the public functions: each names the argument, what came, and what is allowed."""

import math
from numbers import Integral, Real

import numpy as np

# The largest |J| / T that closed formulas take: beyond it a lattice is in its ground states to every digit, and the
# formulas only add rounding.
LARGEST_COUPLING = 100.0
LARGEST_BETA = 1e300  # colder than that is T = 0 to every digit


def number(name: str, value, *, above: float | None = None, at_least: float | None = None) -> float:
    """Return a real number of any type, or an array of no dimension, as a finite float, or raise naming `name`."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not _is_real(value):
        raise TypeError(f"{name} must be a real number, not {type(value).__name__}")
    try:
        result = float(value)
    except OverflowError:
        raise ValueError(f"{name} must fit into a float, below 1.8e308 in size") from None
    if not math.isfinite(result):
        raise ValueError(f"{name} must be finite, got {value}")
    if above is not None and not result > above:
        raise ValueError(f"{name} must be greater than {above:g}, got {value}")
    if at_least is not None and not result >= at_least:
        raise ValueError(f"{name} must be at least {at_least:g}, got {value}")
    return result


def _is_real(value) -> bool:
    """Whether `value` is one real number; a truth value is none."""
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def count(name: str, value, *, at_least: int = 0, at_most: int = 2**63 - 1) -> int:
    """Return `value` as an int from `at_least` to `at_most`, or raise naming the argument `name`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    value = int(value)
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    if value > at_most:
        # Python writes no more than 4300 digits; a number of that kind is not worth them.
        raise ValueError(f"{name} must be at most {at_most}, got {value if value < 10**30 else 'far more'}")
    return value


def room(shape: tuple[int, ...], dtype=np.float64, **asked: int) -> np.ndarray:
    """Return zeros of a shape for the records of a run, or raise naming the argument that `asked` for so many."""
    try:
        return np.zeros(shape, dtype=dtype)
    except (MemoryError, ValueError):
        ((name, value),) = asked.items()
        raise ValueError(f"{name} must be so small that the records fit into memory, got {value}") from None


def flag(name: str, value, *, optional: bool = False) -> bool | None:
    """Return `value` if it is True or False (or None, if it is `optional`), or raise naming the argument `name`."""
    if value is None and optional:
        return None
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be {'None, ' if optional else ''}True or False, not {type(value).__name__}")
    return bool(value)


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


def as_array(name: str, value) -> np.ndarray:
    """Return `value` as an array of whatever it holds, or raise naming the argument `name`."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, but its rows are not of one length") from None


def real_array(name: str, value, shape: tuple[int, ...] | None = None, *, what: str = "") -> np.ndarray:
    """Return `value` as a finite, contiguous float64 array of the given shape, or raise naming the argument."""
    if np.ma.is_masked(value):
        raise TypeError(f"{name} must hold real numbers, but some of them are masked")
    array = as_array(name, value)
    if array.dtype == object and all(_is_real(entry) for entry in array.flat):  # fractions, or integers of any length
        array = np.array([number(name, entry) for entry in array.flat]).reshape(array.shape)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}{what}, got {array.shape}")
    with np.errstate(over="ignore"):  # of a longer float; infinity is refused below
        array = np.ascontiguousarray(array, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return array


def real_values(name: str, value) -> np.ndarray:
    """Return an argument that may be a number or an array as finite float64 of the same shape, or raise naming it."""
    return real_array(name, value).reshape(np.shape(value))


def series(name: str, value, *, at_least: int = 2) -> np.ndarray:
    """Return a one-dimensional series of finite real numbers as float64, or raise naming the argument."""
    array = real_array(name, value)
    if np.ndim(value) != 1 or array.size < at_least:
        raise ValueError(
            f"{name} must be one-dimensional with at least {at_least} records, got shape {np.shape(value)}"
        )
    return array


def temperature(T) -> float:
    """Return one temperature as a finite float above 0, not so small that beta = 1 / T is none, or raise."""
    T = number("T", T, above=0)
    if math.isinf(1 / T):
        raise ValueError(f"T must be so large that 1 / T is finite, got {T}")
    return T


def temperatures(T) -> np.ndarray:
    """Return one or many temperatures as finite float64 of the same shape, all above 0, or raise."""
    array = real_values("T", T)
    if not (array > 0).all():
        raise ValueError(f"T must be greater than 0, got {array.min()}")
    if array.size and array.min() < 1 / np.finfo(float).max:
        raise ValueError(f"T must be so large that 1 / T is finite, got {array.min()}")
    return array


def ladder(T) -> np.ndarray:
    """Check a list of temperatures above 0, each higher than the one before; return it as (R,) float64."""
    array = temperatures(T)
    if array.ndim != 1 or not array.size or not (np.diff(array) > 0).all():
        raise ValueError(f"T must be a list of temperatures, each higher than the one before, got {array.tolist()}")
    return array


def sweep_temperatures(name: str, value) -> np.ndarray:
    """Check the temperatures of a run, one of at least 0 for every sweep, and return them as (sweeps,) float64."""
    array = real_array(name, value)
    if np.ndim(value) != 1:
        raise ValueError(f"{name} must be one-dimensional, one for each sweep, got shape {np.shape(value)}")
    if not (array >= 0).all():
        lowest = int(array.argmin())
        raise ValueError(f"{name} must be at least 0 in every sweep, got {array[lowest]:g} in sweep {lowest}")
    return array


def inverse(T: np.ndarray, J=1.0) -> np.ndarray:
    """Return J / T for J of at least 0, finite also at T = 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.minimum(J / T, LARGEST_BETA)


def reduced_coupling(T, J) -> np.ndarray:
    """Check temperatures and a coupling above 0; return K = J / T of the shape of `T`."""
    return number("J", J, above=0) / temperatures(T)


def fields(value) -> np.ndarray:
    """Check the fields of a run, one for every sweep, and return them as float64."""
    array = real_array("fields", value)
    if np.ndim(value) != 1:
        raise ValueError(f"fields must be one-dimensional, one for each sweep, got shape {np.shape(value)}")
    return array


def fit_together(**arrays) -> None:
    """Raise, naming the arguments, if the shapes of `arrays` do not broadcast."""
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the shapes of {shapes} do not fit together") from None


def spins(value, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return a configuration of -1 and +1 flat, as int8, or raise; of the lattice's `shape` if one is given."""
    array = as_array("spins", value)
    if array.dtype.kind not in "iu":
        raise TypeError(f"spins must be an integer array of -1 and +1, not {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"spins must have the lattice's shape {shape}, got {array.shape}")
    if array.size == 0 or not ((array == 1) | (array == -1)).all():
        found = np.unique(array)[:5].tolist()
        raise ValueError(f"spins must be -1 or +1, and at least one of them; got values {found}")
    return np.ascontiguousarray(array, dtype=np.int8).ravel()
