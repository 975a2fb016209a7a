"""A LlamaIndex evaluator: how much of a response its contexts support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.evaluation import BaseEvaluator, EvaluationResult

from claimcheck.api.support import ameasure_support
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.settings import Settings


class SupportEvaluator(BaseEvaluator):  # type: ignore[misc]
    """Scores a response by the share of its claims that the contexts support.

    A response passes with a score of at least `threshold`.
    """

    def __init__(
        self, settings: Settings | None = None, *, threshold: float = 1.0
    ) -> None:
        self._settings = settings
        self._threshold = threshold

    def _get_prompts(self) -> dict[str, Any]:
        return {}  # claimcheck has its own templates

    def _update_prompts(self, prompts_dict: dict[str, Any]) -> None:
        pass

    async def aevaluate(
        self,
        query: str | None = None,
        response: str | None = None,
        contexts: Sequence[str] | None = None,
        **_: Any,
    ) -> EvaluationResult:
        """Check the response's claims against the contexts.

        Raises:
            InputError: the response or the context is missing.
        """
        # Both are optional in the base class, but a score without them means nothing.
        if not response or not contexts:
            raise InputError("SupportEvaluator needs a response and contexts")
        # A string would be refused if it looks like a file name or an address.
        sources = [Document.from_text(context) for context in contexts]
        support = await ameasure_support(response, sources, settings=self._settings)
        return EvaluationResult(
            query=query,
            response=response,
            contexts=contexts,
            score=support.score,
            passing=support.score >= self._threshold,
            feedback=support.reason,
        )
