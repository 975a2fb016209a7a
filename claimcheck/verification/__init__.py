"""Whether evidence carries a claim, without a model: alignment, rules and fitted weights. English. Layer 4."""
