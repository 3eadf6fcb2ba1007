"""What people decide about matches, and what they should look at."""
