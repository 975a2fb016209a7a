"""Runs to JSON and back: `load(dump(run)) == run`."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from claimcheck.core.run import SCHEMA_VERSION, Run
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter


@cache
def _converter() -> JsonConverter:
    from cattrs.preconf.json import make_converter

    return make_converter(forbid_extra_keys=True)


def dump(run: Run, *, text: bool) -> str:
    """The run as indented JSON, keys in the order of the data model, `schema_version` first."""
    if not text:
        run = replace(run, document=replace(run.document, text=None))
    fields = _converter().unstructure(run)
    ordered = {"schema_version": fields.pop("schema_version"), **fields}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


def load(data: str | bytes) -> Run:
    """The run in this JSON.

    Raises:
        InputError: it is not JSON, not a run, or of another schema version.
    """
    from cattrs.errors import BaseValidationError
    from cattrs.v import transform_error

    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"run: is not JSON: {error}") from None
    version = fields.get("schema_version") if isinstance(fields, dict) else None
    if version != SCHEMA_VERSION:
        raise InputError(f"run: has schema_version {version!r}, this claimcheck reads {SCHEMA_VERSION!r}")
    try:
        return _converter().structure(fields, Run)
    except (BaseValidationError, ValueError) as error:
        problems = (
            transform_error(error, path="$") if isinstance(error, BaseValidationError) else [str(error)]
        )
        raise InputError(f"run: does not follow run.schema.json: {'; '.join(problems[:3])}") from None
