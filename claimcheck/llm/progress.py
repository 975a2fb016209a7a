"""A client that reports its requests as they are sent and answered."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from claimcheck.models.llm import (
    Client,
    ModelRequest,
    ModelResponse,
    RunProgress,
    RunWork,
)

_WORK_BY_SCHEMA = {
    "summary.answer": RunWork.SUMMARY_AND_CLAIMS,
    "claims.answer": RunWork.CLAIMS,
    "digest.answer": RunWork.SUMMARY,
    "correct.answer": RunWork.QUOTES,
    "verdict.answer": RunWork.VERDICTS,
    "queries.answer": RunWork.QUERIES,
    "match.answer": RunWork.MATCHES,
}


class ProgressClient:
    """Calls `on_progress` before and after each request to another client.

    `complete` calls it in the thread of the request, one call at a time.
    """

    def __init__(
        self, inner: Client, on_progress: Callable[[RunProgress], None]
    ) -> None:
        self._inner = inner
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._sent: Counter[RunWork] = Counter()
        self._answered: Counter[RunWork] = Counter()

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request."""
        self._report(request, self._sent)
        response = self._inner.complete(request)
        self._report(request, self._answered)
        return response

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request without blocking."""
        self._report(request, self._sent)
        response = await self._inner.acomplete(request)
        self._report(request, self._answered)
        return response

    def _report(self, request: ModelRequest, counter: Counter[RunWork]) -> None:
        work = _WORK_BY_SCHEMA[request.schema_name]
        # Without the lock, threads could report their counts in the wrong order.
        with self._lock:
            counter[work] += 1
            self._on_progress(RunProgress(work, self._answered[work], self._sent[work]))
