"""Runs as people read them: text for a terminal, Markdown for everything else. Layer 5."""
