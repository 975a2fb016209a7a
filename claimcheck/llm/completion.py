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
class TokenCounts:
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
    tokens: TokenCounts | None


def parse_completion(content: bytes) -> Completion:
    """Parse the completion in the body of an HTTP response.

    Raises:
        json.JSONDecodeError: it is not JSON.
        NoCompletionError: it is no chat completion.
    """
    try:
        fields = json.loads(content)
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError(
            f"no UTF-8: {error.reason}", "", error.start
        ) from None
    except RecursionError:
        raise NoCompletionError("nested too deeply") from None
    return parse_completion_fields(fields)


def parse_completion_fields(fields: Any) -> Completion:
    """Build the completion from decoded JSON; any field may be missing.

    Raises:
        NoCompletionError: it is no chat completion; an error that came instead is quoted.
    """
    fields = _expect_object(fields, "the answer")
    choices = fields.get("choices") or []
    error = fields.get("error")
    if error and not choices:
        said = error.get("message") if isinstance(error, dict) else error
        raise NoCompletionError(f"an error in the place of an answer: {said}")
    if not isinstance(choices, list):
        raise NoCompletionError("choices: is no list")
    choice = _expect_object(choices[0] if choices else None, "choices[0]")
    message = _expect_object(choice.get("message"), "choices[0].message")
    return Completion(
        model=_get_text(fields, "model"),
        text=_get_text(message, "content"),
        finish_reason=_get_text(choice, "finish_reason"),
        refusal=_get_text(message, "refusal"),
        tokens=_parse_token_counts(_expect_object(fields.get("usage"), "usage")),
    )


def _parse_token_counts(usage: dict[str, Any]) -> TokenCounts | None:
    if not usage:
        return None
    read = _expect_object(usage.get("prompt_tokens_details"), "prompt_tokens_details")
    written = _expect_object(
        usage.get("completion_tokens_details"), "completion_tokens_details"
    )
    return TokenCounts(
        _get_token_count(usage, "prompt_tokens"),
        _get_token_count(read, "cached_tokens"),
        _get_token_count(usage, "completion_tokens"),
        _get_token_count(written, "reasoning_tokens"),
    )


def _expect_object(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NoCompletionError(f"{name}: is no object")
    return value


def _get_text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise NoCompletionError(f"{name}: is no text")
    return value


def _get_token_count(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name) or 0
    if not isinstance(value, int) or value < 0:
        raise NoCompletionError(f"{name}: is no number of tokens")
    return value
