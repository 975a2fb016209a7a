"""Locate quotes in a document, or explain why they are not there."""

from claimcheck.grounding.index import GroundingIndex
from claimcheck.grounding.search import GroundingResult

__all__ = ["GroundingIndex", "GroundingResult"]
