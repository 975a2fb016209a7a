"""Requests to models. The only importer of openai and tenacity.

Import from the modules: this file stays empty, because importing `openai` takes half a
second, and stores and caches need only the modules that do without it.
"""
