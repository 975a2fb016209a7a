"""Many documents in a store: none is lost, and none is paid for twice."""
