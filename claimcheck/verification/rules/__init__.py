"""What evidence says otherwise than a claim, found without a model: one kind of difference a file."""

from claimcheck.verification.rules.pair import Pair, contradictions, missing

__all__ = ["Pair", "contradictions", "missing"]
