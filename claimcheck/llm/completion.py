"""Read a chat completion from an HTTP response.

https://platform.openai.com/docs/api-reference/chat/object

This parses the raw body instead of using the SDK's `ChatCompletion`. The SDK builds it
without validation, so a field of the wrong type, as some compatible endpoints send,
passes silently and fails far from here. With validation, an unused field could destroy
an answer that has been paid for. Only the text of the answer is required: any other
field may be missing or have any type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from claimcheck import tokens
from claimcheck.llm import responses_api
from claimcheck.llm.error_body import (
    ErrorDetails,
    decode_json,
    has_message,
    read_error_body,
)
from claimcheck.llm.json_values import (
    get_list,
    get_object,
    get_text,
    list_objects,
    read_object,
)
from claimcheck.llm.stream import assemble_stream, is_stream
from claimcheck.models.llm import ModelResponse

# Maps the finish reasons of Anthropic, Gemini, Mistral, and Cohere to OpenAI's.
_FINISH_REASONS = {
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "complete": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "refusal": "content_filter",
}
# Types of message parts that are not the answer, and fields that may contain it.
_THOUGHTS = ("thinking", "redacted_thinking", "reasoning")
_PART_FIELDS = ("text", "content", "input", "arguments", "json")
# No request takes this many tokens. A larger count is a mistake that would use up any
# budget.
_MAX_COUNT = 10**9
_INPUT_COUNTS = ("prompt_tokens", "input_tokens")
_OUTPUT_COUNTS = ("completion_tokens", "output_tokens")
# Objects next to the counts, in the chat and in the Responses API.
_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "completion_tokens_details",
    "output_tokens_details",
)
# The names that Moonshot, DeepSeek, and Anthropic use for cached input tokens.
_CACHED_COUNTS = (
    "cached_tokens",
    "prompt_cache_hit_tokens",
    "cache_read_input_tokens",
)
_JSON_STARTS = ("{", "[{", "```")
_MAX_DEPTH = 8  # chat completions have five levels


class NoCompletionError(ValueError):
    """The endpoint sent JSON that is not a chat completion."""


class ErrorInAnswerError(NoCompletionError):
    """The endpoint sent an error inside a response with status 200.

    `headers` are those of the response, where there is one.
    """

    def __init__(self, details: ErrorDetails) -> None:
        super().__init__(f"the endpoint sent an error: {details.message}")
        self.details = details
        self.headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The endpoint's own counts of tokens.

    `cached` is part of `input`, and `reasoning` part of `output`. `is_divided` is False
    if the endpoint reports only their sum: then the division is our estimate.
    """

    input: int
    cached: int
    output: int
    reasoning: int
    is_divided: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice of a completion; without a choice, its fields are None.

    `finish_reason` is OpenAI's word if the endpoint's own word means the same.
    `tokens` is None if the endpoint does not report them.
    """

    model: str | None
    text: str | None
    finish_reason: str | None
    refusal: str | None
    tokens: TokenCounts | None


def is_empty(answer: Completion | ModelResponse) -> bool:
    """Whether there is neither an answer nor a reason for its absence."""
    if answer.refusal or answer.finish_reason in ("length", "content_filter"):
        return False
    return not (answer.text and answer.text.strip())


def parse_completion(content: bytes) -> Completion:
    """Parse the completion in the body of an HTTP response.

    A stream of events is read as the completion that it adds up to.

    Raises:
        json.JSONDecodeError: the body is not JSON, or a stream that breaks off.
        NoCompletionError: the body is not a chat completion.
    """
    try:
        # A byte that is not UTF-8 does not cost an answer that was paid for.
        text = decode_json(content).lstrip()
        if is_stream(text):
            return build_completion(assemble_stream(text))
        return build_completion(json.loads(text))
    except RecursionError:
        raise NoCompletionError("the JSON is nested too deeply") from None


def build_completion(fields: Any) -> Completion:
    """Build the completion from decoded JSON; any field may be missing.

    Raises:
        ErrorInAnswerError: the fields contain an error instead of an answer.
        NoCompletionError: the fields are not a chat completion.
    """
    fields = responses_api.build_chat_completion(_unwrap(fields))
    choice = read_object(fields.get("choices"), "text")
    # Some endpoints use the field of streams, or that of the older completions API.
    message = read_object(choice.get("message") or choice.get("delta"), "content")
    text = _read_answer(message) if message else get_text(choice, "text")
    has_text = bool(text and text.strip())
    # Some endpoints write "None" next to an answer.
    refusal = None if text and "{" in text else _read_refusal(message)
    # OpenRouter puts the error of a provider that broke off into the choice.
    error = choice.get("error") or (None if has_text else fields.get("error"))
    if error:
        raise ErrorInAnswerError(read_error_body(error))
    if not (refusal or has_text):
        text = _find_other_text(fields, text)
    return Completion(
        model=get_text(fields, "model"),
        text=text,
        finish_reason=_read_finish_reason(choice),
        refusal=refusal,
        tokens=_read_token_counts(get_object(fields, "usage"), text or ""),
    )


def _unwrap(body: Any) -> dict[str, Any]:
    """Return the completion; some endpoints wrap it in a list or a field."""
    if isinstance(body, list) and len(body) == 1:
        (body,) = body
    if isinstance(body, str) and body.lstrip().startswith("{"):
        body = json.loads(body)  # some gateways encode it twice
    if isinstance(body, str):
        raise ErrorInAnswerError(read_error_body(body))
    fields = {} if body is None else body
    if not isinstance(fields, dict):
        raise NoCompletionError("the body: expected an object")
    for inner in list_objects(list(fields.values())):
        if inner.get("choices"):
            return fields | inner
    return fields


def _read_answer(message: dict[str, Any]) -> str | None:
    """Return the text of a message, wherever the endpoint puts it."""
    content = _read_content(message.get("content"))
    call = _read_tool_calls(message)
    if content and "{" in content:
        return f"{content}\n{call}" if call else content
    if isinstance(message.get("parsed"), dict):
        return json.dumps(message["parsed"])
    # If there are calls, the content at most announces them.
    return call or content


def _read_content(content: Any) -> str | None:
    """Return the text of a string, a list of parts, or an object."""
    if isinstance(content, list):
        return "".join(map(_read_part, content))
    if isinstance(content, dict):
        text = get_text(content, "text")
        # Without a text, it is the answer itself, decoded.
        return json.dumps(content) if text is None else text
    return content if isinstance(content, str) else None


def _read_part(part: Any) -> str:
    """Return the text or decoded answer in a part; empty for reasoning."""
    fields = read_object(part, "text")
    if fields.get("type") in _THOUGHTS:
        return ""
    for name in _PART_FIELDS:
        value = fields.get(name)
        if isinstance(value, dict):
            value = value.get("value", json.dumps(value))
        if isinstance(value, str):
            return value
    return ""


def _read_tool_calls(message: dict[str, Any]) -> str:
    """Return the arguments of tool calls, where some endpoints put answers."""
    texts = []
    for call in list_objects(message.get("tool_calls") or message):
        function = get_object(call, "function") or get_object(call, "function_call")
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments)
        if isinstance(arguments, str):
            texts.append(arguments)
    return "\n".join(texts)


def _read_refusal(message: dict[str, Any]) -> str | None:
    """Return the refusal, a field of the message or of one of its parts."""
    parts = list_objects([message, *get_list(message, "content")])
    refusals = [get_text(part, "refusal") for part in parts]
    return next(filter(None, refusals), None)


def _read_finish_reason(choice: dict[str, Any]) -> str | None:
    reason = (get_text(choice, "finish_reason") or "").lower()
    return _FINISH_REASONS.get(reason, reason) or None


def _read_token_counts(usage: dict[str, Any], text: str) -> TokenCounts | None:
    """Return the counts, or None if the endpoint reports no usable ones."""
    count_input, count_output = _count_input_and_output(usage, text)
    if not count_input and not count_output:
        return None  # an answer can't have 0 tokens, so the endpoint does not count
    cached = _count_detail(usage, "cached_tokens")
    cached = cached or _get_count(usage, *_CACHED_COUNTS) or 0
    if cached > count_input:
        count_input += cached  # Anthropic does not include them in the input
    return TokenCounts(
        input=count_input,
        cached=cached,
        output=count_output,
        reasoning=_count_detail(usage, "reasoning_tokens"),
        is_divided=_get_count(usage, *_INPUT_COUNTS, *_OUTPUT_COUNTS) is not None,
    )


def _count_input_and_output(usage: dict[str, Any], text: str) -> tuple[int, int]:
    """Return the tokens of the request and of the answer; 0 if unknown."""
    count_input = _get_count(usage, *_INPUT_COUNTS)
    count_output = _get_count(usage, *_OUTPUT_COUNTS)
    total = _get_count(usage, "total_tokens") or 0
    if count_input is None and count_output is None:
        # A budget needs the total; the division is only an estimate.
        count_output = min(total, tokens.count(text))
    if count_input is None:
        count_input = max(0, total - (count_output or 0))
    if count_output is None:
        count_output = max(0, total - count_input)
    return count_input, count_output


def _count_detail(usage: dict[str, Any], name: str) -> int:
    """Return a count from whichever object of details has it, or 0."""
    counts = [_get_count(get_object(usage, details), name) for details in _DETAILS]
    return max(filter(None, counts), default=0)


def _get_count(fields: dict[str, Any], *names: str) -> int | None:
    """Return the first count that is a number of tokens, in any notation."""
    for name in names:
        value: Any = fields.get(name)
        with suppress(TypeError, ValueError, OverflowError):
            number = float(value)
            if 0 <= number <= _MAX_COUNT and value is not True:
                return math.ceil(number)
    return None


def _find_other_text(fields: dict[str, Any], text: str | None) -> str | None:
    """Return an answer from another field, or raise the error found there."""
    text = _find_json(fields) or text
    if not (text or fields.get("choices")) and has_message(fields):
        raise ErrorInAnswerError(read_error_body(fields))
    return text


def _find_json(value: Any) -> str | None:
    """Return the last text in a value that begins like JSON, or contains it.

    An answer that was paid for may be in an unknown field. For instance, vLLM puts
    everything into the reasoning if a model never ends it.
    """
    texts = [text for text in _list_texts(value, 0) if "{" in text]
    starts = [text for text in texts if text.lstrip().startswith(_JSON_STARTS)]
    return next(iter([*starts, *texts]), None)


def _list_texts(value: Any, depth: int) -> Iterator[str]:
    """Yield all texts in a value, the last one first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth <= _MAX_DEPTH:
        inner = value.values() if isinstance(value, dict) else value
        for item in reversed(list(inner)):
            yield from _list_texts(item, depth + 1)
