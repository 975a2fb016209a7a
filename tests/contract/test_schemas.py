"""Schemas and dataclasses agree; answer schemas keep to the strict subset."""

import dataclasses
import json
import typing

import jsonschema
import pytest

from claimcheck import schemas
from claimcheck.models import (
    citation,
    claim,
    decision,
    document,
    known,
    run,
    span,
    verdict,
)

CLASSES = {
    "": run.Run,
    "document": document.Document,
    "summary": run.Summary,
    "linked": run.LinkedText,
    "position": run.Position,
    "claim": claim.Claim,
    "field_value": claim.FieldValue,
    "excerpt": span.Excerpt,
    "when": claim.When,
    "quantity": claim.Quantity,
    "failure": run.Failure,
    "entry": run.LedgerEntry,
    "usage": run.Usage,
    "signature": run.Signature,
    "verdict": verdict.Verdict,
    "finding": verdict.Finding,
    "evidence": verdict.Evidence,
    "difference": verdict.Difference,
    "votes": verdict.Votes,
    "unchecked": run.CheckFailure,
    "decision": decision.Decision,
}
PARTS = [("run", name, kind) for name, kind in CLASSES.items()] + [
    ("check", name, kind)
    for name, kind in (CLASSES | {"": run.Check}).items()
    if not name or name in schemas.load("check")["$defs"]
]
PARTS += [
    ("citations", "", citation.CitationCheck),
    ("citations", "statement", citation.CheckedStatement),
    ("citations", "citation", citation.CheckedCitation),
    ("matches", "", known.Matches),
    ("matches", "matched", known.MatchedClaim),
    ("matches", "match", known.ClaimMatch),
    ("matches", "known", known.KnownClaim),
]


def list_written(kind):
    """Return the fields of a dataclass, without those that are never written."""
    fields = dataclasses.fields(kind)
    return [field for field in fields if "omitted" not in field.metadata]


@pytest.mark.parametrize(("of", "name", "kind"), PARTS)
def test_a_dataclass_and_its_schema_have_the_same_fields(of, name, kind):
    published = schemas.load(of)
    part = published["$defs"][name] if name else published
    fields = list_written(kind)
    # Older runs lack what was added later; it has a default.
    missing = dataclasses.MISSING
    required = {
        item.name
        for item in fields
        if item.default is missing and item.default_factory is missing
    }
    assert set(part["properties"]) == {item.name for item in fields}
    assert required <= set(part["required"]) <= set(part["properties"])


@pytest.mark.parametrize(("of", "name", "data"), PARTS)
def test_optional_fields_are_nullable(of, name, data):
    published = schemas.load(of)
    part = published["$defs"][name] if name else published
    hints = typing.get_type_hints(data)
    for field in [item.name for item in list_written(data)]:
        kind = hints[field]
        rule = part["properties"][field]
        nullable = {"type": "null"} in rule.get("anyOf", []) or None in rule.get(
            "enum", []
        )
        assert nullable == (type(None) in typing.get_args(kind)), field


@pytest.mark.parametrize(
    ("enum", "path"), [(claim.Match, "match"), (claim.Kind, "kind")]
)
def test_enums_of_claims_agree(enum, path):
    # A user may name other kinds.
    keyword = "examples" if path == "kind" else "enum"
    assert schemas.load("run")["$defs"]["claim"]["properties"][path][keyword] == list(
        enum
    )


@pytest.mark.parametrize(
    ("enum", "part", "path"),
    [
        (verdict.Label, "finding", "label"),
        (verdict.DecidedBy, "finding", "decided_by"),
        (verdict.Stance, "evidence", "stance"),
        (run.Cause, "unchecked", "cause"),
    ],
)
def test_enums_of_verdicts_agree(enum, part, path):
    for name in ("run", "check"):
        assert schemas.load(name)["$defs"][part]["properties"][path]["enum"] == list(
            enum
        )
    verdicts = schemas.load("verdict.answer")["properties"]["verdicts"]
    answer = verdicts["items"]["properties"]["label"]["enum"]
    assert sorted(answer) == sorted(verdict.Label)


@pytest.mark.parametrize("name", schemas.list_names())
def test_every_schema_is_json_schema_2020_12(name):
    loaded = schemas.load(name)
    jsonschema.Draft202012Validator.check_schema(loaded)
    assert loaded["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def iter_objects(schema):
    if schema.get("type") == "object" or "properties" in schema:
        yield schema
    for value in schema.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from iter_objects(item)


@pytest.mark.parametrize(
    "name", [name for name in schemas.list_names() if name.endswith(".answer")]
)
def test_an_answer_schema_keeps_to_the_strict_subset_and_asks_for_no_offsets(name):
    for part in iter_objects(schemas.strip_keywords(schemas.load(name))):
        if "properties" in part and part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
            assert not {"start", "end", "spans", "offset"} & set(part["properties"])
    text = json.dumps(schemas.strip_keywords(schemas.load(name)))
    assert not any(
        f'"{word}"' in text
        for word in ("allOf", "not", "if", "minLength", "maxLength", "$id", "$schema")
    )


def test_a_property_may_be_called_title():
    assert "title" in schemas.load("run")["$defs"]["document"]["properties"]
    assert (
        "title"
        in schemas.strip_keywords(schemas.load("run"))["$defs"]["document"][
            "properties"
        ]
    )
