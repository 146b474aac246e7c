"""From a run to a number with its error: `equilibration` says from where on it counts, `observables` average it,
`correlations` look at its spins, `histograms` carry it to other temperatures, `scaling` to other sizes, `sizes` to the
limit of all, `minimax` fits, `copies` with it, `growth` follows what grows in time. Criticality elsewhere:
`avalanches`, the `absorbing` transition of deep networks, and `exponents` of a response. And from rates and images to
numbers: `sparseness`, `decorrelation`. Real spikes: `receptor` reads them, `spike_response` fits the rate of a neuron
and lets functions compete.
"""
