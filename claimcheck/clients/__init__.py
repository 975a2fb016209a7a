"""Carrying requests to models. The only importers of openai and tenacity. Layer 3."""

from claimcheck.clients.cached import CachedClient
from claimcheck.clients.gate import Gate, input_tokens
from claimcheck.clients.openai_client import OpenAIClient
from claimcheck.clients.pricing import Pricing
from claimcheck.clients.watched import WatchedClient

__all__ = ["CachedClient", "Gate", "OpenAIClient", "Pricing", "WatchedClient", "input_tokens"]
