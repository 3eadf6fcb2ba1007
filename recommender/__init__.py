"""What to recommend: interactions, candidate models, their evaluation over time, and the answers of a release."""
