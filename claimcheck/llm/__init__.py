"""Send requests to models. Only this package imports openai and tenacity."""

from claimcheck.llm.budget import Budget, count_input_tokens
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.progress import ProgressClient
from claimcheck.llm.stored import StoredAnswersClient

__all__ = [
    "Budget",
    "Limiter",
    "OpenAIClient",
    "Pricing",
    "ProgressClient",
    "StoredAnswersClient",
    "count_input_tokens",
]
