"""Translate an endpoint's errors into claimcheck's, without the key."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import openai

from claimcheck.errors import (
    AccountError,
    AuthenticationError,
    ContextWindowError,
    EndpointError,
    FilteredError,
    NoAnswerError,
    ProviderError,
    RetryLaterError,
    SetupError,
    UnknownModelError,
    UnreachableError,
)
from claimcheck.llm.completion import NoCompletionError
from claimcheck.llm.connection import (
    explain_connection_error,
    is_certificate_error,
    is_too_large,
    was_connected,
)
from claimcheck.llm.error_body import read_error_body
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.settings import RESPONSES, Settings

_API_KEYS = re.compile(r"\b(?:sk|pk|key|org|proj)-[\w*-]{6,}|\bBearer\s+\S+", re.I)
_MAX_MESSAGE_CHARACTERS = 300
# A wrong URL also causes these.
_PATH_STATUSES = (404, 405, 410)
_MASK = "[key]"
# Shorter pieces of a key also occur by chance, and reveal little.
_MIN_PIECE = 8
# Placeholders for servers without keys, such as "not-needed", are shorter.
_MIN_KEY_IN_ANSWER = 16
_URL_SAFE = str.maketrans("+/", "-_")


def translate_error(error: Exception, settings: Settings) -> ProviderError:
    """Turn an error from openai into a claimcheck error, without the key."""
    endpoint = settings.endpoint()
    refusal = read_refusal(error)
    if refusal:
        return _translate_refusal(refusal, settings)
    attempts = _describe_attempts(settings)
    if isinstance(error, NoCompletionError):
        message = clean_message(str(error), settings.api_key)
        return EndpointError(f"{endpoint}: the answer is not a completion: {message}")
    kind = NoAnswerError if was_connected(error) else UnreachableError
    if isinstance(error, openai.APITimeoutError):
        return kind(
            f"{endpoint}: no answer within {settings.timeout_s:g} s {attempts}; "
            "raise `timeout_s` in claimcheck.toml"
        )
    if isinstance(error, openai.APIConnectionError):
        cause = clean_message(
            explain_connection_error(error, settings), settings.api_key
        )
        if is_certificate_error(error):
            return SetupError(f"{endpoint}: {cause}")
        if is_too_large(error):
            return EndpointError(f"{endpoint}: {cause}")
        return kind(f"{endpoint}: no connection {attempts}: {cause}")
    if isinstance(error, json.JSONDecodeError):
        words = read_error_body(error.doc).message or "empty"
        words = clean_message(words, settings.api_key)
        return EndpointError(
            f"{endpoint}: no JSON in the answer {attempts} ({words}); check that the "
            "URL is an OpenAI-compatible API"
        )
    return EndpointError(f"{endpoint}: {clean_message(str(error), settings.api_key)}")


def _translate_refusal(refusal: Refusal, settings: Settings) -> ProviderError:
    endpoint, status = settings.endpoint(), refusal.status
    # Some endpoints quote the key that they refuse.
    message = clean_message(refusal.details.message, settings.api_key)
    message = message or "without a message"
    if refusal.is_out_of_credit:
        return AccountError(
            f"{endpoint}: the account has no credit left ({message}); top it up, then "
            "run the same command again"
        )
    if refusal.is_over_quota:
        return AccountError(
            f"{endpoint}: the account may send no more ({message}); run the same "
            "command again when its limit is raised or renewed"
        )
    if refusal.is_filtered:
        return FilteredError(f"{endpoint}: a content filter refused it ({message})")
    if refusal.is_unauthenticated or status == 403:
        return _build_authentication_error(status, message, settings)
    if status == 407:
        return SetupError(f"{endpoint}: the proxy requires a password ({message})")
    return _translate_refused_request(refusal, message, settings)


def _translate_refused_request(
    refusal: Refusal, message: str, settings: Settings
) -> ProviderError:
    """Return the error for a refusal that is not about an account or a key."""
    endpoint = settings.endpoint()
    if refusal.is_over_context_window:
        return ContextWindowError(
            f"{endpoint}: the request does not fit the context window of "
            f"{settings.model} ({message}); load the model with a larger one, or use "
            "another model"
        )
    if refusal.status in _PATH_STATUSES or refusal.is_unknown_model:
        advice = "`claimcheck doctor` lists its models"
        if settings.api == RESPONSES:
            advice += "; --api chat asks it for a chat completion"
        return UnknownModelError(
            f"{endpoint}: has no model {settings.model!r}, or the path is wrong "
            f"({message}); "
            f"{advice}"
        )
    if refusal.redirect:
        target = clean_message(refusal.redirect, settings.api_key)
        # Not final: one answer of a hostile endpoint must not end a batch.
        return EndpointError(
            f"{endpoint}: redirects to {target}; if your documents should go there, "
            "name it with --base-url or OPENAI_BASE_URL"
        )
    if refusal.asks_for_too_long:
        return _build_retry_later_error(refusal, message, settings)
    return EndpointError(_describe_refusal(refusal, message, settings))


def _build_authentication_error(
    status: int | None, message: str, settings: Settings
) -> AuthenticationError:
    endpoint = settings.endpoint()
    if status == 403:
        return AuthenticationError(
            f"{endpoint}: refused access ({message}); check what the key in "
            "OPENAI_API_KEY may use, or whether a firewall blocks you"
        )
    if not settings.api_key:
        return AuthenticationError(
            f"{endpoint}: requires a key, and none was sent ({message}); set "
            "OPENAI_API_KEY, and name the endpoint with --base-url or OPENAI_BASE_URL "
            "(claimcheck.toml can't, see `claimcheck doctor`)"
        )
    return AuthenticationError(
        f"{endpoint}: refused the key ({message}); check OPENAI_API_KEY"
    )


def _describe_refusal(refusal: Refusal, message: str, settings: Settings) -> str:
    attempts = f" {_describe_attempts(settings)}" if refusal.is_transient else ""
    if refusal.status is None:
        what = f"an error instead of an answer{attempts}"
    else:
        what = f"HTTP {refusal.status}{attempts}"
    return f"{settings.endpoint()}: {what}: {message}"


def _build_retry_later_error(
    refusal: Refusal, message: str, settings: Settings
) -> RetryLaterError:
    assert refusal.retry_after_s is not None
    # An absurd number must not overflow the date.
    seconds = min(refusal.retry_after_s, 10 * 365 * 86_400.0)
    until = datetime.now().astimezone() + timedelta(seconds=seconds)
    return RetryLaterError(
        f"{settings.endpoint()}: accepts no requests until {until:%Y-%m-%d %H:%M %Z} "
        f"({message}); run the same command again then"
    )


def _describe_attempts(settings: Settings) -> str:
    unit = "attempt" if settings.attempts == 1 else "attempts"
    return f"after {settings.attempts} {unit}"


def clean_message(text: str, key: str | None) -> str:
    """Return a text on one line, shortened, without anything like a key."""
    # Redact before shortening: half of a key would not be recognized.
    text = " ".join(redact_keys(text, key).split())
    if len(text) > _MAX_MESSAGE_CHARACTERS:
        text = text[: _MAX_MESSAGE_CHARACTERS - 1] + "…"
    return text


def redact_keys(text: str, key: str | None) -> str:
    """Remove the key, and anything that looks like one, from the text."""
    if key and key.strip():
        text = _redact_pieces(text, key.strip())
    return _API_KEYS.sub(_MASK, text)


def hide_key(text: str | None, key: str | None) -> str | None:
    """Remove the key from an answer, unless it is as short as a word."""
    key = (key or "").strip()
    if text and len(key) >= _MIN_KEY_IN_ANSWER:
        return text.replace(key, _MASK)
    return text


def _redact_pieces(text: str, key: str) -> str:
    """Remove each piece of the key, even if encoded or with spaces in it."""
    if len(key) < _MIN_PIECE:
        return text.replace(key, _MASK)
    pieces = set()
    for form in _list_forms(key):
        for start in range(len(form) - _MIN_PIECE + 1):
            pieces.add(form[start : start + _MIN_PIECE].lower())
    positions = [n for n, character in enumerate(text) if "!" <= character <= "~"]
    visible = "".join(text[position] for position in positions).lower()
    redacted: list[str] = []
    end = 0  # of the text that is already redacted or copied
    for start, position in enumerate(positions):
        if visible[start : start + _MIN_PIECE] in pieces:
            if position >= end:
                redacted += [text[end:position], _MASK]
            end = positions[start + _MIN_PIECE - 1] + 1
    return "".join(redacted) + text[end:]


def _list_forms(key: str) -> Iterator[str]:
    """Yield the key itself, and its encodings in URLs, JSON, HTML, and base64."""
    yield from (key, quote(key, safe=""), key.encode().hex())
    for form in ("%{:02x}", "\\u{:04x}", "&#{};", "&#x{:x};"):
        yield "".join(form.format(ord(character)) for character in key)
    for shift in range(3):  # base64, whatever precedes the key
        # Only the characters that do not depend on the bytes before and after the key.
        encoded = b64encode(bytes(shift) + key.encode()).decode()
        encoded = encoded[(0, 2, 3)[shift] :].rstrip("=")[:-1]
        yield encoded
        yield encoded.translate(_URL_SAFE)
