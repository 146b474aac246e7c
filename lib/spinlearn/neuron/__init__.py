"""One neuron: `perceptron` decides and learns, `membrane` fires, `activation` is the gallery of its responses.
And many: `population`."""
