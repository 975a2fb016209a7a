"""Fields and kinds that the user defines: asked for, validated, grounded, exported."""

import csv
import io
import json
from dataclasses import replace

import pytest

from claimcheck import Match, Run, Settings, errors, read_brief, schemas, summarize
from claimcheck.llm.stored import is_usable
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.prompts import answer_schemas
from claimcheck.reports import markdown, table, text
from claimcheck.reports.html import page
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = (
    "The ministry paid 2,500 euros in May. The ferry Anna sank on Monday. "
    "The city bought two buses for 3.4 million dollars. The Anna was old."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {
            "type": "number",
            "description": "the amount, without currency",
            "x-grounded": True,
        },
        "area": {"type": "string", "enum": ["traffic", "money"]},
        "ships": {"type": "array", "items": {"type": "string"}, "x-grounded": True},
        "urgent": {"type": ["boolean", "null"]},
    },
}
QUOTES = TEXT.split(". ")


def run_with(claims, *more, schema=SCHEMA, **brief):
    client = ScriptedClient([response(answer(*claims)), *map(response, more)])
    brief = read_brief(fields=schema, **brief)
    settings = Settings(engine="llm", brief=brief)
    return summarize(TEXT, settings=settings, client=client), client.requests


@pytest.fixture(scope="module")
def run():
    run, _ = run_with(
        [
            claim(
                "The ministry paid 2,500 euros in May.",
                fields={
                    "amount": "2500",
                    "area": "Money",
                    "ships": None,
                    "urgent": False,
                },
            ),
            claim(
                "The ferry Anna sank on Monday.",
                fields={
                    "amount": None,
                    "area": "sea",
                    "ships": ["Anna"],
                    "urgent": "no idea",
                },
            ),
            claim(
                "The city bought two buses for 3.4 million dollars.",
                fields={"Amount": 3400000, "ships": ["Anna", "Berta"], "odd": 1},
            ),
            claim("The Anna was old."),
        ]
    )
    return run


def values(run, name):
    return [item.fields[name].value for item in run.claims]


def test_the_model_is_asked_for_the_fields_in_words_and_in_a_strict_schema():
    _, (request,) = run_with([claim(TEXT[:37])])
    system = request.messages[0].content
    assert (
        "\n  - amount: the amount, without currency (copied letter by letter from the document)\n  - area\n"
        in system
    )
    fields = request.schema["$defs"]["claim"]["properties"]["fields"]
    assert fields["required"] == list(SCHEMA["properties"])
    assert fields["properties"]["amount"] == {
        "anyOf": [{"type": "number"}, {"type": "null"}]
    }
    assert fields["additionalProperties"] is False
    assert "fields" in request.schema["$defs"]["claim"]["required"]
    assert (
        json.dumps(request.schema["$defs"]["claim"], separators=(",", ":"))[:40]
        in request.schema_message.content
    )


def test_values_follow_the_schema_and_a_bad_one_costs_only_itself(run):
    assert values(run, "amount") == [2500, None, 3400000, None]
    assert values(run, "area") == ["money", None, None, None]
    assert values(run, "urgent") == [False, None, None, None]
    assert not run.failures
    corrections = "\n".join(run.signature.settings["corrections"])
    assert (
        "fields.area: was read as null: 'sea' is not one of ['traffic', 'money']"
        in corrections
    )
    assert 'the key "odd" was ignored' in corrections


def test_a_grounded_value_gets_the_span_where_the_document_says_it(run):
    text = run.document.full_text
    amount, ships = run.claims[0].fields["amount"], run.claims[1].fields["ships"]
    assert (amount.match, [text[s.start : s.end] for s in amount.spans]) == (
        Match.EXACT,
        ["2,500"],
    )
    # "3.4 million" is a quantity of the quote.
    amount = run.claims[2].fields["amount"]
    assert (amount.match, amount.spans[0].text.startswith("3.4 million")) == (
        Match.NORMALIZED,
        True,
    )
    assert ships.spans[0].start == text.index("Anna")
    assert run.claims[0].fields["area"].match is None


