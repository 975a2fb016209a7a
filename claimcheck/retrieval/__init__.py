"""Collections of documents in which the passages that bear on a claim are found. Layer 3."""

from claimcheck.retrieval.index import Hit, Index, Listed

__all__ = ["Hit", "Index", "Listed"]
