"""Carrying requests to models. The only importers of openai and tenacity. Layer 3."""

from claimcheck.clients.openai_client import OpenAIClient

__all__ = ["OpenAIClient"]
