"""The wait a server asks for (RFC 9110, 10.2.3), without loading its SDK."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# The one ceiling for what an endpoint asks us to wait, for retries and the limiter.
# Beyond it a person has to know: the command ends and says when to run it again. Chosen
# by hand; the SDK waits for up to two minutes.
MAX_RETRY_AFTER_S = 60.0


def parse_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds, 0 or more, that the endpoint asks to wait, or None.

    `retry-after-ms` wins over `Retry-After` (RFC 9110, 10.2.3), as in the OpenAI SDK.
    """
    seconds = _parse_number(headers.get("retry-after-ms", ""))
    if seconds is not None:
        seconds /= 1000
    else:
        seconds = _parse_seconds_or_date(headers.get("retry-after", ""))
    return None if seconds is None else max(0.0, seconds)


def _parse_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _parse_seconds_or_date(text: str) -> float | None:
    """Read `Retry-After`: a number of seconds, or an HTTP date."""
    seconds = _parse_number(text)
    if seconds is not None:
        return seconds
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
