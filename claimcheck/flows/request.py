"""A request to a model: a prompt, rendered, and the schema that its answer must follow."""

from __future__ import annotations

import json
from typing import Any

from claimcheck import prompt, schema
from claimcheck.core.exchange import ModelRequest


def request(
    template: str, variables: dict[str, Any], schema_name: str, wire: dict[str, Any] | None = None
) -> ModelRequest:
    """The request that a template and its variables make; `wire` is the schema as sent, where it is narrowed."""
    sent = schema.wire(schema_name) if wire is None else wire
    compact = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    return ModelRequest(
        messages=prompt.render(template, variables),
        schema_name=schema_name,
        schema=sent,
        schema_message=prompt.render("json-only", {"schema": compact})[0],
    )
