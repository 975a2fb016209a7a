"""Many documents: a queue that loses nothing. Layer 5."""
