"""Quotes that do not stand in the document are asked for once more, with the passage at hand."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from claimcheck import prompts
from claimcheck.grounding import GroundingResult
from claimcheck.models.claim import Match
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.span import Span
from claimcheck.pipeline.answers import ask_all, build_request
from claimcheck.pipeline.claims import QuoteIndex
from claimcheck.text.reading import Reading

SCHEMA = "requote.answer"
PROMPT = "requote"
_QUOTES_PER_REQUEST = 20  # quotes in one request
_CONTEXT_CHARACTERS = (
    200  # characters of the document before and after the nearest passage
)


def requote(
    reading: Reading, index: QuoteIndex, answers: Sequence[dict[str, Any]]
) -> Generator[
    list[ModelRequest], list[ModelResponse], tuple[list[dict[str, Any]], Usage]
]:
    """The claims, with a quote replaced where the second one stands in the passage that was shown; and the cost.

    A claim with no passage near its quote is not asked about, and one whose second quote fails too keeps its first:
    it will be shown as not found. An answer that can't be used changes nothing.
    """
    found = index.ground_all([answer["quote"] for answer in answers])
    asked = {
        number: (answer, grounded, _expand_passage(reading.source, grounded.suggestion))
        for number, (answer, grounded) in enumerate(zip(answers, found, strict=True), 1)
        if grounded.match is Match.NONE and grounded.suggestion
    }
    if not asked:
        return list(answers), Usage()
    each = list(asked.items())
    groups = [
        dict(each[start : start + _QUOTES_PER_REQUEST])
        for start in range(0, len(each), _QUOTES_PER_REQUEST)
    ]
    found_again = yield from ask_all(
        [_build_request(reading.source, group) for group in groups]
    )
    mended = list(answers)
    for item in (
        item
        for answer in found_again
        if answer.value
        for item in answer.value["quotes"]
    ):
        number, quote = item["number"], item["quote"]
        if (
            quote is not None
            and number in asked
            and _is_within(index.ground(quote), asked[number][2])
        ):
            mended[number - 1] = answers[number - 1] | {"quote": quote}
    return mended, sum((answer.usage for answer in found_again), Usage())


def _build_request(
    source: str, asked: dict[int, tuple[dict[str, Any], GroundingResult, Span]]
) -> ModelRequest:
    items = [
        {
            "number": number,
            "claim": answer["text"],
            "quote": " ".join(answer["quote"].split()),
            "reason": grounded.reason,
            "passage": source[passage.start : passage.end],
        }
        for number, (answer, grounded, passage) in asked.items()
    ]
    fence = prompts.choose_fence(
        "".join(str(value) for item in items for value in item.values())
    )
    return build_request(PROMPT, {"items": items, "fence": fence}, SCHEMA)


def _expand_passage(source: str, suggestion: tuple[Span, ...]) -> Span:
    """Extend the passage by some whole words on both sides."""
    start = max(0, suggestion[0].start - _CONTEXT_CHARACTERS)
    end = min(len(source), suggestion[-1].end + _CONTEXT_CHARACTERS)
    while 0 < start < suggestion[0].start and not source[start - 1].isspace():
        start += 1
    while suggestion[-1].end < end < len(source) and not source[end].isspace():
        end -= 1
    return Span(start, end)


def _is_within(grounded: GroundingResult, passage: Span) -> bool:
    spans = grounded.spans
    return (
        bool(spans) and passage.start <= spans[0].start and spans[-1].end <= passage.end
    )
