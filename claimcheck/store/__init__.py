"""SQLite files: the answer cache and the run store."""
