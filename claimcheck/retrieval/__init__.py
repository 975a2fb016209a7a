"""Collections of documents in which the passages that bear on a claim are found. Layer 3."""

from claimcheck.retrieval.index import Index, IndexEntry, SearchHit

__all__ = ["Index", "IndexEntry", "SearchHit"]
