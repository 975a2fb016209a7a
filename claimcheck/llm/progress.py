"""A client that tells what is asked and answered through it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from claimcheck.models.llm import Client, ModelRequest, ModelResponse, Stage, Work

_WORK_BY_SCHEMA = {
    "summary.answer": Work.SUMMARY_AND_CLAIMS,
    "claims.answer": Work.CLAIMS,
    "digest.answer": Work.SUMMARY,
    "requote.answer": Work.QUOTES,
    "verdict.answer": Work.VERDICTS,
}


class ProgressClient:
    """The client before another one; `told` hears of every request when it is asked and when it is answered.

    With `complete` that is in the thread that asks.
    """

    def __init__(self, inner: Client, on_progress: Callable[[Stage], None]) -> None:
        self._inner = inner
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._asked: Counter[Work] = Counter()
        self._answered: Counter[Work] = Counter()

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request."""
        self._count(request, self._asked)
        response = self._inner.complete(request)
        self._count(request, self._answered)
        return response

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking."""
        self._count(request, self._asked)
        response = await self._inner.acomplete(request)
        self._count(request, self._answered)
        return response

    def _count(self, request: ModelRequest, counter: Counter[Work]) -> None:
        work = _WORK_BY_SCHEMA[request.schema_name]
        with self._lock:
            counter[work] += 1
            self._on_progress(Stage(work, self._answered[work], self._asked[work]))
