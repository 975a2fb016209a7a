"""Where a quote is in a document, or that it is not there."""

from claimcheck.grounding.index import GroundingIndex
from claimcheck.grounding.search import GroundingResult

__all__ = ["GroundingIndex", "GroundingResult"]
