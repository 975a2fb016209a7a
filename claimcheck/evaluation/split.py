"""Splits evaluation data into an open part and a sealed part."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256


class Part(StrEnum):
    """Rows that people may view (open), may only score (sealed), or both."""

    OPEN = "open"
    SEALED = "sealed"
    ALL = "all"

    def includes(self, document_id: str) -> bool:
        """Return whether rows of this document are in the part."""
        return self is Part.ALL or (self is Part.SEALED) == is_sealed(document_id)


def is_sealed(document_id: str) -> bool:
    """Return whether rows of this document may be scored but not looked at.

    About half of the documents are sealed. The rule needs no list, so training,
    fitting, and evaluation agree on it even for data that is added later.
    """
    return int(sha256(document_id.encode()).hexdigest(), 16) % 2 == 1
