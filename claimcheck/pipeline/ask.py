"""Send requests to a model, and turn its responses into values or failures.

Every part of an answer that follows the schema is used. One repair asks for the parts
that are missing or invalid: see `claimcheck.pipeline.repair`. Parts that still can't be
used are recorded with their cause and JSON path.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from claimcheck import schemas
from claimcheck.counting import format_count
from claimcheck.errors import join_problems
from claimcheck.llm.stored import mark_unread
from claimcheck.models import codec
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.run import Cause, Failure
from claimcheck.models.span import Span
from claimcheck.pipeline import repair
from claimcheck.pipeline.answers import AmbiguousAnswer, ClaimAnswer
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import QuoteIndex
from claimcheck.pipeline.requests import (
    fold_white_space,
    has_only_straight_marks,
    map_texts,
    straighten_marks,
)
from claimcheck.salvage import ParsedAnswer, parse_answer

# All limits below were chosen by hand.
_MAX_PROBLEMS_TO_REPORT = 3
# An unusable answer in a run is cut to this. The store of a batch has all of it.
_MAX_RAW_CHARACTERS = 20_000
# OpenAI's words, into which the client translates those of other endpoints.
_CUT_OFF, _FILTERED = "length", "content_filter"
_SCHEMAS_WITH_CLAIMS = ("summary.answer", "claims.answer")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A response, its parsed content, and why that is incomplete, if it is."""

    response: ModelResponse
    parsed: ParsedAnswer
    cause: Cause | None
    message: str


@dataclass(frozen=True, slots=True)
class Answer(Attempt, Generic[T]):
    """The outcome of a request: a `value`, the `cause` of failure, or both.

    If it has both, the answer was cut off, and `value` is its complete part. `claims`
    are the valid claims, even if `value` is None. `usage` includes a repair.
    """

    value: T | None
    claims: tuple[ClaimAnswer, ...]
    ambiguous: tuple[AmbiguousAnswer, ...]
    attempts: int
    usage: Usage

    @property
    def has_all_claims(self) -> bool:
        """Whether the list of claims is complete."""
        parsed = self.parsed
        has_claims = "claims" in parsed.fields and parsed.open_list != "claims"
        return has_claims and all(map(_is_property, parsed.missing))

    @property
    def has_open_claims(self) -> bool:
        """Whether the answer was cut off before the end of its claims."""
        return self.cause is Cause.TRUNCATED and not self.has_all_claims

    def build_failure(self, start: int, end: int) -> Failure:
        """Build the failure for a range of the document."""
        assert self.cause is not None
        text = self.response.text
        raw = _shorten_raw(text) if text else None
        return Failure(self.cause, self.message, start, end, self.attempts, raw)

    def build_item_failures(
        self, start: int, end: int, index: QuoteIndex | None, summary: bool = True
    ) -> Iterator[Failure]:
        """Build a failure for each rejected item, at its quote's location.

        `summary=False` skips the items of the summary.
        """
        for item in self.parsed.rejected:
            if not summary and item.key in repair.LINKED_LISTS:
                continue
            quote = item.value.get("quote") if isinstance(item.value, dict) else None
            # The failure points to a sentence, rather than to the entire passage.
            spans: Sequence[Span] = ()
            if index and quote and isinstance(quote, str):
                spans = index.ground(quote).spans
            extent = (spans[0].start, spans[-1].end) if spans else (start, end)
            problems = join_problems(item.problems, _MAX_PROBLEMS_TO_REPORT)
            message = f"an item of the answer was left out: {problems}"
            raw = _shorten_raw(json.dumps(item.value, ensure_ascii=False))
            yield Failure(Cause.INVALID, message, *extent, self.attempts, raw)

    def build_unread_failures(self, start: int, end: int) -> tuple[Failure, ...]:
        """Build the failure if the endpoint cut off part of the request."""
        if not self.response.unread_tokens:
            return ()
        message = (
            f"the endpoint cut off about {self.response.unread_tokens:,} tokens of the "
            "request before the model read it; give the model a larger window (Ollama: "
            "`num_ctx`), or set `context_tokens` in claimcheck.toml to its window"
        )
        return (Failure(Cause.TRUNCATED, message, start, end, self.attempts, None),)


