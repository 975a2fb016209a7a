"""Runs, checks and documents to JSON and back: `load(dump(run), Run) == run`."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelResponse
from claimcheck.models.run import CHECK_SCHEMA_VERSION, SCHEMA_VERSION, Check, Run

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

Result = TypeVar("Result", Run, Check)
_VERSIONS = {Run: ("run", SCHEMA_VERSION), Check: ("check", CHECK_SCHEMA_VERSION)}


@cache
def _converter() -> JsonConverter:
    from cattrs.preconf.json import make_converter

    return make_converter(forbid_extra_keys=True)


def dump(result: Run | Check, *, text: bool, indent: int | None = 2) -> str:
    """The result as JSON, keys in the order of the data model, `schema_version` first."""
    if not text and isinstance(result, Run):
        result = replace(result, document=replace(result.document, text=None))
    elif not text and isinstance(result, Check):
        claimed_in = result.claimed_in and replace(result.claimed_in, text=None)
        documents = tuple(replace(document, text=None) for document in result.documents)
        result = replace(result, claimed_in=claimed_in, documents=documents)
    fields = _converter().unstructure(result)
    ordered = {"schema_version": fields.pop("schema_version"), **fields}
    return json.dumps(ordered, ensure_ascii=False, indent=indent) + "\n"


def run_of(fields: str, text: str) -> Run:
    """The run that was written without its text, with the document's text."""
    run = _converter().structure(json.loads(fields), Run)
    return replace(run, document=replace(run.document, text=text))


def load(data: str | bytes, kind: type[Result]) -> Result:
    """The run or check in this JSON.

    Raises:
        InputError: it is not JSON, not a result of that kind, or of another schema version.
    """
    from cattrs.errors import BaseValidationError
    from cattrs.v import transform_error

    name, known = _VERSIONS[kind]
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not JSON: {error}") from None
    version = fields.get("schema_version") if isinstance(fields, dict) else None
    if version != known:
        raise InputError(f"{name}: has schema_version {version!r}, this claimcheck reads {known!r}")
    try:
        return _converter().structure(fields, kind)
    except (BaseValidationError, ValueError) as error:
        problems = (
            transform_error(error, path="$") if isinstance(error, BaseValidationError) else [str(error)]
        )
        raise InputError(f"{name}: does not follow {name}.schema.json: {'; '.join(problems[:3])}") from None


def response_to_json(response: ModelResponse) -> str:
    """An answer as it came."""
    return json.dumps(_converter().unstructure(response), ensure_ascii=True, separators=(",", ":"))


def response_from_json(fields: str) -> ModelResponse:
    """The answer that `response_to_json` wrote."""
    return _converter().structure(json.loads(fields), ModelResponse)


def document_to_json(document: Document) -> str:
    """A document without its text."""
    fields: dict[str, Any] = _converter().unstructure(replace(document, text=None))
    return json.dumps(fields, ensure_ascii=False)


def document_from_json(fields: str, text: str | None = None) -> Document:
    """The document that `document_to_json` wrote, with its text if that is at hand."""
    return replace(_converter().structure(json.loads(fields), Document), text=text)
