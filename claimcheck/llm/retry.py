"""When a request is sent again, and how long to wait before.

The rules follow those of the OpenAI SDK, whose own retries are off so that the two
don't multiply: 408, 409, 429, 5xx, lost connections, and a 200 whose body is not JSON
are retried. `x-should-retry` overrules the status; `retry-after-ms` and `retry-after`
(RFC 9110, 10.2.3) overrule the backoff.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import openai
import tenacity

# The one ceiling for what an endpoint asks us to wait, here and in the limiter. Without
# it, an endpoint that asks for an hour would stop a batch for an hour without a word.
# Chosen by hand; the SDK waits for up to two minutes.
MAX_RETRY_AFTER_S = 60.0
# Half a second first, doubled each time. The jitter spreads out requests that failed
# together. Chosen by hand, close to the SDK.
_BACKOFF = tenacity.wait_exponential(multiplier=0.5, max=8.0)
_JITTER = tenacity.wait_random(0, 0.25)


class wait_retry_after(tenacity.wait.wait_base):  # noqa: N801 - tenacity names them so
    """Wait as long as the endpoint asks, or else as `fallback` says."""

    def __init__(self, fallback: tenacity.wait.wait_base) -> None:
        self._fallback = fallback

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        """Return the seconds until the next attempt."""
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, openai.APIStatusError):
            retry_after = parse_retry_after_s(error.response.headers)
            if retry_after is not None:
                return retry_after
        return self._fallback(retry_state)


def build_retrying(attempts: int) -> tenacity.Retrying:
    """Return a callable that calls a function up to `attempts` times."""
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=wait_retry_after(fallback=_BACKOFF + _JITTER),
        retry=tenacity.retry_if_exception(is_transient),
        reraise=True,
    )


def build_async_retrying(attempts: int) -> tenacity.AsyncRetrying:
    """Return what `build_retrying` returns, for a coroutine function."""
    return tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=wait_retry_after(fallback=_BACKOFF + _JITTER),
        retry=tenacity.retry_if_exception(is_transient),
        reraise=True,
    )


def count_attempts(retrying: tenacity.BaseRetrying) -> int:
    """Return how often the last function was called."""
    return int(retrying.statistics["attempt_number"])


def is_transient(error: BaseException) -> bool:
    """Tell whether the same request may succeed when it is sent again."""
    if isinstance(error, json.JSONDecodeError | openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError):
        return False
    should_retry = error.response.headers.get("x-should-retry")
    if should_retry in ("true", "false"):
        return should_retry == "true"
    # A 429 that waiting does not help: the account has no credit.
    if error.code == "insufficient_quota":
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def parse_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the endpoint asks to wait, or None.

    They are from 0 to `MAX_RETRY_AFTER_S`.
    """
    seconds = _parse_number(headers.get("retry-after-ms", ""))
    if seconds is not None:
        seconds /= 1000
    else:
        seconds = _parse_seconds_or_date(headers.get("retry-after", ""))
    if seconds is None:
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER_S)


def _parse_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _parse_seconds_or_date(text: str) -> float | None:
    """Read `Retry-After`: a number of seconds, or an HTTP date."""
    seconds = _parse_number(text)
    if seconds is not None:
        return seconds
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return None
