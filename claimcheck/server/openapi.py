"""The description of the HTTP API: FastAPI's own of the operations, with the project's schemas in it. OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from claimcheck import schemas
from claimcheck.server.exports import EXPORT_FORMATS
from claimcheck.server.requests import build_answer_schema
from claimcheck.version import __version__

_REQUEST_SCHEMAS = ("summarize", "check_claims", "check_claim", "ground_quotes")
_ERROR_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["error"],
    "properties": {
        "error": {
            "type": "string",
            "description": "what happened, where, and what to do",
        }
    },
}
_STATUS_DESCRIPTIONS = {
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
JSON_MEDIA_TYPE = "application/json"
EVENT_STREAM_MEDIA_TYPE = "text/event-stream"
JOB_ERROR_STATUSES = (413, 415, 502, 503)  # what can go wrong where work is asked for


def describe_responses(
    done: int, name: str, *media: str, errors: tuple[int, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """Describe an operation's responses: JSON by schema name, other media, errors."""
    content: dict[str, Any] = {JSON_MEDIA_TYPE: {"schema": _build_ref(name)}}
    content |= {kind: {"schema": {"type": "string"}} for kind in media}
    meant: dict[int | str, dict[str, Any]] = {
        status: {
            "description": _STATUS_DESCRIPTIONS[status],
            "content": {JSON_MEDIA_TYPE: {"schema": _build_ref("error")}},
        }
        for status in sorted({400, 401, 403, 421, 422, *errors})
    }
    told = (
        {"description": "Done.", "content": content}
        if name
        else {"description": "Done."}
    )
    return {done: told, **meant}


def list_media_types(formats: Iterable[str]) -> tuple[str, ...]:
    """List the media types of the formats, except JSON."""
    return tuple(
        EXPORT_FORMATS[name].media
        for name in formats
        if EXPORT_FORMATS[name].media != JSON_MEDIA_TYPE
    )


def describe_request_body(name: str) -> dict[str, Any]:
    """Describe a request body: JSON that follows `schemas/request.NAME`."""
    content = {JSON_MEDIA_TYPE: {"schema": _build_ref(f"request.{name}")}}
    return {"requestBody": {"required": True, "content": content}}


def add_components(described: dict[str, Any]) -> dict[str, Any]:
    """Add the components that the operations reference to FastAPI's description."""
    parts = {
        f"request.{name}": schemas.load(f"request.{name}") for name in _REQUEST_SCHEMAS
    }
    parts |= {name: schemas.load(name) for name in ("run", "check")}
    parts |= {
        "quotes": build_answer_schema("ground_quotes"),
        "runs": _RUNS_SCHEMA,
        "about": _ABOUT_SCHEMA,
        "error": _ERROR_SCHEMA,
    }
    components: dict[str, Any] = dict(described["components"]["schemas"])
    for name, part in parts.items():
        for inner, definition in part.get("$defs", {}).items():
            components[f"{name}.{inner}"] = _rewrite_refs(definition, name)
        components[name] = _rewrite_refs(part, name)
    described["components"] = {
        "schemas": components,
        "securitySchemes": {"token": _TOKEN_SCHEME},
    }
    described["security"] = [{}, {"token": []}]
    described["info"]["version"] = __version__
    return described


def _build_ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _rewrite_refs(value: Any, name: str) -> Any:
    """Turn a schema into a component: its references point to components."""
    if isinstance(value, dict):
        return {
            key: f"#/components/schemas/{name}.{item.rpartition('/')[2]}"
            if key == "$ref" and isinstance(item, str)
            else _rewrite_refs(item, name)
            for key, item in value.items()
            if key not in ("$schema", "$id", "$defs")
        }
    return (
        [_rewrite_refs(item, name) for item in value]
        if isinstance(value, list)
        else value
    )


def _build_object_schema(**fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": fields,
    }


_TOKEN_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "Where the server was started with a token.",
}
_STRING, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_NULLABLE_STRING, _NULLABLE_COUNT = (
    {"type": ["string", "null"]},
    {"type": ["integer", "null"], "minimum": 0},
)
_RUN_NAME = {"type": "string", "pattern": "^[1-9][0-9]*-[1-9][0-9]*$"}
_RUNS_SCHEMA = _build_object_schema(
    runs={
        "type": "array",
        "items": _build_object_schema(
            name=_RUN_NAME,
            source=_STRING,
            title=_NULLABLE_STRING,
            headline=_NULLABLE_STRING,
            claims=_NULLABLE_COUNT,
            state={"enum": ["done", "partial", "failed"]},
            message=_NULLABLE_STRING,
            finished={"type": "string", "format": "date-time"},
            cost_usd={"type": ["number", "null"]},
            engine=_STRING,
            model=_NULLABLE_STRING,
            checked={"type": "boolean"},
        ),
    },
    waiting=_COUNT,
    next={"anyOf": [_RUN_NAME, {"type": "null"}]},
)
_ABOUT_SCHEMA = _build_object_schema(
    version=_STRING,
    engine=_STRING,
    model=_NULLABLE_STRING,
    most_bytes=_COUNT,
    jobs=_COUNT,
    open_jobs=_COUNT,
    run_formats={"type": "array", "items": _STRING},
    check_formats={"type": "array", "items": _STRING},
)
