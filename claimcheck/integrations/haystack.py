"""A Haystack component that checks the answers of an AnswerBuilder.

pipeline.connect("answer_builder.answers", "checker.answers")
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from haystack import GeneratedAnswer, component

from claimcheck.api.support import measure_support
from claimcheck.models.document import Document
from claimcheck.settings import Settings


@component
class SupportChecker:
    """Adds `claimcheck` to the metadata of answers: score and reason."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings

    @component.output_types(  # type: ignore[untyped-decorator]
        answers=list[GeneratedAnswer],
    )
    def run(self, answers: list[GeneratedAnswer]) -> dict[str, Any]:
        """Check each answer against the documents it was generated from."""
        return {"answers": [self._check(answer) for answer in answers]}

    def _check(self, answer: GeneratedAnswer) -> GeneratedAnswer:
        sources = [
            Document.from_text(
                item.content, source=str(item.meta.get("source", item.id))
            )
            for item in answer.documents
            if item.content
        ]
        # Each answer against its own documents: others would make it look supported.
        support = measure_support(answer.data, sources, settings=self._settings)
        result = {"score": support.score, "reason": support.reason}
        # A new answer, because Haystack may pass the same one to other components.
        return replace(answer, meta={**answer.meta, "claimcheck": result})
