"""Work that runs by itself: what a job is, when it is due, and the workers that do it."""
