"""OpenAI's Responses API, as another way to write a chat completion.

https://platform.openai.com/docs/api-reference/responses. Requests are built, adapted,
and counted as chat completions. Only this module converts them to this API, and its
responses back. Nothing is stored at the endpoint: `store` is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PATH = "/responses"
# Parameters that this API does not have.
LEFT_OUT = frozenset({"seed", "max_completion_tokens"})
# Events of a stream: an item of the output, and the last event, with the response.
ITEM_EVENT = "response.output_item.done"
FINAL_EVENTS = ("response.completed", "response.incomplete", "response.failed")
_RENAMED = {"messages": "input", "max_tokens": "max_output_tokens"}
_STATUSES = ("completed", "incomplete", "failed")
_FINISH_REASONS = {"max_output_tokens": "length", "content_filter": "content_filter"}


def build_responses_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the body of a chat request to this API."""
    request = {_RENAMED.get(name, name): body[name] for name in body}
    request.pop("stream_options", None)
    response_format = request.pop("response_format", None)
    if response_format:
        # Here, the schema's fields are next to the type, not in a nested object.
        schema = response_format.get("json_schema", {})
        request["text"] = {"format": {"type": response_format["type"], **schema}}
    effort = request.pop("reasoning_effort", None)
    if effort:
        request["reasoning"] = {"effort": effort}
    return request


def build_chat_completion(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a response of this API as a chat completion.

    Anything else is returned unchanged: some endpoints answer with a chat completion.
    """
    has_output = isinstance(response.get("output"), list)
    if not (has_output or response.get("status") in _STATUSES):
        return response
    message = _build_message(response.get("output"))
    completion = {name: response.get(name) for name in ("model", "usage", "error")}
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    if message or reason:
        finish_reason = _FINISH_REASONS.get(str(reason), reason) or "stop"
        choice = {"message": message, "finish_reason": finish_reason}
        completion["choices"] = [choice]
    return completion


def _build_message(output: Any) -> dict[str, Any]:
    """Join the items of an output into one message."""
    message: dict[str, Any] = {}
    content: list[Any] = []
    for item in output if isinstance(output, list) else ():
        if not isinstance(item, Mapping):
            continue
        if item.get("type") == "function_call":
            message["tool_calls"] = [{"function": item}]
        parts = item.get("content")
        if isinstance(parts, str):
            parts = [parts]
        if not isinstance(parts, list):
            continue
        if item.get("type") == "reasoning":
            texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
            message["reasoning"] = "".join(map(str, filter(None, texts)))
        else:
            content += parts
    if content:
        message["content"] = content
    return message