def ask(
    request: ModelRequest, kind: type[T] | None, source: str = ""
) -> Flow[Answer[T]]:
    """Ask for a value of this kind; repair an invalid answer once."""
    (answer,) = yield from ask_all([request], kind, source)
    return answer


def ask_all(
    requests: Sequence[ModelRequest], kind: type[T] | None, source: str = ""
) -> Flow[list[Answer[T]]]:
    """Ask for several values at once; the answers keep the order.

    Without a `kind`, only the claims are read. `source` is the original of a text that
    the model saw with curly quotation marks.
    """
    if not requests:
        return []
    responses = yield list(requests)
    attempts = []
    repairs: dict[int, repair.Repair] = {}
    for index, (request, received) in enumerate(zip(requests, responses, strict=True)):
        # Stored answers were marked when they arrived; their usage is no longer known.
        response = mark_unread(request, received)
        attempt = _read_response(request, response)
        attempts.append(attempt)
        # A refused, filtered, or missing answer would only be so again.
        if attempt.cause in (None, Cause.INVALID, Cause.TRUNCATED):
            planned = repair.plan_repair(request, response.text or "", attempt.parsed)
            if planned:
                repairs[index] = planned
    straighten = has_only_straight_marks(source)
    answers = [_build_answer(attempt, kind, straighten) for attempt in attempts]
    if not repairs:
        return answers
    # Only once: each repair costs as much as a request.
    repaired = yield [planned.request for planned in repairs.values()]
    for (index, planned), response in zip(repairs.items(), repaired, strict=True):
        attempt = _merge_repair(attempts[index], planned, response)
        usage = attempts[index].response.usage + response.usage
        answer = _build_answer(attempt, kind, straighten)
        answers[index] = replace(answer, attempts=2, usage=usage)
    return answers


def _read_response(request: ModelRequest, response: ModelResponse) -> Attempt:
    text = response.text or ""
    cause, message = _diagnose_response(request.schema_name, response)
    if cause is not None:
        return Attempt(response, ParsedAnswer(), cause, message)
    parsed = parse_answer(request.schema_name, text, request.brief)
    parsed = _drop_marked_claims(parsed, request.fence)
    cause, message = _diagnose_parsed(request.schema_name, parsed, response)
    return Attempt(response, parsed, cause, message)


def _drop_marked_claims(parsed: ParsedAnswer, fence: str) -> ParsedAnswer:
    """Leave out claims about the fence mark, which weak models may make."""
    claims = parsed.fields.get("claims", ())
    kept = {
        index: claim
        for index, claim in zip(parsed.indexes.get("claims", ()), claims, strict=True)
        if fence not in f"{claim['quote']} {claim['text']}"
    }
    if not fence or len(kept) == len(claims):
        return parsed
    dropped = format_count(len(claims) - len(kept), "claim")
    note = schemas.Problem("$.claims", f"left out {dropped} about the mark of the text")
    return replace(
        parsed,
        fields=parsed.fields | {"claims": list(kept.values())},
        indexes=parsed.indexes | {"claims": tuple(kept)},
        corrections=(*parsed.corrections, note),
    )


def _merge_repair(
    first: Attempt, planned: repair.Repair, response: ModelResponse
) -> Attempt:
    """Merge the repair into the first attempt, or choose one of the two."""
    second = _read_response(planned.request, response)
    if planned.replaces_answer:
        # A second answer counts unless it contains less than the first.
        if repair.count_content(second.parsed) < repair.count_content(first.parsed):
            return first
        return second
    parsed = repair.merge_items(first.parsed, second.parsed, planned)
    schema_name = planned.request.schema_name
    cause, message = _diagnose_parsed(schema_name, parsed, first.response)
    return Attempt(first.response, parsed, cause, message)


