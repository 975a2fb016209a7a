"""Read a chat completion from an HTTP response.

https://platform.openai.com/docs/api-reference/chat/object

This parses the raw body instead of using the SDK's `ChatCompletion`. The SDK builds it
without validation, so a field of the wrong type, as some compatible endpoints send,
passes silently and fails far from here. With validation, a field that nobody reads
could cost an answer that has been paid for. Only the few fields that claimcheck reads
are checked here, and any of them may be missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class NoCompletionError(ValueError):
    """The endpoint sent JSON that is not a chat completion."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The endpoint's own counts of tokens.

    `cached` is a part of `input`, `reasoning` a part of `output`.
    """

    input: int
    cached: int
    output: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of a completion; without a choice, its fields are None.

    `tokens` is None if the endpoint does not report them.
    """

    model: str | None
    text: str | None
    finish_reason: str | None
    refusal: str | None
    tokens: TokenCounts | None


def parse_completion(content: bytes) -> Completion:
    """Parse the completion in the body of an HTTP response.

    Raises:
        json.JSONDecodeError: it is not JSON.
        NoCompletionError: it is not a chat completion.
    """
    try:
        return build_completion(json.loads(content))
    except UnicodeDecodeError as error:
        # For the retry, bytes that are not text are as good as text that is not JSON.
        message = f"not UTF-8: {error.reason}"
        raise json.JSONDecodeError(message, "", error.start) from None
    except RecursionError:
        raise NoCompletionError("the JSON is nested too deeply") from None


def build_completion(fields: Any) -> Completion:
    """Build the completion from decoded JSON; any field may be missing.

    Raises:
        NoCompletionError: it is not a chat completion; quotes the endpoint's error, if
            that came instead.
    """
    fields = _expect_object(fields, "the body")
    choices = fields.get("choices") or []
    # Some endpoints send an error inside a 200.
    error = fields.get("error")
    if error and not choices:
        message = error.get("message") if isinstance(error, dict) else error
        raise NoCompletionError(f"the endpoint sent an error: {message}")
    if not isinstance(choices, list):
        raise NoCompletionError("choices: expected a list")
    choice = _expect_object(choices[0] if choices else None, "choices[0]")
    message = _expect_object(choice.get("message"), "choices[0].message")
    usage = _expect_object(fields.get("usage"), "usage")
    return Completion(
        model=_get_text(fields, "model"),
        text=_get_text(message, "content"),
        finish_reason=_get_text(choice, "finish_reason"),
        refusal=_get_text(message, "refusal"),
        tokens=_build_token_counts(usage) if usage else None,
    )


def _build_token_counts(usage: dict[str, Any]) -> TokenCounts:
    input_name, output_name = "prompt_tokens_details", "completion_tokens_details"
    input_details = _expect_object(usage.get(input_name), input_name)
    output_details = _expect_object(usage.get(output_name), output_name)
    return TokenCounts(
        input=_get_token_count(usage, "prompt_tokens"),
        cached=_get_token_count(input_details, "cached_tokens"),
        output=_get_token_count(usage, "completion_tokens"),
        reasoning=_get_token_count(output_details, "reasoning_tokens"),
    )


def _expect_object(value: Any, path: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NoCompletionError(f"{path}: expected an object")
    return value


def _get_text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise NoCompletionError(f"{name}: expected text")
    return value


def _get_token_count(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name) or 0  # null where nothing was cached, for instance
    if not isinstance(value, int) or value < 0:
        raise NoCompletionError(f"{name}: expected a number of tokens")
    return value
