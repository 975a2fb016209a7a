"""Carrying requests to models. The only importers of openai and tenacity. Layer 3."""

from claimcheck.llm.limiter import Limiter, count_input_tokens
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.progress import ProgressClient
from claimcheck.llm.stored import StoredAnswersClient

__all__ = [
    "Limiter",
    "OpenAIClient",
    "Pricing",
    "ProgressClient",
    "StoredAnswersClient",
    "count_input_tokens",
]
