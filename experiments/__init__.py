"""Model training, tuning and backtests, and the simulated market that has known answers."""
