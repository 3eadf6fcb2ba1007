"""The model: what it looks at, its training, its probabilities, and the one that ships."""
