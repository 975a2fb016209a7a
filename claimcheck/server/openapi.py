"""The description of the HTTP API: FastAPI's own of the operations, with the project's schemas in it. OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from claimcheck import schemas
from claimcheck.server.exports import KINDS
from claimcheck.server.requests import answer_schema
from claimcheck.version import __version__

_BODIES = ("summarize", "check_claims", "check_claim", "ground_quotes")
_ERROR = {
    "type": "object",
    "additionalProperties": False,
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "what happened, where, and what to do"}},
}
_MEANING = {
    400: "What was given can't be read or makes no sense.",
    401: "The token is missing or wrong.",
    403: "A page of another origin asked.",
    404: "There is no such thing.",
    413: "The request is too large.",
    415: "The body is not JSON.",
    421: "The server does not answer to this name.",
    422: "A parameter makes no sense.",
    502: "The model's endpoint did not do its part.",
    503: "So many jobs run and wait that no more is taken, or the store is locked.",
}
JSON = "application/json"
EVENTS = "text/event-stream"
WORK = (413, 415, 502, 503)  # what can go wrong where work is asked for


def responses(
    done: int, name: str, *media: str, errors: tuple[int, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """The responses of an operation: JSON that follows the schema `name`, other media, and what can go wrong; without a name nothing."""
    content: dict[str, Any] = {JSON: {"schema": _ref(name)}}
    content |= {kind: {"schema": {"type": "string"}} for kind in media}
    meant: dict[int | str, dict[str, Any]] = {
        status: {"description": _MEANING[status], "content": {JSON: {"schema": _ref("error")}}}
        for status in sorted({400, 401, 403, 421, 422, *errors})
    }
    told = {"description": "Done.", "content": content} if name else {"description": "Done."}
    return {done: told, **meant}


def media_of(formats: Iterable[str]) -> tuple[str, ...]:
    """The media types of formats besides JSON."""
    return tuple(KINDS[name].media for name in formats if KINDS[name].media != JSON)


def body(name: str) -> dict[str, Any]:
    """The body of an operation: JSON that follows `schemas/request.NAME`."""
    content = {JSON: {"schema": _ref(f"request.{name}")}}
    return {"requestBody": {"required": True, "content": content}}


def completed(described: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's description with the components that `responses` and `body` refer to."""
    parts = {f"request.{name}": schemas.load(f"request.{name}") for name in _BODIES}
    parts |= {name: schemas.load(name) for name in ("run", "check")}
    parts |= {"quotes": answer_schema("ground_quotes"), "runs": _RUNS, "about": _ABOUT, "error": _ERROR}
    components: dict[str, Any] = dict(described["components"]["schemas"])
    for name, part in parts.items():
        for inner, definition in part.get("$defs", {}).items():
            components[f"{name}.{inner}"] = _referring(definition, name)
        components[name] = _referring(part, name)
    described["components"] = {"schemas": components, "securitySchemes": {"token": _TOKEN}}
    described["security"] = [{}, {"token": []}]
    described["info"]["version"] = __version__
    return described


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _referring(value: Any, name: str) -> Any:
    """A schema as a component: its references lead to components, and what only a file has is left out."""
    if isinstance(value, dict):
        return {
            key: f"#/components/schemas/{name}.{item.rpartition('/')[2]}"
            if key == "$ref" and isinstance(item, str)
            else _referring(item, name)
            for key, item in value.items()
            if key not in ("$schema", "$id", "$defs")
        }
    return [_referring(item, name) for item in value] if isinstance(value, list) else value


def _object(**fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": fields,
    }


_TOKEN = {"type": "http", "scheme": "bearer", "description": "Where the server was started with a token."}
_TEXT, _NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0}
_MAYBE_TEXT, _MAYBE_NUMBER = {"type": ["string", "null"]}, {"type": ["integer", "null"], "minimum": 0}
_NAME = {"type": "string", "pattern": "^[1-9][0-9]*-[1-9][0-9]*$"}
_RUNS = _object(
    runs={
        "type": "array",
        "items": _object(
            name=_NAME,
            source=_TEXT,
            title=_MAYBE_TEXT,
            headline=_MAYBE_TEXT,
            claims=_MAYBE_NUMBER,
            state={"enum": ["done", "partial", "failed"]},
            message=_MAYBE_TEXT,
            finished={"type": "string", "format": "date-time"},
            cost_usd={"type": ["number", "null"]},
            engine=_TEXT,
            model=_MAYBE_TEXT,
            checked={"type": "boolean"},
        ),
    },
    waiting=_NUMBER,
    next={"anyOf": [_NAME, {"type": "null"}]},
)
_ABOUT = _object(
    version=_TEXT,
    engine=_TEXT,
    model=_MAYBE_TEXT,
    most_bytes=_NUMBER,
    jobs=_NUMBER,
    open_jobs=_NUMBER,
    run_formats={"type": "array", "items": _TEXT},
    check_formats={"type": "array", "items": _TEXT},
)
