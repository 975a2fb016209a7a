"""Read documents from files, standard input, and the web."""

from claimcheck.readers.file import fetch, read

__all__ = ["fetch", "read"]
