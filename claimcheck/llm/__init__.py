"""Carrying requests to models. The only importers of openai and tenacity. Layer 3."""

from claimcheck.llm.cached import CachedClient
from claimcheck.llm.limiter import Gate, input_tokens
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.progress import WatchedClient

__all__ = ["CachedClient", "Gate", "OpenAIClient", "Pricing", "WatchedClient", "input_tokens"]
