"""From a response to validated JSON: one repair, then a recorded reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.models.llm import Message, ModelRequest, ModelResponse, Usage
from claimcheck.models.run import Cause

SchemaOverride = tuple[str, str, Any]


def build_request(
    template: str,
    variables: dict[str, Any],
    schema_name: str,
    *narrowed: SchemaOverride,
) -> ModelRequest:
    """Render a template into a request.

    `narrowed`: (property, keyword, value) of the schema, as it is sent.
    """
    wire, told = _prepare_schema(schema_name, narrowed)
    return ModelRequest(prompts.render(template, variables), schema_name, wire, told)


@cache
def _prepare_schema(
    schema_name: str, narrowed: tuple[SchemaOverride, ...]
) -> tuple[dict[str, Any], Message]:
    """Return the schema to send, and the message for endpoints without schemas."""
    wire = schemas.build_strict_schema(schema_name)
    for name, keyword, value in narrowed:
        wire["properties"][name][keyword] = value
    compact = json.dumps(wire, ensure_ascii=False, separators=(",", ":"))
    return wire, prompts.render("json-only", {"schema": compact})[0]


_MAX_REPAIR_CHARACTERS = (
    100_000  # characters: a repair sends the answer back, and pays for it again
)
_MAX_RAW_CHARACTERS = 20_000  # of a bad answer in a run; a batch's store has all of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to: `value` follows the schema, or is None and `cause` and `message` say why."""

    value: dict[str, Any] | None
    cause: Cause | None
    message: str
    raw: str | None
    attempts: int
    model: str
    response_format: str
    left_out: tuple[str, ...]
    usage: Usage


def ask(
    request: ModelRequest,
) -> Generator[list[ModelRequest], list[ModelResponse], Answer]:
    """The answer to a request; one that fails its schema is asked for once more, quoting path and problem."""
    (answer,) = yield from ask_all([request])
    return answer


def ask_all(
    requests: Sequence[ModelRequest],
) -> Generator[list[ModelRequest], list[ModelResponse], list[Answer]]:
    """The answers to requests that don't depend on each other, as `ask` gives each, in their order."""
    responses = yield list(requests)
    answers = [
        _read_response(response, request.schema_name, 1, Usage())
        for request, response in zip(requests, responses, strict=True)
    ]
    broken = [
        place
        for place, answer in enumerate(answers)
        if answer.cause is Cause.INVALID
        and len(responses[place].text or "") <= _MAX_REPAIR_CHARACTERS
    ]
    if broken:
        seconds = yield [
            _build_repair_request(requests[place], responses[place].text or "")
            for place in broken
        ]
        for place, second in zip(broken, seconds, strict=True):
            answers[place] = _read_response(
                second, requests[place].schema_name, 2, answers[place].usage
            )
    return answers


def _build_repair_request(request: ModelRequest, text: str) -> ModelRequest:
    _, problems = schemas.parse_answer(request.schema_name, text)
    repair = prompts.render("repair", {"answer": text, "problems": problems[:8]})
    return replace(request, messages=request.messages + repair)


def _read_response(
    response: ModelResponse, schema_name: str, attempts: int, spent: Usage
) -> Answer:
    cause, message = _diagnose_response(response)
    value: dict[str, Any] | None = None
    if cause is None:
        value, problems = schemas.parse_answer(schema_name, response.text or "")
        if problems:
            cause, value = Cause.INVALID, None
            message = "; ".join(str(problem) for problem in problems[:3])
            message += f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    return Answer(
        value=value,
        cause=cause,
        message=message,
        raw=(response.text or "")[:_MAX_RAW_CHARACTERS] or None if cause else None,
        attempts=attempts,
        model=response.model,
        response_format=response.response_format,
        left_out=response.left_out,
        usage=spent + response.usage,
    )


def _diagnose_response(response: ModelResponse) -> tuple[Cause | None, str]:
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
        return Cause.EMPTY, "the endpoint sent an answer with nothing in it"
    return None, ""


def fold_white_space(value: Any) -> Any:
    """Fold white space in all texts of a JSON value, except in quotes."""
    if isinstance(value, dict):
        return {
            key: item if key == "quote" else fold_white_space(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [fold_white_space(item) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value
