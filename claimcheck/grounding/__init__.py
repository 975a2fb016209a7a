"""Locate quotes in a document, or explain why they are not there."""

from claimcheck.grounding.locate import GroundingIndex
from claimcheck.grounding.text_search import GroundingResult

__all__ = ["GroundingIndex", "GroundingResult"]
