"""The embedded engine: selects and ranks the source's own sentences. No model, no network. Layer 4."""

from claimcheck.extractive.engine import summarize_extractively

__all__ = ["summarize_extractively"]
