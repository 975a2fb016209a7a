"""A Python assertion for promptfoo.

Use it with `type: python` and `value: file://.../promptfoo.py`.

The sources are in the test's variable `sources`, or in `context` without it. `config`
may have a `threshold` (default 1: every claim is supported) and `allow_unknown`.
"""

from __future__ import annotations

from typing import Any

from claimcheck.api.support import measure_support


def get_assert(output: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return the result for promptfoo: whether the output passes, and why."""
    # `context` is the variable that promptfoo's own assertions for RAG read.
    variables = context.get("vars", {})
    sources = variables.get("sources") or variables.get("context")
    # A failed result, not an exception: promptfoo shows the reason with the test.
    if not sources:
        reason = "the test has neither the variable `sources` nor `context`"
        return {"pass": False, "score": 0.0, "reason": reason}
    config = context.get("config") or {}
    allow_unknown = bool(config.get("allow_unknown", False))
    support = measure_support(output, sources, allow_unknown=allow_unknown)
    return {
        "pass": support.score >= float(config.get("threshold", 1.0)),
        "score": support.score,
        "reason": support.reason,
    }
