"""One neuron: `perceptron` decides and learns, `membrane` fires, `activation` is the gallery of its responses.
`integrate` integrates and fires, with noise or without, `onset` says how its rate sets in. And many: `population`."""
