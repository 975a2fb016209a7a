"""Builds the schemas of answers, with the user's fields, kinds, and lengths.

A field may be null, so that a model need not make up a value. A value that does not
follow its schema is dropped, but its claim never is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from claimcheck import schemas
from claimcheck.errors import InputError
from claimcheck.models.brief import EMPTY_BRIEF, GROUNDED_KEYWORD, Brief, Field

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Models stop filling in fields if there are more. Chosen by hand.
_MAX_FIELDS = 40
_SCALARS = ("string", "number", "integer", "boolean")
_KEYWORDS = frozenset(
    """
    type enum items minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    minLength maxLength pattern minItems maxItems
    """.split()
)
_UNDECIDED = "not_enough_evidence"
_ONE_LINE = r"^[^\n]{1,300}$"
# Generators such as pydantic write these; they do not restrict the value.
_IGNORED_KEYWORDS = frozenset({"title", "default", "examples", "$comment"})


def load(name: str, brief: Brief = EMPTY_BRIEF) -> dict[str, Any]:
    """Return the schema of an answer; callers must not change it."""
    # Most briefs change no schema, and the loaded one is shared.
    is_extended = brief.kinds or brief.fields or brief.length
    return _extend(name, brief) if is_extended else schemas.load(name)


def build_strict(name: str, brief: Brief) -> dict[str, Any]:
    """Return a copy of the schema without keywords that strict mode refuses.

    It is stricter than the schema that validates answers: see `_restrict_verdicts`.
    """
    schema: dict[str, Any] = schemas.strip_keywords(load(name, brief))
    if "verdicts" in schema["properties"]:
        _restrict_verdicts(schema["properties"]["verdicts"])
    return schema


def _restrict_verdicts(verdicts: dict[str, Any]) -> None:
    """Limit the rationale to one line, and require evidence for a decision.

    Otherwise weak models write endlessly, and forget the evidence. Strict mode has no
    conditions, so the schema lists alternatives.
    """
    item = verdicts["items"]
    item["properties"]["rationale"]["pattern"] = _ONE_LINE
    # Before the labels change: this copy gets its own.
    undecided = deepcopy(item)
    labels = item["properties"]["label"]["enum"]
    item["properties"]["label"]["enum"] = [one for one in labels if one != _UNDECIDED]
    item["properties"]["evidence"]["minItems"] = 1
    undecided["properties"]["label"]["enum"] = [_UNDECIDED]
    verdicts["items"] = {"anyOf": [item, undecided]}


@cache
def _extend(name: str, brief: Brief) -> dict[str, Any]:
    # A copy, because everybody else gets the same loaded schema.
    schema = deepcopy(schemas.load(name))
    properties = schema["properties"]
    if "sentences" in properties:
        properties["sentences"]["maxItems"] = brief.size.max_sentences
        properties["key_points"]["maxItems"] = brief.size.max_key_points
    if "claims" in properties:
        claim = properties["claims"]["items"]
        if "$ref" in claim:
            claim = schema["$defs"][claim["$ref"].rpartition("/")[2]]
        _extend_claim(claim, brief)
    return schema


def _extend_claim(claim: dict[str, Any], brief: Brief) -> None:
    if brief.kinds:
        claim["properties"]["kind"]["enum"] = list(brief.kinds)
    if not brief.fields:
        return
    properties = {}
    for field in brief.fields:
        properties[field.name] = {"anyOf": [field.schema, {"type": "null"}]}
    # Strict mode requires every property, so a missing value is null.
    claim["required"].append("fields")
    claim["properties"]["fields"] = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def read_fields(schema: Any, source: str) -> tuple[Field, ...]:
    """Read fields from a JSON Schema of an object, or from its properties.

    Raises:
        InputError: the schema is not one that all models can follow; the message lists
            all problems.
    """
    properties = schema
    if isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
        properties = schema["properties"]
    if not isinstance(properties, Mapping) or not properties:
        raise InputError(
            f"{source}: is not a JSON Schema with `properties`, such as "
            '{"properties": {"amount": {"type": "number", "description": "in euros"}}}'
        )
    definitions = schema.get("$defs", {})
    # Collected, because people should not have to fix one field after the other.
    problems = []
    fields = []
    for name, value in _resolve_references(properties, definitions).items():
        found = list(_find_field_problems(name, value))
        problems += found
        if not found:
            fields.append(_build_field(name, value))
    if len(properties) > _MAX_FIELDS:
        problems.append(f"has {len(properties)} fields; use at most {_MAX_FIELDS}")
    if problems:
        raise InputError(f"{source}: {'; '.join(problems)}")
    return tuple(fields)


def _resolve_references(node: Any, definitions: Any) -> Any:
    """Replace references by what they refer to; pydantic writes these."""
    if isinstance(node, list):
        return [_resolve_references(item, definitions) for item in node]
    if not isinstance(node, Mapping):
        return node
    resolved = {
        key: _resolve_references(value, definitions) for key, value in node.items()
    }
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if isinstance(definitions, Mapping) and isinstance(definitions.get(name), Mapping):
        del resolved["$ref"]
        return {**definitions[name], **resolved}
    return resolved


def _find_field_problems(name: str, schema: Any) -> Iterator[str]:
    import jsonschema

    if not _NAME.fullmatch(name):
        yield (
            f"{name!r} is not a name of a field: use up to 64 letters, digits, and "
            "underscores, with a letter first"
        )
    if not isinstance(schema, Mapping):
        yield f"{name}: is not a JSON Schema"
        return
    value_schema = _get_value_schema(schema)
    for keyword in value_schema:
        if keyword not in _KEYWORDS:
            yield f"{name}: the keyword {keyword!r} is not supported"
    try:
        jsonschema.Draft202012Validator.check_schema(value_schema)
    except jsonschema.SchemaError as error:
        yield f"{name}: is not a valid JSON Schema: {error.message}"
        return
    yield from _find_type_problems(name, schema, value_schema)


def _find_type_problems(
    name: str, schema: Mapping[str, Any], value_schema: Mapping[str, Any]
) -> Iterator[str]:
    item_schema = value_schema
    if value_schema.get("type") == "array":
        item_schema = value_schema.get("items") or {}
    kind = item_schema.get("type")
    if kind not in _SCALARS and "enum" not in item_schema:
        yield (
            f"{name}: type is {kind!r}; it must be one of {', '.join(_SCALARS)}, an "
            "enum, or an array of them"
        )
    is_grounded = schema.get(GROUNDED_KEYWORD, False)
    if not isinstance(is_grounded, bool):
        yield f"{name}: {GROUNDED_KEYWORD} must be true or false"
    if is_grounded and kind == "boolean":
        yield f"{name}: true and false cannot be found in a document"


def _build_field(name: str, schema: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        schema_json=json.dumps(_get_value_schema(schema), ensure_ascii=False),
        description=" ".join(str(schema.get("description", "")).split()),
        is_grounded=bool(schema.get(GROUNDED_KEYWORD)),
    )


def _get_value_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a non-null value, without annotations."""
    others = [item for item in schema.get("anyOf", ()) if item != {"type": "null"}]
    if len(others) == 1 and isinstance(others[0], Mapping):
        # pydantic writes optional values in this form.
        schema = {**schema, **others[0]}
        del schema["anyOf"]
    ignored = {"description", GROUNDED_KEYWORD, *_IGNORED_KEYWORDS}
    value_schema = {key: item for key, item in schema.items() if key not in ignored}
    kind = value_schema.get("type")
    if isinstance(kind, list):
        kinds = [item for item in kind if item != "null"]
        value_schema["type"] = kinds[0] if len(kinds) == 1 else kinds
    # Answers are fitted to the choices of an enum, and `const` is one of one value.
    if "const" in value_schema:
        value_schema["enum"] = [value_schema.pop("const")]
    return value_schema
