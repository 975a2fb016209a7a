"""Decide when to send a request again, and how long to wait first.

The rules follow those of the OpenAI SDK, whose own retries are off so that the two
don't multiply: 408, 409, 429, 5xx, lost connections, and a 200 whose body is not JSON
are retried. So is a 200 that contains an error or is empty. `x-should-retry` overrides
the status; `retry-after-ms` and `retry-after` override the backoff.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import openai
import tenacity

from claimcheck.llm.completion import Completion, is_empty
from claimcheck.llm.connection import is_certificate_error, is_too_large
from claimcheck.llm.refusal import read_refusal
from claimcheck.llm.retry_after import MAX_RETRY_AFTER_S

# Half a second at first, doubled each time. The jitter spreads out requests that failed
# together. Chosen by hand, close to the SDK.
_BACKOFF = tenacity.wait_exponential(multiplier=0.5, max=8.0)
_JITTER = tenacity.wait_random(0, 0.25)
RetryTest = Callable[[BaseException], bool]
PauseCallback = Callable[[float], None]
WaitFunction = Callable[[tenacity.RetryCallState], float]


def ignore_pause(seconds: float) -> None:
    """Do nothing."""


def wait_retry_after(fallback: tenacity.wait.wait_base) -> WaitFunction:
    """Return a wait that is as long as the endpoint asks, or a fallback."""

    def wait(state: tenacity.RetryCallState) -> float:
        seconds = _find_retry_after_s(state)
        return fallback(state) if seconds is None else min(seconds, MAX_RETRY_AFTER_S)

    return wait


def _find_retry_after_s(state: tenacity.RetryCallState) -> float | None:
    """Return the seconds that the endpoint asked to wait, or None."""
    assert state.outcome is not None
    refusal = read_refusal(state.outcome.exception())
    return refusal.retry_after_s if refusal else None


def is_transient(error: BaseException) -> bool:
    """Return whether the same request may succeed if it is sent again."""
    if isinstance(error, openai.APIConnectionError):
        return not (is_certificate_error(error) or is_too_large(error))
    if isinstance(error, json.JSONDecodeError):
        return True
    refusal = read_refusal(error)
    return refusal is not None and refusal.is_transient


def build_retrying(
    attempts: int,
    should_retry: RetryTest = is_transient,
    on_pause: PauseCallback = ignore_pause,
) -> tenacity.Retrying:
    """Return a callable that calls a function up to `attempts` times.

    Before it waits because the endpoint asked to, it calls `on_pause` with the seconds.
    """

    def report(state: tenacity.RetryCallState) -> None:
        if _find_retry_after_s(state) and state.next_action:
            on_pause(state.next_action.sleep)

    options = _build_options(attempts, should_retry)
    return tenacity.Retrying(**options, before_sleep=report)


def build_async_retrying(
    attempts: int, should_retry: RetryTest = is_transient
) -> tenacity.AsyncRetrying:
    """Do the same as `build_retrying` for a coroutine function."""
    return tenacity.AsyncRetrying(**_build_options(attempts, should_retry))


def count_attempts(retrying: tenacity.BaseRetrying) -> int:
    """Return how often the last function was called."""
    return int(retrying.statistics["attempt_number"])


def _build_options(attempts: int, should_retry: RetryTest) -> dict[str, Any]:
    retry_error = tenacity.retry_if_exception(should_retry)
    return {
        "stop": tenacity.stop_after_attempt(attempts),
        "wait": wait_retry_after(fallback=_BACKOFF + _JITTER),
        "retry": retry_error | tenacity.retry_if_result(_is_empty),
        # The last error, or the last answer, even if it is empty.
        "retry_error_callback": _return_last_outcome,
    }


def _is_empty(result: Any) -> bool:
    return isinstance(result, Completion) and is_empty(result)


def _return_last_outcome(state: tenacity.RetryCallState) -> Any:
    assert state.outcome is not None
    return state.outcome.result()
