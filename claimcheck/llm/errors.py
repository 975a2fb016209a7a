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

_FORMAT_WORDS = re.compile(r"response_format|json_schema|json_object|structured output|schema|grammar", re.I)
_WINDOW_WORDS = re.compile(
    r"context.?(?:length|window|size)|maximum context|exceed_context|too many tokens", re.I
)
_KEYS = re.compile(r"\b(?:sk|pk|key|org|proj)-[\w*-]{6,}|\bBearer\s+\S+", re.I)
_LONGEST = 300


def refuses_format(error: Exception) -> bool:
    """Whether the endpoint refused the response format, rather than the request."""
    return (
        isinstance(error, openai.APIStatusError)
        and error.status_code in (400, 415, 422, 501)
        and not _WINDOW_WORDS.search(_said(error))
        and bool(_FORMAT_WORDS.search(_said(error)))
    )


def refused_setting(error: Exception) -> str | None:
    """The optional setting that the endpoint refused: some models take no temperature, some no seed."""
    if isinstance(error, openai.BadRequestError):
        return next(
            (name for name in ("temperature", "seed") if error.param == name or f"'{name}'" in _said(error)),
            None,
        )
    return None


def translate(error: Exception, settings: Settings) -> ProviderError:
    """The claimcheck error for what openai raised: what happened, where, what to do; never a key."""
    where = settings.endpoint()
    said = redacted(_said(error), settings.api_key)
    tried = f"after {settings.attempts} attempts" if settings.attempts > 1 else "at the only attempt"
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
        return AuthenticationError(f"{where}: refused the key ({said}); check OPENAI_API_KEY")
    if isinstance(error, openai.NotFoundError):
        return UnknownModelError(
            f"{where}: has no model {settings.model!r}, or no such path ({said}); `claimcheck doctor` lists its models"
        )
    if isinstance(error, openai.APIStatusError):
        if _WINDOW_WORDS.search(said):
            return ContextWindowError(
                f"{where}: the document does not fit the window of {settings.model} ({said}); give a shorter one"
            )
        advice = f", {tried}" if error.status_code == 429 or error.status_code >= 500 else ""
        return EndpointError(f"{where}: HTTP {error.status_code}{advice}: {said}")
    return EndpointError(f"{where}: {said}")


def no_key() -> AuthenticationError:
    """For OpenAI's own endpoint, which takes nobody without a key."""
    return AuthenticationError(
        "api.openai.com: needs a key; set OPENAI_API_KEY, or name another endpoint with --base-url"
    )


def redacted(text: str, key: str | None) -> str:
    """The text without the key, and without anything that looks like one."""
    if key:
        text = text.replace(key, "[key]")
    return _KEYS.sub("[key]", text)


def _said(error: Exception) -> str:
    body = getattr(error, "body", None)
    fields = body.get("error", body) if isinstance(body, dict) else None
    message = fields.get("message") if isinstance(fields, dict) else fields
    text = " ".join(str(message or getattr(error, "message", error)).split())
    kind = fields.get("type") if isinstance(fields, dict) else None
    text = f"{text} [{kind}]" if kind and "context" in str(kind) else text
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
