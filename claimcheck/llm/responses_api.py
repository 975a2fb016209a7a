"""OpenAI's Responses API, as another way to write a chat completion.

https://platform.openai.com/docs/api-reference/responses. Requests are built, adapted,
and counted as chat completions. Only this module converts them to this API, and its
responses back. Nothing is stored at the endpoint: `store` is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claimcheck.llm.json_values import get_list, get_object, get_text, list_objects

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
    message = _build_message(get_list(response, "output"))
    completion = {name: response.get(name) for name in ("model", "usage", "error")}
    reason = get_text(get_object(response, "incomplete_details"), "reason")
    if message or reason:
        finish_reason = _FINISH_REASONS.get(reason or "", reason) or "stop"
        choice = {"message": message, "finish_reason": finish_reason}
        completion["choices"] = [choice]
    return completion


def _build_message(output: list[Any]) -> dict[str, Any]:
    """Join the items of an output into one message."""
    message: dict[str, Any] = {}
    content: list[Any] = []
    for item in list_objects(output):
        if item.get("type") == "function_call":
            message["tool_calls"] = [{"function": item}]
        text = get_text(item, "content")
        parts = [text] if text else get_list(item, "content")
        if item.get("type") == "reasoning":
            texts = [get_text(part, "text") for part in list_objects(parts)]
            message["reasoning"] = "".join(filter(None, texts))
        else:
            content += parts
    if content:
        message["content"] = content
    return message
