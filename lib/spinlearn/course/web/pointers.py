"""What the C functions for the web are made with: a decorator, numbers, and pointers to memory of the caller's."""

from numba import cfunc, types

number, count = types.float64, types.int32
int8s, int32s, int64s, float64s, words = (
    types.CPointer(kind) for kind in (types.int8, types.int32, types.int64, types.float64, types.uint64)
)


def export(result, *arguments):
    """Return a decorator that compiles a function of these C types."""
    return cfunc(result(*arguments), error_model="numpy")
