"""Everybody sees everybody, by couplings of any sign: `maxent` is the pairwise law that data ask for.

`polytope` says which data have one, `evidence` what it explains, and `signature` what its heat capacity means.
"""
