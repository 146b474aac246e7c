"""The library's kernels as C functions, a file for each WebAssembly module.

A module exports all that its file defines, and what the file takes from `spinlearn.course.web.shared`.

Importing such a file compiles it for the processor that numba is told of, so only `spinlearn.course.web.compile` does.
Every pointer is to memory of the caller's, laid out as the docstring says, in C order.
"""
