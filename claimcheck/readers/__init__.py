"""Reading documents from where people have them. Layer 3."""

from claimcheck.readers.file import fetch, read

__all__ = ["fetch", "read"]
