"""Requests to a model, and what becomes of their responses.

A response that does not follow its schema is repaired once: the model gets its own
answer back, with each problem and its JSON path. What still can't be used is an answer
without a value, and with the cause.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

from claimcheck import prompts, schemas
from claimcheck.errors import join_problems
from claimcheck.models import codec
from claimcheck.models.claim import Kind
from claimcheck.models.document import Document
from claimcheck.models.llm import Message, ModelRequest, ModelResponse, Usage
from claimcheck.models.run import Cause, Failure
from claimcheck.models.verdict import Label
from claimcheck.pipeline.driver import Flow

# A repair sends the answer back, and pays for it again. All limits below were chosen by
# hand.
_MAX_REPAIR_CHARACTERS = 100_000
_MAX_PROBLEMS_TO_REPAIR = 8
_MAX_PROBLEMS_TO_REPORT = 3
# Of an unusable answer in a run. The store of a batch has all of it.
_MAX_RAW_CHARACTERS = 20_000

# A change to the schema that is sent: property, keyword, value. The answer is validated
# against the schema without it.
SchemaOverride = tuple[str, str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The outcome of a request: a valid `value`, or the `cause` of failure.

    `raw` is the start of the unusable text, if there is any. `usage` includes a repair.
    """

    value: T | None
    cause: Cause | None
    message: str
    raw: str | None
    attempts: int
    model: str
    response_format: str
    left_out: tuple[str, ...]
    usage: Usage

    def build_failure(self, start: int, end: int) -> Failure:
        """Build the failure to read a range of the document."""
        assert self.cause is not None
        return Failure(self.cause, self.message, start, end, self.attempts, self.raw)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim as the model wrote it."""

    quote: str
    text: str
    kind: Kind
    speaker: str | None
    about: tuple[str, ...]
    check_worthiness: float
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimsAnswer:
    """The answer to `claims`."""

    claims: tuple[ClaimAnswer, ...]


@dataclass(frozen=True, slots=True)
class LinkedTextAnswer:
    """A text of a summary, and the numbers of its claims."""

    text: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PositionAnswer:
    """The position of a party, and the numbers of its claims."""

    party: str
    position: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """The answer to `digest`: a summary of numbered texts."""

    headline: str
    sentences: tuple[LinkedTextAnswer, ...]
    key_points: tuple[LinkedTextAnswer, ...]
    positions: tuple[PositionAnswer, ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryAnswer(DigestAnswer):
    """The answer to `summarize`: claims, and a summary of them."""

    claims: tuple[ClaimAnswer, ...]


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """A second quote, if any, for the claim with this number."""

    number: int
    quote: str | None


@dataclass(frozen=True, slots=True)
class RequoteAnswer:
    """The answer to `requote`."""

    quotes: tuple[QuoteAnswer, ...]


@dataclass(frozen=True, slots=True)
class VerdictAnswer:
    """The answer to `verdict`; `evidence` has numbers of passages, from 1."""

    rationale: str
    label: Label
    evidence: tuple[int, ...]


def describe_document(document: Document) -> dict[str, str | None]:
    """Return the title and the date in the form that prompts use."""
    title = " ".join(document.title.split()) if document.title else None
    published = document.published
    return {
        "title": title,
        "published": published.strftime("%A, %Y-%m-%d") if published else None,
    }


def build_request(
    template: str,
    variables: dict[str, Any],
    schema_name: str,
    *overrides: SchemaOverride,
) -> ModelRequest:
    """Render a template into a request, with overrides of its schema."""
    schema, schema_message = _prepare_schema(schema_name, overrides)
    messages = prompts.render(template, variables)
    return ModelRequest(messages, schema_name, schema, schema_message)


# Cached, as every request of a run sends one of a few schemas.
@cache
def _prepare_schema(
    schema_name: str, overrides: tuple[SchemaOverride, ...]
) -> tuple[dict[str, Any], Message]:
    """Return the schema, and the message for endpoints without schemas."""
    schema = schemas.build_strict_schema(schema_name)
    for name, keyword, value in overrides:
        schema["properties"][name][keyword] = value
    compact = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return schema, prompts.render("json-only", {"schema": compact})[0]


def ask(request: ModelRequest, kind: type[T]) -> Flow[Answer[T]]:
    """Ask for a value of this kind; repair an invalid answer once."""
    (answer,) = yield from ask_all([request], kind)
    return answer


def ask_all(requests: Sequence[ModelRequest], kind: type[T]) -> Flow[list[Answer[T]]]:
    """Ask for several values at once; the answers keep the order."""
    if not requests:
        return []
    responses = yield list(requests)
    answers = []
    repairs = {}
    for index, (request, response) in enumerate(zip(requests, responses, strict=True)):
        answer = _read_response(request, response, kind)
        answers.append(answer)
        text = response.text or ""
        if answer.cause is Cause.INVALID and len(text) <= _MAX_REPAIR_CHARACTERS:
            repairs[index] = _build_repair_request(request, text)
    if not repairs:
        return answers
    # Only once: each repair costs as much as the request itself.
    repaired = yield list(repairs.values())
    for index, response in zip(repairs, repaired, strict=True):
        answer = _read_response(requests[index], response, kind)
        usage = answers[index].usage + answer.usage
        answers[index] = replace(answer, attempts=2, usage=usage)
    return answers


def _build_repair_request(request: ModelRequest, text: str) -> ModelRequest:
    _, problems = schemas.parse_answer(request.schema_name, text)
    variables = {"answer": text, "problems": problems[:_MAX_PROBLEMS_TO_REPAIR]}
    repair = prompts.render("repair", variables)
    return replace(request, messages=request.messages + repair)


def _read_response(
    request: ModelRequest, response: ModelResponse, kind: type[T]
) -> Answer[T]:
    text = response.text or ""
    value: T | None = None
    cause, message = _diagnose_response(response)
    if cause is None:
        fields, problems = schemas.parse_answer(request.schema_name, text)
        if problems:
            cause, message = (
                Cause.INVALID,
                join_problems(problems, _MAX_PROBLEMS_TO_REPORT),
            )
        else:
            value = codec.from_fields(_fold_white_space(fields), kind)
    raw = text[:_MAX_RAW_CHARACTERS] if cause else ""
    return Answer(
        value=value,
        cause=cause,
        message=message,
        raw=raw or None,
        attempts=1,
        model=response.model,
        response_format=response.response_format,
        left_out=response.left_out,
        usage=response.usage,
    )


def _diagnose_response(response: ModelResponse) -> tuple[Cause | None, str]:
    """Return why a response has no text to read, or None."""
    # An answer that was refused or cut off may still parse, so ask the endpoint first.
    if response.fault is not None:
        return Cause.UNANSWERED, response.fault
    if response.refusal:
        return Cause.REFUSED, f"the model refused: {response.refusal}"
    if response.finish_reason == "content_filter":
        return Cause.FILTERED, "the endpoint's content filter stopped the answer"
    if response.finish_reason == "length":
        return Cause.TRUNCATED, (
            f"the answer was cut off after {response.usage.output_tokens} tokens; "
            "ask for fewer claims (--max-claims) or raise `max_output_tokens`"
        )
    if response.text is None or not response.text.strip():
        return Cause.EMPTY, "the endpoint sent an empty answer"
    return None, ""


def _fold_white_space(value: Any) -> Any:
    """Fold white space in all texts of a JSON value, except in quotes.

    A quote is copied from the document, and is compared with it.
    """
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_fold_white_space(item) for item in value]
    if not isinstance(value, dict):
        return value
    folded = {}
    for key, item in value.items():
        folded[key] = item if key == "quote" else _fold_white_space(item)
    return folded
