"""Which competitor's offer is which product of ours."""
