"""claimcheck inside other tools: a small file for each, imported only by its users."""
