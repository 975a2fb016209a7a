"""A request to a model: a prompt, rendered, and the schema that its answer must follow."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from claimcheck import prompt, schema
from claimcheck.core.exchange import Message, ModelRequest

Narrowed = tuple[str, str, Any]


def request(template: str, variables: dict[str, Any], schema_name: str, *narrowed: Narrowed) -> ModelRequest:
    """The request that a template and its variables make.

    `narrowed`: (property, keyword, value) of the schema, as it is sent.
    """
    wire, told = _sent(schema_name, narrowed)
    return ModelRequest(prompt.render(template, variables), schema_name, wire, told)


@cache
def _sent(schema_name: str, narrowed: tuple[Narrowed, ...]) -> tuple[dict[str, Any], Message]:
    """The schema as all requests send it, and what an endpoint is told that can't be held to one."""
    wire = schema.wire(schema_name)
    for name, keyword, value in narrowed:
        wire["properties"][name][keyword] = value
    compact = json.dumps(wire, ensure_ascii=False, separators=(",", ":"))
    return wire, prompt.render("json-only", {"schema": compact})[0]
