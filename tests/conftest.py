"""What all tests share: one fixed seed a test, so that a run repeats and a failure can be looked into."""

import zlib

import numpy as np
import pytest


@pytest.fixture
def rng(request) -> np.random.Generator:
    """A generator whose seed is the test's own name with its parameters: fixed, and different in every test."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))