def test_a_grounded_value_that_is_not_in_the_document_is_marked(run):
    ships = run.claims[2].fields["ships"]
    assert (ships.value, ships.match, ships.spans) == (
        ["Anna", "Berta"],
        Match.NONE,
        (),
    )
    assert [item.has_missing_field for item in run.claims] == [
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("value", ["Bnna", "Ann", "2,501", "26 May"])
def test_nothing_that_differs_gets_a_place(value):
    schema = {"x": {"type": "string", "x-grounded": True}}
    run, _ = run_with(
        [claim("The ferry Anna sank on Monday.", fields={"x": value})], schema=schema
    )
    assert run.claims[0].fields["x"].match is Match.NONE


def test_of_several_places_the_one_in_the_quote_counts():
    schema = {"x": {"type": "string", "x-grounded": True}}
    run, _ = run_with([claim("The Anna was old.", fields={"x": "Anna"})], schema=schema)
    assert run.claims[0].fields["x"].spans[0].start == TEXT.rindex("Anna")


def test_a_run_with_fields_is_valid_and_survives_a_round_trip(run):
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()
    assert Run.from_json(run.to_json()) == run
    assert find_run_inconsistencies(run) == []
    moved = replace(run.claims[0].fields["amount"], spans=run.claims[1].spans)
    broken = replace(run.claims[0], fields={"amount": replace(moved, match=Match.NONE)})
    problems = find_run_inconsistencies(replace(run, claims=(broken, *run.claims[1:])))
    assert "match is none, with 1 spans" in problems[0]


def test_fields_are_in_every_report(run):
    rows = list(csv.DictReader(io.StringIO("".join(table.iter_csv_lines([run])))))
    assert [row["field.amount"] for row in rows] == ["2500", "", "3400000", ""]
    assert [row["field.ships.match"] for row in rows] == ["", "exact", "none", ""]
    assert "field.area.match" not in rows[0]
    narrow, claim_page = text.render_run(run), text.render_claim(run, run.claims[2])
    assert "amount: 2500 · area: money · urgent: false" in narrow
    assert "Anna; Berta (NOT FOUND in the document)" in claim_page
    assert "| Where | amount | area | ships | urgent |" in markdown.render_run(run)
    html = page.render(run)
    assert "NOT FOUND in the document" in html


def test_parquet_has_a_column_for_each_field(run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table.write_parquet([run], tmp_path / "claims.parquet")
    read = parquet.read_table(tmp_path / "claims.parquet").to_pydict()
    assert read["field.amount"] == [2500.0, None, 3400000.0, None]
    assert read["field.area"] == ["money", None, None, None]
    assert read["field.ships"] == [None, "Anna", "Anna; Berta", None]


def test_the_signature_has_the_schema_and_is_enough_to_ask_again(run):
    stated = run.signature.settings["fields"]
    assert stated["amount"] == SCHEMA["properties"]["amount"]
    assert answer_schemas.read_fields(stated, "") == read_brief(fields=SCHEMA).fields


def test_kinds_replace_those_of_claims():
    run, (first, repaired) = run_with(
        [
            claim("The Anna was old.", kind="Benefit"),
            claim("The ferry Anna sank on Monday.", kind="event"),
        ],
        {"claims": [claim("The ferry Anna sank on Monday.", kind="risk")]},
        kinds=["benefit", "risk"],
    )
    assert "- kind: benefit or risk.\n" in first.messages[0].content
    assert first.schema["$defs"]["claim"]["properties"]["kind"] == {
        "enum": ["benefit", "risk"]
    }
    # The repair asks for claims alone, in the same form.
    properties = repaired.schema["$defs"]["claim"]["properties"]
    assert properties["kind"] == {"enum": ["benefit", "risk"]}
    assert "fields" in properties
    assert sorted(item.kind for item in run.claims) == ["benefit", "risk"]
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()
    # Stores and caches know which answers follow their schema.
    stored = response(answer(claim("The Anna was old.", kind="risk")))
    assert not is_usable("summary.answer", stored)
    assert is_usable("summary.answer", stored, first.brief)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({}, "is not a JSON Schema with `properties`"),
        ([], "is not a JSON Schema with `properties`"),
        ({"properties": {"a b": {"type": "string"}}}, "'a b' is not a name of a field"),
        ({"a": 1}, "a: is not a JSON Schema"),
        ({"a": {"type": "object", "properties": {}}}, "'properties' is not supported"),
        ({"a": {"type": "text"}}, "a: is not a valid JSON Schema"),
        ({"a": {"type": "null"}}, "a: type is 'null'; it must be one of string"),
        ({"a": {"type": "array"}}, "a: type is None"),
        ({"a": {"$ref": "#/x"}}, "'$ref' is not supported"),
        ({"a": {"type": "boolean", "x-grounded": True}}, "cannot be found in a document"),
        ({"a": {"type": "string", "x-grounded": "yes"}}, "x-grounded must be true or false"),
        ({f"f{n}": {"type": "string"} for n in range(41)}, "has 41 fields; use at most 40"),
    ],
)  # fmt: skip
def test_names_what_is_wrong_with_a_schema_of_fields(schema, problem):
    with pytest.raises(errors.InputError) as caught:
        read_brief(fields=schema)
    assert problem in str(caught.value)


