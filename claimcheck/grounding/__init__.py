"""Where a quote stands in a document, or that it does not stand there. Layer 2."""

from claimcheck.grounding.index import GroundingIndex
from claimcheck.grounding.match import GroundingResult

__all__ = ["GroundingIndex", "GroundingResult"]
