"""Waits until a condition is true, even on a busy machine."""

from __future__ import annotations

import time

LIMIT_S = 90.0  # reached only when something is broken
_EVERY_S = 0.02


def wait_until(condition):
    """Return what the condition returns as soon as it is true."""
    end = time.monotonic() + LIMIT_S
    while not (found := condition()):
        assert time.monotonic() < end, f"nothing happened within {LIMIT_S:.0f} s"
        time.sleep(_EVERY_S)
    return found
