"""Which pairs are worth judging, found without comparing all."""
