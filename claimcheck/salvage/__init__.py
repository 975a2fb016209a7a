"""Read a model's answer: what follows its schema, and what does not."""

from claimcheck.salvage.fit import ParsedAnswer, RejectedItem
from claimcheck.salvage.parse import parse_answer

__all__ = ["ParsedAnswer", "RejectedItem", "parse_answer"]
