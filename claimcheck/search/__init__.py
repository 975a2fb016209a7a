"""Search for evidence: providers, and the pages that they find."""
