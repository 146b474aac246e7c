"""One neuron: `perceptron` decides and learns, `membrane` fires, `activation` is the gallery of its responses.

`unit` says which of them come from a law of states, `admissible` which cannot, and `potts` is the unit behind softmax.
And many: `population`, in `feedback` one that listens to itself, `switches` that are noisy.
"""
