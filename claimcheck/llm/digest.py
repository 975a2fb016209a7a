"""What identifies a request, and which answers are worth keeping."""

from __future__ import annotations

import hashlib
import json

from claimcheck import schemas
from claimcheck.models.llm import ModelRequest, ModelResponse
from claimcheck.settings import Settings


def compute_request_digest(request: ModelRequest, settings: Settings) -> str:
    """Hash all that decides what a model answers: sha256, in hex.

    That is the endpoint, the model, the messages, the schema, and the settings. The
    key is not: two people who ask the same endpoint get the same answer.
    """
    temperature = (
        settings.temperature if request.temperature is None else request.temperature
    )
    asked = {
        "endpoint": settings.endpoint(),
        "model": settings.model,
        "messages": [[message.role, message.content] for message in request.messages],
        "schema": request.schema,
        "temperature": temperature,
        "seed": settings.seed if request.seed is None else request.seed,
        "max_output_tokens": settings.max_output_tokens,
    }
    canonical = json.dumps(
        asked, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def is_usable(schema_name: str, response: ModelResponse) -> bool:
    """Whether an answer is complete and follows its schema."""
    is_complete = response.finish_reason in (None, "stop") and not response.refusal
    return is_complete and not schemas.parse_answer(schema_name, response.text or "")[1]
