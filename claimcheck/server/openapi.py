"""Completes the OpenAPI 3.1 description of the HTTP API.

FastAPI describes the operations. Bodies and results follow the project's own JSON
Schemas, which FastAPI does not know, so this module adds them as components.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from claimcheck.api.prompts_and_schemas import load_schema
from claimcheck.server.exports import EXPORT_FORMATS
from claimcheck.server.requests import build_answer_schema, build_object_schema

JSON_MEDIA_TYPE = "application/json"
EVENT_STREAM_MEDIA_TYPE = "text/event-stream"
# Any operation may be refused by the access rules, or because of a bad parameter.
_COMMON_ERROR_STATUSES = (400, 401, 403, 421, 422)
JOB_ERROR_STATUSES = (413, 415, 502, 503)  # only operations that start a job
_STATUS_DESCRIPTIONS = {
    400: "The input can't be read or is invalid.",
    401: "The token is missing or wrong.",
    403: "The request came from a page of another origin.",
    404: "The run, claim, or check does not exist.",
    413: "The request is too large.",
    415: "The body is not JSON.",
    421: "The server does not answer to this host name.",
    422: "A parameter is invalid.",
    502: "The model's endpoint failed.",
    503: "Too many jobs are waiting, or the store is locked.",
}
_REQUEST_SCHEMAS = (
    "summarize",
    "check_claims",
    "check_claim",
    "decide",
    "ground_quotes",
)

_STRING = {"type": "string"}
_JSON_LD = {"type": ["object", "array"]}
_NULLABLE_STRING = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_NULLABLE_COUNT = {"type": ["integer", "null"], "minimum": 0}
_STRINGS = {"type": "array", "items": _STRING}
# This is looser than the pattern of parameters, which bounds the numbers.
_RUN_NAME = {"type": "string", "pattern": "^[1-9][0-9]*-[1-9][0-9]*$"}
_RUN_LISTING_SCHEMA = build_object_schema(
    {
        "name": _RUN_NAME,
        "source": _STRING,
        "title": _NULLABLE_STRING,
        "headline": _NULLABLE_STRING,
        "claims": _NULLABLE_COUNT,
        "state": {"enum": ["done", "partial", "failed"]},
        "message": _NULLABLE_STRING,
        "finished": {"type": "string", "format": "date-time"},
        "cost_usd": {"type": ["number", "null"]},
        "engine": _STRING,
        "model": _NULLABLE_STRING,
        "checked": {"type": "boolean"},
    }
)
_RUNS_SCHEMA = build_object_schema(
    {
        "runs": {"type": "array", "items": _RUN_LISTING_SCHEMA},
        "waiting": _COUNT,
        "next": {"anyOf": [_RUN_NAME, {"type": "null"}]},
    }
)
_ABOUT_SCHEMA = build_object_schema(
    {
        "version": _STRING,
        "engine": _STRING,
        "model": _NULLABLE_STRING,
        "most_bytes": _COUNT,
        "jobs": _COUNT,
        "open_jobs": _COUNT,
        "search": _STRINGS,
        "run_formats": _STRINGS,
        "check_formats": _STRINGS,
    }
)
_ERROR_SCHEMA = build_object_schema(
    {"error": {**_STRING, "description": "what happened, where, and what to do"}}
)
_TOKEN_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "Needed if the server was started with a token.",
}


def describe_responses(
    status: int,
    schema_name: str | None,
    *media_types: str,
    errors: tuple[int, ...] = (),
) -> dict[int | str, dict[str, Any]]:
    """Describe the responses of an operation for FastAPI's `responses`.

    The successful response is JSON that follows a component, or has no body if
    `schema_name` is None. `media_types` lists its alternatives to JSON; `errors`
    lists the statuses besides those that every operation may return.
    """
    responses: dict[int | str, dict[str, Any]] = {status: {"description": "Done."}}
    if schema_name:
        content: dict[str, Any] = {JSON_MEDIA_TYPE: {"schema": _build_ref(schema_name)}}
        for media_type in media_types:
            is_json = media_type.endswith("json")
            content[media_type] = {"schema": _JSON_LD if is_json else _STRING}
        responses[status]["content"] = content
    for error_status in sorted({*_COMMON_ERROR_STATUSES, *errors}):
        responses[error_status] = {
            "description": _STATUS_DESCRIPTIONS[error_status],
            "content": {JSON_MEDIA_TYPE: {"schema": _build_ref("error")}},
        }
    return responses


def describe_job_responses(
    schema_name: str, *, errors: tuple[int, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """Describe the responses of an operation that starts a job."""
    return describe_responses(
        201,
        schema_name,
        EVENT_STREAM_MEDIA_TYPE,
        errors=(*JOB_ERROR_STATUSES, *errors),
    )


def list_media_types(formats: Iterable[str]) -> tuple[str, ...]:
    """List the media types of the formats, except JSON."""
    media_types = [EXPORT_FORMATS[format].media_type for format in formats]
    return tuple(name for name in media_types if name != JSON_MEDIA_TYPE)


def describe_request_body(name: str) -> dict[str, Any]:
    """Describe a request body: JSON that follows `schemas/request.NAME`."""
    content = {JSON_MEDIA_TYPE: {"schema": _build_ref(f"request.{name}")}}
    return {"requestBody": {"required": True, "content": content}}


def add_components(description: dict[str, Any]) -> None:
    """Add the components that operations refer to, and the token, in place."""
    schemas = {
        f"request.{name}": load_schema(f"request.{name}") for name in _REQUEST_SCHEMAS
    }
    schemas |= {
        "run": load_schema("run"),
        "check": load_schema("check"),
        "decision": build_answer_schema("decide"),
        "quotes": build_answer_schema("ground_quotes"),
        "runs": _RUNS_SCHEMA,
        "about": _ABOUT_SCHEMA,
        "error": _ERROR_SCHEMA,
    }
    # FastAPI itself adds components only for classes.
    components = dict(description.get("components", {}).get("schemas", {}))
    # Schemas may use the same names of definitions, so each is prefixed with its
    # schema's.
    for name, schema in schemas.items():
        for inner_name, definition in schema.get("$defs", {}).items():
            components[f"{name}.{inner_name}"] = _rewrite_refs(definition, name)
        components[name] = _rewrite_refs(schema, name)
    description["components"] = {
        "schemas": components,
        "securitySchemes": {"token": _TOKEN_SCHEME},
    }
    # The empty alternative is for servers without a token, which need no
    # authentication.
    description["security"] = [{}, {"token": []}]


def _build_ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _rewrite_refs(value: Any, name: str) -> Any:
    """Return a part of a schema with its `$ref`s pointing to components."""
    if isinstance(value, list):
        return [_rewrite_refs(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    rewritten = {}
    for key, item in value.items():
        # An `$id` within a component would change what its `$ref`s are relative to.
        if key in ("$schema", "$id", "$defs"):
            continue
        if key == "$ref" and isinstance(item, str):
            definition = item.rpartition("/")[2]
            rewritten[key] = f"#/components/schemas/{name}.{definition}"
        else:
            rewritten[key] = _rewrite_refs(item, name)
    return rewritten
