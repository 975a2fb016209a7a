"""Translate an endpoint's errors into claimcheck's, without the key."""

from __future__ import annotations

import json

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
from claimcheck.llm.error_body import clean_message, read_error_body
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.llm.retry_after import compute_retry_time
from claimcheck.llm.stream import BrokenStreamError
from claimcheck.settings import Settings
from claimcheck.settings.run import RESPONSES

# A wrong URL also causes these.
_PATH_STATUSES = (404, 405, 410)


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
        if isinstance(error, BrokenStreamError):
            return EndpointError(
                f"{endpoint}: the stream broke off {attempts} ({words})"
            )
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
            "(claimcheck.toml can't, see `claimcheck doctor`); in Python, "
            "Settings(api_key=..., base_url=...)"
        )
    return AuthenticationError(
        f"{endpoint}: refused the key ({message}); check OPENAI_API_KEY "
        "(in Python: Settings(api_key=...))"
    )


def _describe_refusal(refusal: Refusal, message: str, settings: Settings) -> str:
    attempts = f" {_describe_attempts(settings)}" if refusal.is_transient else ""
    if refusal.status is None:
        outcome = f"an error instead of an answer{attempts}"
    else:
        outcome = f"HTTP {refusal.status}{attempts}"
    return f"{settings.endpoint()}: {outcome}: {message}"


def _build_retry_later_error(
    refusal: Refusal, message: str, settings: Settings
) -> RetryLaterError:
    assert refusal.retry_after_s is not None
    until = compute_retry_time(refusal.retry_after_s)
    return RetryLaterError(
        f"{settings.endpoint()}: accepts no requests until {until:%Y-%m-%d %H:%M %Z} "
        f"({message}); run the same command again then",
        retry_at=until,
    )


def _describe_attempts(settings: Settings) -> str:
    unit = "attempt" if settings.attempts == 1 else "attempts"
    return f"after {settings.attempts} {unit}"
