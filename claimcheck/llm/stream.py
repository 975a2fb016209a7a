"""Join the events of a stream into the response that they add up to.

https://html.spec.whatwg.org/multipage/server-sent-events.html. Some endpoints send the
events as JSON Lines instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from claimcheck.llm import responses_api
from claimcheck.llm.json_values import list_objects, read_object

_EVENT_PREFIXES = ("data:", "event:", "id:", ":")
_END = "[DONE]"


class BrokenStreamError(json.JSONDecodeError):
    """A stream ends before its answer does."""


def is_stream(text: str) -> bool:
    """Return whether a text is a stream of events, not one JSON value."""
    first, _, rest = text.partition("\n")
    is_json_lines = text[:1] == "{" and first.rstrip()[-1:] == "}" and rest[:1] == "{"
    return is_json_lines or text.startswith(_EVENT_PREFIXES)


def assemble_stream(text: str) -> dict[str, Any]:
    """Return the response that the events of a stream add up to.

    Raises:
        BrokenStreamError: the answer or one of the events is not complete.
    """
    stream = _Stream()
    for lines in _split_events(text):
        fields = [(name, value.strip()) for name, _, value in lines]
        data = [value for name, value in fields if name == "data" and value]
        for event in _decode(data):
            stream.add(event, is_error=("event", "error") in fields)
    if not stream.is_complete:
        raise BrokenStreamError("the stream broke off", text[-80:], 0)
    return stream.build()


def _split_events(text: str) -> Iterator[list[tuple[str, str, str]]]:
    """Yield the lines of each event, each split at its first colon."""
    # Only these end a line: answers may contain U+2028, where `splitlines` splits.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("{"):  # JSON Lines: each is an event
        text = "".join(f"data:{line}\n\n" for line in text.split("\n"))
    for event in text.split("\n\n"):
        yield [line.partition(":") for line in event.split("\n")]


def _decode(lines: list[str]) -> Iterator[Any]:
    """Yield the values of an event's lines: one of all lines, or one each."""
    try:
        yield json.loads("\n".join(lines))
        return
    except ValueError:
        pass  # the end, or several events without an empty line between them
    for line in lines:
        try:
            yield _END if line.upper() == _END else json.loads(line)
        except ValueError:
            raise BrokenStreamError("an event is cut off", line[:80], 0) from None


class _Stream:
    """The events of a stream, joined so far."""

    def __init__(self) -> None:
        self.is_complete = False
        self._fields: dict[str, Any] = {}
        self._choice: dict[str, Any] = {}
        self._messages: list[dict[str, Any]] = []
        self._items: list[Any] = []

    def add(self, event: Any, *, is_error: bool) -> None:
        if event == _END:
            self.is_complete = True
        for chunk in list_objects(event):
            if is_error or chunk.get("type") == "error":
                self._add_chunk({"error": chunk.get("error") or chunk})
            elif isinstance(chunk.get("response"), dict) or "item" in chunk:
                self._add_response(chunk)
            else:
                self._add_chunk(chunk)

    def build(self) -> dict[str, Any]:
        if not (self._choice or self._messages):
            return self._fields
        choice = {**self._choice, "message": _join_objects(self._messages)}
        return {**self._fields, "choices": [choice]}

    def _add_response(self, event: dict[str, Any]) -> None:
        """Add a Responses API event; the last one has the entire response."""
        if event.get("type") == responses_api.ITEM_EVENT:
            self._items.append(event.get("item"))
        if event.get("type") not in responses_api.FINAL_EVENTS:
            return
        self.is_complete = True
        # Some endpoints omit from the last event what they sent before.
        output = event["response"].get("output") or self._items
        self._fields = {**event["response"], "output": output}

    def _add_chunk(self, chunk: dict[str, Any]) -> None:
        for name in ("model", "usage"):
            if chunk.get(name):
                self._fields[name] = chunk[name]
        error, choices = chunk.get("error"), chunk.get("choices")
        if error:
            self._add_error(error)
        elif not isinstance(choices, list):
            choices = chunk
        for choice in list_objects(choices):
            # Some send several choices at once; the first has no index, or 0.
            if not choice.get("index"):
                self._add_choice(choice)

    def _add_error(self, error: Any) -> None:
        """Add an error, which costs an answer that has not ended yet."""
        self.is_complete = True
        if not self._choice.get("finish_reason"):
            self._choice["error"] = error

    def _add_choice(self, choice: dict[str, Any]) -> None:
        if choice.get("error"):
            self._add_error(choice["error"])
        if choice.get("finish_reason"):
            self._choice["finish_reason"] = choice["finish_reason"]
            self.is_complete = True
        if choice.get("done") is True:  # Ollama's word
            self.is_complete = True
        # Some send the message in one event, or as the old completions had it.
        message = choice.get("delta") or choice.get("message") or choice.get("text")
        fields = read_object(message, "content")
        if fields:
            self._messages.append(fields)


def _join(pieces: list[Any]) -> Any:
    """Join pieces of a message: text, and the content of objects and lists."""
    kinds = {type(piece) for piece in pieces}
    if len(kinds) > 1:
        return pieces[-1]
    join = _JOINS.get(kinds.pop())
    return join(pieces) if join else pieces[-1]


def _join_objects(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, list[Any]] = {}
    for piece in pieces:
        for key, value in piece.items():
            if value:
                values.setdefault(key, []).append(value)
    return {key: _join(parts) for key, parts in values.items()}


def _join_lists(pieces: list[list[Any]]) -> list[Any]:
    groups: dict[str | int, list[Any]] = {}
    for item in chain.from_iterable(pieces):
        # The pieces of a call have its index; other items are complete.
        has_index = isinstance(item, dict) and "index" in item
        key = str(item["index"]) if has_index else len(groups)
        groups.setdefault(key, []).append(item)
    return [_join(items) for items in groups.values()]


_JOINS: dict[type, Callable[[list[Any]], Any]] = {
    str: "".join,
    dict: _join_objects,
    list: _join_lists,
}
