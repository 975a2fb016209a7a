"""The Batch API of an endpoint with the quirks of `quirks.py`, or quirks of files."""

from __future__ import annotations

import json

from tests.support import quirks
from tests.support.batch_api import Service

_FIXED_TEMPERATURE = quirks.error("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", param="temperature", code="unsupported_value")  # fmt: skip
_NO_SCHEMA = quirks.error("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", param="response_format")  # fmt: skip
_RATE_LIMIT = quirks.error("Rate limit", "requests", code="rate_limit_exceeded")
_ENQUEUED = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached for m in organization org-x. Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed.", "param": None, "line": None}  # fmt: skip

ABOUT = {
    "ok": "files as documented",
    "temp": "`temperature` refused in each line",
    "schema": "`json_schema` refused in each line",
    "bom": "a byte-order mark before the answers",
    "trunc": "the last line cut off",
    "enqueued": "the file refused: too many tokens in the queue",
    "e429": "429 in each line",
    "ls": "U+2028 inside answers",
}


class QuirkyService(Service):
    """Answers each line as a mode of `quirks.py` or of `ABOUT` says."""

    def __init__(self, mode):
        super().__init__("failed" if mode == "enqueued" else "completed")
        self.mode = mode
        self.requests = 0

    def reply_to(self, body):
        self.requests += 1
        if self.mode == "e429":
            return 429, _RATE_LIMIT
        if self.mode == "temp" and "temperature" in body:
            return 400, _FIXED_TEMPERATURE
        if self.mode == "schema" and quirks.has_format("json_schema")(body):
            return 400, _NO_SCHEMA
        if self.mode not in quirks.MODES:
            return 200, quirks.complete(body, quirks.write(body))
        reply = quirks.MODES[self.mode](body, self.requests)
        return reply.status, reply.body

    def step(self, job):
        super().step(job)
        if self.mode == "enqueued" and job["errors"]:
            job["errors"]["data"] = [_ENQUEUED]

    def write(self, entries):
        lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries]
        text = (
            "".join(lines).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        )
        if self.mode == "ls":
            return text.replace("a fact", "a\u2028fact")
        if self.mode == "bom":
            return f"\ufeff{text}"
        return text[:-40] if self.mode == "trunc" else text


def applies_to_batches(mode):
    """Return whether a mode affects lines of a file, not only the transport."""
    return mode not in ("gzip", "slow", "sse_always", "stream_only", "html_403")
