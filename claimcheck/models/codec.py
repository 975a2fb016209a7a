"""Frozen dataclasses to JSON and back: `load(dump(value), type) == value`.

This module knows none of our types: `run`, `document`, and `llm` define their own.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from claimcheck.arguments import require_kind
from claimcheck.errors import InputError
from claimcheck.json_lines import has_half_pair

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

T = TypeVar("T")
OMITTED = {"omitted": True}  # metadata of fields that are never written


# Built on first use: cattrs generates code for each class, which takes a while.
@cache
def _build_converter() -> JsonConverter:
    from cattrs.gen import make_dict_unstructure_fn, override
    from cattrs.preconf.json import make_converter

    # An unknown key means a newer schema or a mistake. Ignoring it would lose data.
    converter = make_converter(forbid_extra_keys=True)

    def build_hook(kind: type) -> Callable[[Any], dict[str, Any]]:
        omitted: dict[str, Any] = {
            name: override(omit=True) for name in _list_omitted(kind)
        }
        return make_dict_unstructure_fn(kind, converter, **omitted)

    converter.register_unstructure_hook_factory(
        lambda kind: bool(_list_omitted(kind)), build_hook
    )
    return converter


def _list_omitted(kind: Any) -> list[str]:
    found = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    return [field.name for field in found if "omitted" in field.metadata]


def to_fields(value: Any) -> dict[str, Any]:
    """Return a dataclass as dicts and lists that `json.dumps` accepts."""
    fields: dict[str, Any] = _build_converter().unstructure(value)
    return fields


def from_fields(fields: Any, kind: type[T]) -> T:
    """Build the dataclass that `to_fields` took apart.

    Raises:
        BaseValidationError, ValueError: the fields are not those of this type.
    """
    return _build_converter().structure(fields, kind)


def dump(result: Any, *, indent: int | None = 2) -> str:
    """Write a result as JSON, `schema_version` first, with a final line break.

    The other keys keep the order of the data model.
    """
    fields = to_fields(result)
    # First, so that a reader can decide by the first bytes.
    ordered = {"schema_version": fields.pop("schema_version"), **fields}
    return json.dumps(ordered, ensure_ascii=False, indent=indent) + "\n"


def dump_line(value: Any) -> str:
    """Write a dataclass as one line of JSON."""
    return json.dumps(to_fields(value), ensure_ascii=False)


def load_line(line: str, kind: type[T]) -> T:
    """Read a dataclass from `dump_line`; errors are those of `from_fields`."""
    return from_fields(json.loads(line), kind)


def load(
    data: str | bytes, kind: type[T], *, schema: str, versions: tuple[str, ...]
) -> T:
    """Read a result that `dump` wrote; `schema` is its name in error messages.

    `versions` are the readable schema versions, the current one first.

    Raises:
        InputError: the data is not JSON, does not follow the schema, or has another
            schema version.
    """
    from cattrs.errors import BaseValidationError
    from cattrs.v import transform_error

    # A dict is a common mistake, as `json.load` returns one.
    require_kind(data, (str, bytes), schema, "the JSON text")
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{schema}: is not JSON: {error}") from None
    # Escapes are only visible in the source: `json` has already replaced them.
    source = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if has_half_pair(fields, source):
        raise InputError(f"{schema}: contains half of a surrogate pair")
    found = fields.get("schema_version") if isinstance(fields, dict) else None
    # Before the fields: those of another version would only cause confusing errors.
    if found not in versions:
        stated = f"has schema_version {found}" if found else "has no schema_version"
        raise InputError(
            f"{schema}: {stated}; this claimcheck reads {' and '.join(versions)}"
        )
    # What is written again has today's form.
    fields["schema_version"] = versions[0]
    try:
        return from_fields(fields, kind)
    except BaseValidationError as error:
        # With JSON paths, as in the messages of the schema.
        problems = transform_error(error, path="$")
    except ValueError as error:
        problems = [str(error)]
    raise InputError(
        f"{schema}: does not follow {schema}.schema.json: {'; '.join(problems[:3])}"
    )
