"""Integrations with other tools, one per file, imported only if used."""
