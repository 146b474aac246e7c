"""What any public function is asked: a number for finite numbers, however large or small, and errors that name."""

import itertools
import pickle
import warnings
from fractions import Fraction

import numpy as np
import pytest

POSITIVE = (1e-300, 1e-17, 1e-3, 1.0, 2.5, 1e17, 1e300)
REAL = (*(-x for x in POSITIVE), 0.0, *POSITIVE)
ODD = (
    np.uint8(1),
    np.int8(-1),
    np.float32(1.5),
    np.longdouble(1.5),
    np.array(1.0),
    np.array([1.0]),
    (1.0, 2.0),
    [],
    Fraction(1, 3),
    10**400,
    True,
    None,
    "1",
    1 + 0j,
    np.nan,
    np.inf,
    [[1, 2], [3]],
    {},
    0,
    -1,
    2,
)


def refuses_and_changes_nothing(sampler, error, message, **arguments):
    """Bad arguments of a sampler raise this error before the start is changed or the generator is drawn from."""
    rng = np.random.default_rng(1)
    before = pickle.dumps((arguments["spins"], rng.bit_generator.state))
    with pytest.raises(error, match=message):
        sampler(**{"rng": rng, **arguments})
    assert pickle.dumps((arguments["spins"], rng.bit_generator.state)) == before


def is_good(result, infinite: bool) -> bool:
    """Whether no number is NaN, and none infinite unless the docstring says that it may be."""
    if isinstance(result, tuple):
        return all(is_good(entry, infinite) for entry in result)
    numbers = np.asarray(result, dtype=float)
    return not np.isnan(numbers).any() if infinite else bool(np.isfinite(numbers).all())


def refused(function, names, infinite, **arguments):
    """The message if the arguments were refused, None if they were taken; anything else fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = function(**arguments)
        except (TypeError, ValueError) as error:
            message = str(error)
            assert " must " in message or "do not fit together" in message, f"{arguments}: {message}"
            assert any(name in message.replace("'", " ").split() for name in names), f"{arguments}: {message}"
            return message
    assert is_good(result, infinite), f"{arguments}: {result}"
    return None


def at_all_extremes(function, infinite=False, **values) -> int:
    """Call it with every combination; return how many were taken."""
    combinations = [dict(zip(values, choice, strict=True)) for choice in itertools.product(*values.values())]
    return sum(refused(function, values, infinite, **arguments) is None for arguments in combinations)


def with_odd_types(function, *names, infinite=False) -> list:
    """Give each argument in turn what it may not have expected; return what was refused, and for which name."""
    return [
        (name, odd) for name in names for odd in ODD if refused(function, {name, "h", "T"}, infinite, **{name: odd})
    ]
