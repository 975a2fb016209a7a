"""Read the valid parts of a model's answer, and report the rest."""

from claimcheck.salvage.fit import ParsedAnswer, RejectedItem
from claimcheck.salvage.parse import parse_answer

__all__ = ["ParsedAnswer", "RejectedItem", "parse_answer"]
