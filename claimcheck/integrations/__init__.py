"""Integrations with other tools: a file for each, imported only if used."""