def test_reads_the_schema_that_pydantic_writes():
    schema = {
        "title": "Extra", "type": "object", "required": ["drug"],
        "properties": {
            "drug": {"title": "Drug", "type": "string", "description": "The drug"},
            "dose": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}], "default": None, "title": "Dose"},
            "unit": {"const": "mg", "type": "string"},
            "area": {"anyOf": [{"$ref": "#/$defs/Area"}, {"type": "null"}], "default": None},
            "others": {"type": "array", "items": {"$ref": "#/$defs/Area"}},
        },
        "$defs": {"Area": {"enum": ["lung", "skin"], "title": "Area", "type": "string"}},
    }  # fmt: skip
    drug, dose, unit, area, others = read_brief(fields=schema).fields
    assert (drug.schema, drug.description) == ({"type": "string"}, "The drug")
    assert dose.schema == {"type": "number", "minimum": 0}
    assert unit.schema == {"type": "string", "enum": ["mg"]}
    assert area.schema == {"type": "string", "enum": ["lung", "skin"]}
    assert others.schema["items"]["enum"] == ["lung", "skin"]


def test_from_the_command_line_to_the_store_and_out_again(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "fields.json").write_text(json.dumps(SCHEMA))
    good = claim(
        "The ferry Anna sank on Monday.", kind="risk", fields={"ships": ["Berta"]}
    )
    with serve_script((200, completion(json.dumps(answer(good))))) as (url, received):
        options = ["--engine", "llm", "--model", "m", "--base-url", url, "--no-cache"]
        options += ["--fields", tmp_path / "fields.json", "--kinds", "risk, other"]
        done = claimcheck(
            "summarize", tmp_path / "a.txt", *options, "--fail-on", "ungrounded"
        )
        assert (done.returncode, "ships: Berta (NOT FOUND" in done.out) == (1, True)
        store = tmp_path / "runs.db"
        done = claimcheck("batch", tmp_path / "a.txt", "--store", store, *options)
        assert done.returncode == 0, done.err
        # Its settings are in the store: nothing else is needed to retry and to verify.
        done = claimcheck("runs", "retry", "--store", store)
        assert done.returncode == 0, done.err
    assert len(received) == 2
    exported = claimcheck("runs", "export", "--store", store, "--format", "csv").out
    assert next(csv.DictReader(io.StringIO(exported)))["field.ships"] == "Berta"
    bundle = tmp_path / "case.zip"
    assert (
        claimcheck(
            "bundle", tmp_path / "a.txt", "--store", store, "-o", bundle
        ).returncode
        == 0
    )
    done = claimcheck("verify", bundle)
    assert done.returncode == 0, done.out
