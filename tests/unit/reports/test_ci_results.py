"""SARIF and JUnit: rules, places, and the schema of SARIF."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports.ci_results import (
    format_uri,
    list_check_results,
    locate_claims,
    locate_lines,
)
from claimcheck.reports.formats import Format, render_check, render_run
from tests.support.hostile import HOSTILE
from tests.support.paths import NODE_MODULES
from tests.support.scripted import ScriptedClient, answer, claim, response

SCHEMA = NODE_MODULES / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
EXTRACTIVE = Settings(engine="extractive")
FERRY = "Nobody came.\nThe ferry carried 900 people in 2020."
CLAIMS = [
    "The ferry carried 700 people in 2020.",
    "The ferry carried 900 people in 2020.",
    "The ferry was built in Gdansk.",
]


@pytest.fixture(scope="module")
def checked():
    document = Document.from_text(FERRY, source="notes/ferry 1.txt")
    return check(CLAIMS, document, settings=EXTRACTIVE)


def read_results(sarif):
    return json.loads(sarif)["runs"][0]["results"]


def test_sarif_names_the_rule_and_where_the_evidence_is(checked):
    refuted, unknown = read_results(render_check(checked, Format.SARIF))
    assert (refuted["ruleId"], refuted["level"]) == ("number", "error")
    assert (unknown["ruleId"], unknown["level"]) == ("not-enough-evidence", "warning")
    assert "700 people" in refuted["message"]["text"]
    location = refuted["relatedLocations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "notes/ferry%201.txt"
    assert location["region"] == {
        "startLine": 2,
        "startColumn": 1,
        "endLine": 2,
        "endColumn": 38,
    }


@pytest.mark.skipif(not SCHEMA.exists(), reason="needs a schema from npm: make test")
@pytest.mark.parametrize("hostile", [False, True])
def test_sarif_follows_its_schema(checked, hostile):
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    if hostile:
        text = "\n\n".join(f"The ferry carried 9 people {item}." for item in HOSTILE)
        document = Document.from_text(text, source=HOSTILE[0])
        checked = check(CLAIMS, document, settings=EXTRACTIVE)
        run = summarize(document, settings=EXTRACTIVE, check=True)
        log = json.loads(render_run(run, Format.SARIF))
        assert list(validator.iter_errors(log)) == []
    log = json.loads(render_check(checked, Format.SARIF))
    assert list(validator.iter_errors(log)) == []
    assert list(validator.iter_errors({**log, "version": "3"})) != []


def test_a_run_reports_quotes_and_unsupported_sentences():
    reply = answer(
        claim("Nobody came."),
        claim("The ferry sank.", "The ferry sank."),
        claim("The ferry carried 900 people in 2020.", "It carried 7 people in 2020."),
        sentences=[{"text": "The ferry carried 700 people in 2020.", "claims": [3]}],
    )
    client = ScriptedClient([response(reply), response({"corrections": []})])
    run = summarize(FERRY, settings=Settings(model="m"), client=client)
    verdicts = check([run.summary.sentences[0].text], FERRY, settings=EXTRACTIVE)
    found = read_results(
        render_run(replace(run, verdicts=verdicts.verdicts), Format.SARIF)
    )
    assert [item["ruleId"] for item in found] == ["quote-not-found", "number", "number"]
    assert found[2]["locations"][0]["physicalLocation"]["region"]["startLine"] == 2


def test_junit_has_a_case_for_each_claim(checked):
    suite = ElementTree.fromstring(render_check(checked, Format.JUNIT))[0]
    outcomes = [[child.tag for child in case] for case in suite]
    assert outcomes == [["failure"], [], ["skipped"]]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")


def test_junit_is_xml_whatever_a_claim_contains(checked):
    strange = "\x00\x0b\ufffe\uffff]]> <a&'\""
    verdict = replace(checked.verdicts[0], text=strange)
    made = render_check(replace(checked, verdicts=(verdict,)), Format.JUNIT)
    assert "<a&'\"" in ElementTree.fromstring(made)[0][0].get("name")


def test_claims_have_the_lines_of_their_file(checked, tmp_path):
    path = tmp_path / "claims.txt"
    path.write_text("# Claims\n" + "\n\n".join(CLAIMS), encoding="utf-8")
    locations = locate_lines(path)
    found = list_check_results(checked, locations)
    assert [item.location.start for item in found] == [(2, 1), (4, 1), (6, 1)]


def test_claims_of_a_run_have_their_places_in_its_text():
    run = summarize(Document.from_text(FERRY, source="a.md"), settings=EXTRACTIVE)
    assert [location.start for location in locate_claims(run).values()] == [(2, 1)]


def test_the_lines_of_a_pdf_are_not_those_of_its_text():
    document = replace(Document.from_text(FERRY, source="a.pdf"), format="pdf")
    run = summarize(document, settings=EXTRACTIVE)
    assert [location.start for location in locate_claims(run).values()] == [None]


def test_a_path_is_relative_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert format_uri(str(tmp_path / "a b.md")) == "a%20b.md"
    assert format_uri("/elsewhere/ä.md") == "file:///elsewhere/%C3%A4.md"
    assert format_uri("https://example.org/a") == "https://example.org/a"
