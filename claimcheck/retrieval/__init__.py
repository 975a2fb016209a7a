"""Collections of documents that are searched for evidence."""

from claimcheck.retrieval.index import Index, IndexEntry, SearchHit

__all__ = ["Index", "IndexEntry", "SearchHit"]
