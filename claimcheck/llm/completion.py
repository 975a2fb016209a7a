"""A chat completion as an endpoint sends it: of its JSON no more is read, and believed, than is needed.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class NoCompletionError(ValueError):
    """JSON came that is no chat completion."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an answer took, as the endpoint counts it; `cached` are among those `read`, `reasoning` among those `written`."""

    read: int
    cached: int
    written: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of a completion; without one all of it is None. `tokens` is None where nothing is said of them."""

    model: str | None
    text: str | None
    finish_reason: str | None
    refusal: str | None
    tokens: Tokens | None


def completion_in(content: bytes) -> Completion:
    """The completion in the body of an answer.

    Raises:
        json.JSONDecodeError: it is not JSON.
        NoCompletionError: it is no chat completion.
    """
    try:
        fields = json.loads(content)
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError(f"no UTF-8: {error.reason}", "", error.start) from None
    except RecursionError:
        raise NoCompletionError("nested too deeply") from None
    return completion_of(fields)


def completion_of(fields: Any) -> Completion:
    """The completion in these fields, which may lack any of them.

    Raises:
        NoCompletionError: it is no chat completion; an error that came instead is quoted.
    """
    fields = _object(fields, "the answer")
    choices = fields.get("choices") or []
    error = fields.get("error")
    if error and not choices:
        said = error.get("message") if isinstance(error, dict) else error
        raise NoCompletionError(f"an error in the place of an answer: {said}")
    if not isinstance(choices, list):
        raise NoCompletionError("choices: is no list")
    choice = _object(choices[0] if choices else None, "choices[0]")
    message = _object(choice.get("message"), "choices[0].message")
    return Completion(
        model=_text(fields, "model"),
        text=_text(message, "content"),
        finish_reason=_text(choice, "finish_reason"),
        refusal=_text(message, "refusal"),
        tokens=_tokens(_object(fields.get("usage"), "usage")),
    )


def _tokens(usage: dict[str, Any]) -> Tokens | None:
    if not usage:
        return None
    read = _object(usage.get("prompt_tokens_details"), "prompt_tokens_details")
    written = _object(usage.get("completion_tokens_details"), "completion_tokens_details")
    return Tokens(
        _count(usage, "prompt_tokens"),
        _count(read, "cached_tokens"),
        _count(usage, "completion_tokens"),
        _count(written, "reasoning_tokens"),
    )


def _object(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NoCompletionError(f"{name}: is no object")
    return value


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise NoCompletionError(f"{name}: is no text")
    return value


def _count(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name) or 0
    if not isinstance(value, int) or value < 0:
        raise NoCompletionError(f"{name}: is no number of tokens")
    return value
