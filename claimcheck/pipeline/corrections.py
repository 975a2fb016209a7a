"""Ask once more for claims that their quotes do not support.

Either the quote is not in the document, or the text or speaker differs from the quote.
The model gets the claim, the difference, and the passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from claimcheck import prompts
from claimcheck.grounding import GroundingResult
from claimcheck.models.brief import Brief
from claimcheck.models.claim import Consistency, Match
from claimcheck.models.llm import ModelRequest, Usage, sum_usage
from claimcheck.models.span import Span
from claimcheck.pipeline.answers import (
    ClaimAnswer,
    CorrectAnswer,
    CorrectionAnswer,
    normalize_speaker,
)
from claimcheck.pipeline.ask import ask_all
from claimcheck.pipeline.consistency import is_broken_off
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import ClaimGrounder
from claimcheck.pipeline.requests import build_request, fold_text, split_into_groups

SCHEMA, PROMPT = "correct.answer", "correct"
# Both were chosen by hand.
_CLAIMS_PER_REQUEST = 20
_CONTEXT_CHARACTERS = 200  # on both sides of the passage
_QUOTATION_MARK = re.compile('["“”„«»]')


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A claim to ask about again, the reason, and its passage."""

    number: int
    claim: ClaimAnswer
    problem: str
    passage: Span
    is_missing: bool


def correct_claims(
    grounder: ClaimGrounder, claims: Sequence[ClaimAnswer], brief: Brief
) -> Flow[tuple[list[ClaimAnswer], Usage]]:
    """Ask again for claims their quotes do not support; return all claims.

    A corrected claim replaces the first one if its quote is in the passage that the
    model saw and its text agrees with the quote. A quote without a similar passage in
    the document causes no request.
    """
    source = grounder.reading.source
    doubts = {doubt.number: doubt for doubt in _find_doubts(grounder, claims)}
    groups = split_into_groups(list(doubts.values()), _CLAIMS_PER_REQUEST)
    requests = [_build_request(source, group, brief) for group in groups]
    answers = yield from ask_all(requests, CorrectAnswer, source)
    corrected = list(claims)
    values = [answer.value.corrections for answer in answers if answer.value]
    for item in chain.from_iterable(values):
        # The model may make up a number.
        doubt = doubts.get(item.number)
        if doubt:
            corrected[item.number - 1] = _correct(grounder, doubt, item)
    for number in doubts:
        corrected[number - 1] = _apply_fallbacks(grounder, corrected[number - 1])
    return corrected, sum_usage(answers)


def _find_doubts(
    grounder: ClaimGrounder, claims: Sequence[ClaimAnswer]
) -> Iterator[_Doubt]:
    source = grounder.reading.source
    results = grounder.index.ground_all([claim.quote for claim in claims])
    for number, (claim, result) in enumerate(zip(claims, results, strict=True), 1):
        is_missing = result.match is Match.NONE
        spans = result.suggestion if is_missing else result.spans
        problem = _describe_problem(grounder, claim, result)
        if not spans or problem is None:
            continue
        # An instruction never becomes a claim, so a correction would be wasted money.
        if grounder.comparison.is_instruction(claim.quote, spans):
            continue
        passage = _expand_passage(source, spans)
        yield _Doubt(number, claim, problem, passage, is_missing)


def _describe_problem(
    grounder: ClaimGrounder, claim: ClaimAnswer, result: GroundingResult
) -> str | None:
    if result.match is Match.NONE:
        problem = "the quote is not in the document as it was given"
        return f"{problem}: {result.reason}" if result.reason else problem
    consistency, differences = grounder.compare(claim, result)
    if consistency is Consistency.DIFFERS:
        return "; ".join(item.describe("its quote") for item in differences)
    if consistency is Consistency.UNCLEAR and is_broken_off(claim.text):
        return "the claim is not a whole sentence"
    if not grounder.comparison.is_in_language(claim.text):
        return "the claim is not in the language of the document"
    return None


def _correct(
    grounder: ClaimGrounder, doubt: _Doubt, answer: CorrectionAnswer
) -> ClaimAnswer:
    """Return the corrected claim if it is better than the first."""
    if answer.quote is None:
        return doubt.claim
    result = grounder.index.ground(answer.quote)
    # A quote from elsewhere would belong to another claim.
    if not _is_within(result.spans, doubt.passage):
        return doubt.claim
    corrected = replace(
        doubt.claim, quote=answer.quote, text=answer.text, speaker=answer.speaker
    )
    consistency, _ = grounder.compare(corrected, result)
    if consistency is not Consistency.DIFFERS and not is_broken_off(corrected.text):
        return corrected
    # A quote that exists is better than one that does not.
    if doubt.is_missing:
        return replace(doubt.claim, quote=answer.quote)
    return doubt.claim


def _apply_fallbacks(grounder: ClaimGrounder, claim: ClaimAnswer) -> ClaimAnswer:
    """Fix from the document what a model got wrong twice.

    A speaker who is not mentioned is dropped if nobody speaks in the quote. A text that
    is still translated becomes the quote, if the quote is a sentence.
    """
    quote = " ".join(claim.quote.split())
    result = grounder.index.ground(claim.quote)
    _, differences = grounder.compare(claim, result)
    kinds = [item.kind for item in differences if item.evidence is None]
    # Words in quotation marks have a speaker, even if nobody is named.
    if "speaker" in kinds and not _QUOTATION_MARK.search(quote):
        claim = replace(claim, speaker=None)
    # Models that write in English translate claims of other documents.
    is_in_language = grounder.comparison.is_in_language
    if is_in_language(claim.text) or not is_in_language(quote) or is_broken_off(quote):
        return claim
    return replace(claim, text=quote)


def _build_request(source: str, doubts: Sequence[_Doubt], brief: Brief) -> ModelRequest:
    items = []
    for doubt in doubts:
        passage = source[doubt.passage.start : doubt.passage.end]
        item = {
            "claim": doubt.claim.text,
            "speaker": normalize_speaker(doubt.claim.speaker) or "",
            "quote": doubt.claim.quote,
            "problem": doubt.problem,
            "passage": passage,
        }
        folded = {key: fold_text(text) for key, text in item.items()}
        items.append({"number": doubt.number, **folded})
    # Claims and quotes come from the document, too, by way of the model.
    texts = [str(value) for item in items for value in item.values()]
    fence = prompts.choose_fence("".join(texts))
    return build_request(brief, PROMPT, {"items": items, "fence": fence}, SCHEMA)


def _expand_passage(source: str, spans: tuple[Span, ...]) -> Span:
    """Extend the passage on both sides, without cutting words."""
    first, last = spans[0].start, spans[-1].end
    start = max(0, first - _CONTEXT_CHARACTERS)
    end = min(len(source), last + _CONTEXT_CHARACTERS)
    # Stop at the next white space, so that no word is cut.
    while 0 < start < first and not source[start - 1].isspace():
        start += 1
    while last < end < len(source) and not source[end].isspace():
        end -= 1
    return Span(start, end)


def _is_within(spans: Sequence[Span], passage: Span) -> bool:
    """Whether a quote was found, and all of it in the passage."""
    starts_inside = bool(spans) and spans[0].start >= passage.start
    return starts_inside and spans[-1].end <= passage.end
