"""Everybody sees everybody, by couplings of any sign: `maxent` is the pairwise law that data ask for.

`polytope` says which data have one, `evidence` what it explains, and `signature` what its heat capacity means.

`network` has any couplings: energy, fields, dynamics at T = 0 and above. Hopfield's rules, and others, are in
`hopfield`, and as kernels in `rules`; `retrieval` runs Hebb's without forming them, `attractors` has basins and
spurious states, `cycles` follows small networks that move all at once. `hopfield1982` and `overload` are the
experiments of that paper, and `paper1982` its numbers beside ours.

A Hopfield network's capacity is `capacity`, replica symmetric, `one_step` beyond; `mixtures` are its spurious memories,
and `recall` is to the last bit, at finite size. `saturation` measures what networks of finite size keep.

Dense associative memories are `memories`, with powers and an exponential in the energy; what the patterns do to each
other is `crosstalk`, and `kept` counts which are kept. With continuous states they are `attention`. `lagrangians` has
their activations as gradients, and energies as Legendre transforms.

What any weights could hold is `gardner`, with signs that are given `dale`, and `teaching` has rules that find them.
`diluted` is Hebb's rule on few synapses. Rates that are not all equal are in `graded`; `threshold_linear` compares
Hebb's rule with the best weights for them, and `stability` asks which stored rates are stable.

Spin glasses: `glass` draws and samples Sherrington and Kirkpatrick's, `rkky` draws that of an alloy, `branch` finds
their ground states.

A Boltzmann machine is `boltzmann`: it learns by `learning`, and `tasks` are what it needs hidden units for. `anneal`
looks for ground states, of `instances` for example; `valleys` knows how deep they are, and `success` counts. `work`
keeps account of an annealing's work and heat, `persistent` of the chains of a machine that learns. All sample by
`heatbath`.
"""
