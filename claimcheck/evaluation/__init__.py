"""How good the answers are, on data that people have labelled. Layer 5."""
