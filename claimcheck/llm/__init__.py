"""Requests to models. The only importer of openai and tenacity.

Import from the modules: this file stays empty, because `openai` takes half a second to
import, and stores and caches need only the light ones.
"""
