"""The engine without a model: it selects the source's own sentences."""

from claimcheck.extractive.engine import summarize_extractively

__all__ = ["summarize_extractively"]