def _build_answer(
    attempt: Attempt, kind: type[T] | None, straighten: bool
) -> Answer[T]:
    response, parsed = attempt.response, attempt.parsed
    # A quote is copied from the document, and is compared with it.
    fields = map_texts(repair.renumber_links(parsed), fold_white_space, ("quote",))
    if straighten:
        fields = map_texts(fields, straighten_marks)
    # The claims count even if the rest of the answer cannot be used.
    claims = codec.from_fields(fields.pop("claims", []), tuple[ClaimAnswer, ...])
    ambiguous = codec.from_fields(
        fields.pop("ambiguous", []), tuple[AmbiguousAnswer, ...]
    )
    value: T | None = None
    # An answer that was cut off still has a value if no property is missing.
    if kind and fields and not any(map(_is_property, parsed.missing)):
        value = codec.from_fields(fields, kind)
    return Answer(
        response=response,
        parsed=parsed,
        cause=attempt.cause,
        message=attempt.message,
        value=value,
        claims=claims,
        ambiguous=ambiguous,
        attempts=1,
        usage=response.usage,
    )


def _is_property(problem: schemas.Problem) -> bool:
    # The path "$" means broken JSON that was read in part.
    return problem.path != "$"


def _shorten_raw(text: str) -> str:
    # Half of a surrogate pair can be neither stored nor printed.
    encoded = text[:_MAX_RAW_CHARACTERS].encode("utf-8", "replace")
    return encoded.decode("utf-8")


def _diagnose_response(
    schema_name: str, response: ModelResponse
) -> tuple[Cause | None, str]:
    """Return why a response has no text; the cause is None if it has some."""
    if response.fault is not None:
        is_filtered = response.finish_reason == _FILTERED
        return Cause.FILTERED if is_filtered else Cause.UNANSWERED, response.fault
    if response.refusal:
        return Cause.REFUSED, f"the model refused: {response.refusal}"
    if response.text and response.text.strip():
        return None, ""
    empty = Cause.EMPTY, "the endpoint sent an empty answer"
    return _diagnose_end(schema_name, response) or empty


def _diagnose_parsed(
    schema_name: str, parsed: ParsedAnswer, response: ModelResponse
) -> tuple[Cause | None, str]:
    """Return why an answer is incomplete; the cause is None if it is complete.

    The JSON decides whether the answer was cut off, because endpoints use many finish
    reasons, or report a normal end.
    """
    if not parsed.missing and not parsed.is_cut_off:
        return None, ""
    end = _diagnose_end(schema_name, response)
    if end is not None:
        return end
    if parsed.is_cut_off:
        return Cause.TRUNCATED, _describe_cut_off(schema_name, response)
    return Cause.INVALID, join_problems(parsed.missing, _MAX_PROBLEMS_TO_REPORT)


def _diagnose_end(
    schema_name: str, response: ModelResponse
) -> tuple[Cause, str] | None:
    """Return why the endpoint ended an answer too early, if it says so."""
    if response.finish_reason == _FILTERED:
        return Cause.FILTERED, "the endpoint's content filter stopped the answer"
    if response.finish_reason == _CUT_OFF:
        return Cause.TRUNCATED, _describe_cut_off(schema_name, response)
    return None


def _describe_cut_off(schema_name: str, response: ModelResponse) -> str:
    output_tokens = response.usage.output_tokens
    after = f" after {output_tokens:,} tokens" if output_tokens else ""
    advice = "raise `max_output_tokens`, or the endpoint's own limit"
    if not (response.text and response.text.strip()):
        return (
            f"the model used up its tokens before it "
            f"answered, as reasoning models do; {advice}"
        )
    if schema_name in _SCHEMAS_WITH_CLAIMS:
        advice = f"ask for fewer claims (--max-claims), or {advice}"
    return f"the answer was cut off{after}; {advice}"
