"""SQLite files: the cache of answers, and the store of a batch. Layer 3."""
