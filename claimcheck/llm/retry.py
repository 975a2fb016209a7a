"""When a request is tried again, and how long to wait before.

The rules are the OpenAI SDK's own, whose retries are off so that the two don't multiply: 408, 409, 429, 5xx, lost
connections, and a 200 whose body is not JSON; `x-should-retry` overrules the status, `retry-after-ms` and
`retry-after` (RFC 9110, 10.2.3) overrule the waiting time up to a ceiling.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import openai
import tenacity

_MAX_RETRY_AFTER_S = 60.0
_backoff = tenacity.wait_exponential(multiplier=0.5, max=8.0) + tenacity.wait_random(
    0, 0.25
)


def build_retry_policy(attempts: int) -> dict[str, object]:
    """Return the arguments of tenacity's `Retrying` and `AsyncRetrying`."""
    return {
        "stop": tenacity.stop_after_attempt(attempts),
        "wait": compute_wait_s,
        "retry": tenacity.retry_if_exception(is_transient),
        "reraise": True,
    }


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed when sent again."""
    if isinstance(error, json.JSONDecodeError | openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError):
        return False
    told = error.response.headers.get("x-should-retry")
    if told in ("true", "false"):
        return told == "true"
    if error.code == "insufficient_quota":  # a 429 that no waiting mends
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def compute_wait_s(state: tenacity.RetryCallState) -> float:
    """Return the seconds until the next attempt, as requested or with backoff."""
    error = state.outcome.exception() if state.outcome else None
    asked = (
        parse_retry_after_s(error.response.headers)
        if isinstance(error, openai.APIStatusError)
        else None
    )
    return min(asked, _MAX_RETRY_AFTER_S) if asked is not None else _backoff(state)


def parse_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the endpoint asks the client to wait, if it does."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        try:
            return max(0.0, float(value) * unit)
        except ValueError:
            pass
    try:
        return max(
            0.0,
            parsedate_to_datetime(headers.get("retry-after", "")).timestamp()
            - time.time(),
        )
    except ValueError:
        return None
