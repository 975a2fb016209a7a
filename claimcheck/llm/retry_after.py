"""When a server wants a request again (RFC 9110, 10.2.3), without an SDK."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# The longest wait that retries and the limiter accept from an endpoint. If it asks for
# more, the command ends and says when to run it again. Chosen by hand; the SDK waits
# for up to two minutes.
MAX_RETRY_AFTER_S = 60.0


_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(
    r"(\d+(?:\.\d+)?)\s?(ms|s|m|h|d)(?:ec|econd|in|inute|our|ay)?s?(?![a-z])", re.I
)
_DELAY_IN_WORDS = re.compile(
    rf"(?:try again|retry)(?: in| after) ((?:{_DURATION.pattern} ?)+)", re.I
)
_TRANSIENT_STATUSES = (408, 409, 425, 429)
# A larger number is a point in time, in seconds since 1970.
_MAX_SECONDS = 10**9
_MAX_DELAY_S = 10 * 365 * 86_400.0


def is_transient_status(status: int) -> bool:
    """Return whether the same request may succeed when it is sent again."""
    return status in _TRANSIENT_STATUSES or status >= 500


def parse_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds, 0 or more, that the endpoint asks to wait, or None.

    `retry-after-ms` wins over `Retry-After` (RFC 9110, 10.2.3), as in the OpenAI SDK.
    """
    milliseconds = _parse_number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    seconds = _parse_number(text)
    if seconds is None:
        seconds = _parse_date(text)
    if seconds is None and _DURATION.match(text):
        return _add_durations(text)
    if seconds is not None and _MAX_SECONDS < seconds < math.inf:
        seconds -= time.time()
    return None if seconds is None else max(0.0, seconds)


def compute_retry_time(retry_after_s: float) -> datetime:
    """Return the local time at which a wait that begins now ends."""
    # An absurd number must not overflow the date.
    seconds = min(retry_after_s, _MAX_DELAY_S)
    return datetime.now().astimezone() + timedelta(seconds=seconds)


def find_retry_after_s(text: str) -> float | None:
    """Return the seconds that the words of an error ask to wait."""
    found = _DELAY_IN_WORDS.search(text)
    return _add_durations(found[1]) if found else None


def _add_durations(text: str) -> float:
    durations = _DURATION.findall(text)
    return sum(float(number) * _UNITS_S[unit.lower()] for number, unit in durations)


def _parse_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _parse_date(text: str) -> float | None:
    """Return the seconds until an HTTP date, in UTC if it names no zone."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
