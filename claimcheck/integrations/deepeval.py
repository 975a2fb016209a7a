"""A metric for DeepEval (https://deepeval.com): the share of supported claims.

The sources are the test case's `retrieval_context`, or its `context` without one.
"""

from __future__ import annotations

from typing import Any

from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase

from claimcheck.api.support import Support, ameasure_support, measure_support
from claimcheck.settings import Settings


class SupportMetric(BaseMetric):  # type: ignore[misc]
    """Passes if at least `threshold` of the claims are supported."""

    def __init__(
        self,
        threshold: float = 1.0,
        *,
        settings: Settings | None = None,
        allow_unknown: bool = False,
    ) -> None:
        # DeepEval reads these attributes by name.
        self.threshold = threshold
        self.async_mode = True
        self._options: dict[str, Any] = {
            "settings": settings,
            "allow_unknown": allow_unknown,
        }

    def measure(self, test_case: LLMTestCase, *args: Any, **options: Any) -> float:
        """Measure a test case and return its score."""
        sources = _get_sources(test_case)
        output = test_case.actual_output or ""
        return self._save_result(measure_support(output, sources, **self._options))

    async def a_measure(
        self, test_case: LLMTestCase, *args: Any, **options: Any
    ) -> float:
        """Measure a test case like `measure`, without blocking."""
        sources = _get_sources(test_case)
        output = test_case.actual_output or ""
        return self._save_result(
            await ameasure_support(output, sources, **self._options)
        )

    def is_successful(self) -> bool:
        """Return whether the last test case passed."""
        return bool(self.success)

    @property
    def __name__(self) -> str:
        """The name that DeepEval prints."""
        return "Supported claims"

    def _save_result(self, support: Support) -> float:
        # DeepEval reads the result from attributes, too.
        self.score = support.score
        self.reason = support.reason
        self.success = support.score >= self.threshold
        return self.score


def _get_sources(test_case: LLMTestCase) -> list[str]:
    sources = test_case.retrieval_context or test_case.context
    if not sources:
        # A score of 0 would count as an answer without support.
        raise ValueError("the test case has neither retrieval_context nor context")
    return [str(source) for source in sources]
