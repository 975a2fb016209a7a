"""Reading documents from where people have them. Layer 3."""

from claimcheck.readers.file import read

__all__ = ["read"]
