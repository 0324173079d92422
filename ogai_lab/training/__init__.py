"""Training: what to learn, how it is spread over machines, and the loop that does it."""
