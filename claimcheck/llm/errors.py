"""What an endpoint's error means for the user: which claimcheck error, in which words, without the key."""

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
_MAX_MESSAGE_CHARACTERS = 300


def is_format_refusal(error: Exception) -> bool:
    """Tell whether the endpoint refused the response format, not the request."""
    return (
        isinstance(error, openai.APIStatusError)
        and error.status_code in (400, 415, 422, 501)
        and not _CONTEXT_WINDOW_WORDS.search(_extract_message(error))
        and bool(_FORMAT_WORDS.search(_extract_message(error)))
    )


def find_refused_setting(error: Exception) -> str | None:
    """Return the optional setting that the endpoint refused, if any."""
    if isinstance(error, openai.BadRequestError):
        return next(
            (
                name
                for name in ("temperature", "seed")
                if error.param == name or f"'{name}'" in _extract_message(error)
            ),
            None,
        )
    return None


def translate_error(error: Exception, settings: Settings) -> ProviderError:
    """Turn an error from openai into a claimcheck error, without the key."""
    where = settings.endpoint()
    said = redact_keys(_extract_message(error), settings.api_key)
    tried = (
        f"after {settings.attempts} attempts"
        if settings.attempts > 1
        else "at the only attempt"
    )
    if isinstance(error, openai.APITimeoutError):
        return UnreachableError(
            f"{where}: no answer within {settings.timeout_s:g} s, {tried}; raise `timeout_s` in claimcheck.toml"
        )
    if isinstance(error, openai.APIConnectionError):
        return UnreachableError(
            f"{where}: no connection, {tried}; is the server running, and is the URL right?"
        )
    if isinstance(error, json.JSONDecodeError):
        return EndpointError(
            f"{where}: answered with something that is not JSON, {tried}; is the URL an OpenAI-compatible API?"
        )
    if isinstance(error, NoCompletionError):
        return EndpointError(f"{where}: answered with no chat completion: {said}")
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return AuthenticationError(
            f"{where}: refused the key ({said}); check OPENAI_API_KEY"
        )
    if isinstance(error, openai.NotFoundError):
        return UnknownModelError(
            f"{where}: has no model {settings.model!r}, or no such path ({said}); `claimcheck doctor` lists its models"
        )
    if isinstance(error, openai.APIStatusError):
        if _CONTEXT_WINDOW_WORDS.search(said):
            return ContextWindowError(
                f"{where}: the document does not fit the window of {settings.model} ({said}); give a shorter one"
            )
        advice = (
            f", {tried}" if error.status_code == 429 or error.status_code >= 500 else ""
        )
        return EndpointError(f"{where}: HTTP {error.status_code}{advice}: {said}")
    return EndpointError(f"{where}: {said}")


def build_missing_key_error() -> AuthenticationError:
    """Build the error for OpenAI's own endpoint, which requires a key."""
    return AuthenticationError(
        "api.openai.com: needs a key; set OPENAI_API_KEY, or name another endpoint with --base-url"
    )


def redact_keys(text: str, key: str | None) -> str:
    """Remove the key, and anything that looks like one, from the text."""
    if key:
        text = text.replace(key, "[key]")
    return _API_KEYS.sub("[key]", text)


def _extract_message(error: Exception) -> str:
    body = getattr(error, "body", None)
    fields = body.get("error", body) if isinstance(body, dict) else None
    message = fields.get("message") if isinstance(fields, dict) else fields
    text = " ".join(str(message or getattr(error, "message", error)).split())
    kind = fields.get("type") if isinstance(fields, dict) else None
    text = f"{text} [{kind}]" if kind and "context" in str(kind) else text
    return (
        text
        if len(text) <= _MAX_MESSAGE_CHARACTERS
        else text[: _MAX_MESSAGE_CHARACTERS - 1] + "…"
    )
