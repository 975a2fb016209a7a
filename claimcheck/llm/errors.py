"""Translate an endpoint's errors into claimcheck's, without the key.

Endpoints agree on HTTP status codes but not on error codes. What was refused has to be
read from the message.
"""

from __future__ import annotations

import json
import re

import openai

from claimcheck.errors import (
    AuthenticationError,
    ContextWindowError,
    EndpointError,
    ProviderError,
    UnknownModelError,
    UnreachableError,
)
from claimcheck.llm.completion import NoCompletionError
from claimcheck.settings import Settings

_FORMAT_WORDS = re.compile(
    r"response_format|json_schema|json_object|structured output|schema|grammar", re.I
)
_CONTEXT_WINDOW_WORDS = re.compile(
    r"context.?(?:length|window|size)|maximum context|exceed_context|too many tokens",
    re.I,
)
_API_KEYS = re.compile(r"\b(?:sk|pk|key|org|proj)-[\w*-]{6,}|\bBearer\s+\S+", re.I)
_FORMAT_REFUSAL_STATUSES = (400, 415, 422, 501)
_OPTIONAL_SETTINGS = ("temperature", "seed")
# Some proxies send a whole HTML page.
_MAX_MESSAGE_CHARACTERS = 300


def is_format_refusal(error: Exception) -> bool:
    """Tell whether the endpoint refused just the response format."""
    if not isinstance(error, openai.APIStatusError):
        return False
    if error.status_code not in _FORMAT_REFUSAL_STATUSES:
        return False
    message = _extract_message(error)
    # An error about the context window may mention the schema, too.
    if _CONTEXT_WINDOW_WORDS.search(message):
        return False
    return bool(_FORMAT_WORDS.search(message))


def find_refused_setting(error: Exception) -> str | None:
    """Return the optional setting that the endpoint refused, if any."""
    if not isinstance(error, openai.BadRequestError):
        return None
    message = _extract_message(error)
    for name in _OPTIONAL_SETTINGS:
        if error.param == name or f"'{name}'" in message:
            return name
    return None


def translate_error(error: Exception, settings: Settings) -> ProviderError:
    """Turn an error from openai into a claimcheck error, without the key."""
    endpoint = settings.endpoint()
    # Some endpoints quote the key that they refuse.
    message = redact_keys(_extract_message(error), settings.api_key)
    if isinstance(error, openai.APIStatusError):
        return _translate_status(error, message, settings)
    if isinstance(error, NoCompletionError):
        return EndpointError(f"{endpoint}: the answer is not a completion: {message}")
    attempts = _describe_attempts(settings)
    if isinstance(error, openai.APITimeoutError):
        return UnreachableError(
            f"{endpoint}: no answer within {settings.timeout_s:g} s {attempts}; "
            "raise `timeout_s` in claimcheck.toml"
        )
    if isinstance(error, openai.APIConnectionError):
        return UnreachableError(
            f"{endpoint}: no connection {attempts}; check that the server is running "
            "and that the URL is right"
        )
    if isinstance(error, json.JSONDecodeError):
        return EndpointError(
            f"{endpoint}: no JSON in the answer {attempts}; check that the URL is an "
            "OpenAI-compatible API"
        )
    return EndpointError(f"{endpoint}: {message}")


def _translate_status(
    error: openai.APIStatusError, message: str, settings: Settings
) -> ProviderError:
    endpoint = settings.endpoint()
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        if not settings.api_key:
            return AuthenticationError(
                f"{endpoint}: requires a key, and none was sent ({message}); set "
                "OPENAI_API_KEY, and name the endpoint with --base-url or "
                "OPENAI_BASE_URL (claimcheck.toml can't, see `claimcheck doctor`)"
            )
        return AuthenticationError(
            f"{endpoint}: refused the key ({message}); check OPENAI_API_KEY"
        )
    if isinstance(error, openai.NotFoundError):
        return UnknownModelError(
            f"{endpoint}: has no model {settings.model!r} or no such path ({message}); "
            "`claimcheck doctor` lists its models"
        )
    if _CONTEXT_WINDOW_WORDS.search(message):
        return ContextWindowError(
            f"{endpoint}: the document does not fit the context window of "
            f"{settings.model} ({message}); use a shorter document"
        )
    status = f"HTTP {error.status_code}"
    if error.status_code == 429 or error.status_code >= 500:
        status = f"{status} {_describe_attempts(settings)}"
    return EndpointError(f"{endpoint}: {status}: {message}")


def _describe_attempts(settings: Settings) -> str:
    unit = "attempt" if settings.attempts == 1 else "attempts"
    return f"after {settings.attempts} {unit}"


def build_missing_key_error() -> AuthenticationError:
    """Build the error for OpenAI's own endpoint, which requires a key."""
    return AuthenticationError(
        "api.openai.com: no API key; set OPENAI_API_KEY, or name another endpoint with "
        "--base-url"
    )


def redact_keys(text: str, key: str | None) -> str:
    """Remove the key, and anything that looks like one, from the text."""
    if key:
        text = text.replace(key, "[key]")
    return _API_KEYS.sub("[key]", text)


def _extract_message(error: Exception) -> str:
    """Return the endpoint's message on one line, or else the SDK's."""
    body = getattr(error, "body", None)
    # Endpoints send {"error": {"message": ...}}, {"error": "..."}, or {"message": ...}.
    details = body.get("error", body) if isinstance(body, dict) else None
    message, kind = details, None
    if isinstance(details, dict):
        message, kind = details.get("message"), details.get("type")
    text = " ".join(str(message or getattr(error, "message", error)).split())
    if kind and "context" in str(kind):  # as llama.cpp has it
        text = f"{text} [{kind}]"
    if len(text) > _MAX_MESSAGE_CHARACTERS:
        text = text[: _MAX_MESSAGE_CHARACTERS - 1] + "…"
    return text
