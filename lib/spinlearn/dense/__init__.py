"""Everybody sees everybody, by couplings of any sign: `maxent` is the pairwise law that data ask for.

`polytope` says which data have one, `evidence` what it explains, and `signature` what its heat capacity means.

A Hopfield network's capacity is `capacity`, replica symmetric, `one_step` beyond; `mixtures` are its spurious memories,
and `recall` is to the last bit, at finite size.

Spin glasses: `glass` draws and samples Sherrington and Kirkpatrick's, `rkky` draws that of an alloy, `branch` finds
their ground states.
"""
