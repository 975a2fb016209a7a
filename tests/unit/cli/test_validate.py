"""The command `validate`."""

import json

from tests.support.command import claimcheck
from tests.support.paths import SEED


def test_validate_shows_every_problem_with_its_path(tmp_path):
    run = json.loads(claimcheck("summarize", SEED, "--format", "json").stdout)
    run["claims"][0]["check_worthiness"] = 2
    run["claims"][1].pop("quote")
    run["document"]["published"] = "yesterday"
    (tmp_path / "a.json").write_text(json.dumps(run))
    (tmp_path / "b.json").write_text("{")
    done = claimcheck("validate", "a.json", "b.json")
    assert done.returncode == 2
    report = done.stdout.decode()
    assert (
        "a.json: $.claims[0].check_worthiness: 2 is greater than the maximum of 1"
        in report
    )
    assert "a.json: $.claims[1]: 'quote' is a required property" in report
    assert (
        "a.json: $.document.published: 'yesterday' is not a date; use YYYY-MM-DD"
        in report
    )
    assert "b.json: $: is not JSON" in report


def test_validate_finds_a_span_that_is_not_the_documents_text(tmp_path):
    run = json.loads(claimcheck("summarize", SEED, "--format", "json").stdout)
    run["claims"][0]["spans"][0]["start"] += 1
    run["claims"][0]["spans"][0]["end"] += 1
    run["summary"]["sentences"][0]["claim_ids"] = ["c-000000000000"]
    (tmp_path / "a.json").write_text(json.dumps(run))
    report = claimcheck("validate", "a.json").stdout.decode()
    assert "$.claims[0].spans[0].text: is not document.text[" in report
    assert (
        "$.summary.sentences[0].claim_ids: c-000000000000 is not a claim of this run"
        in report
    )


def test_the_schema_of_a_check_is_chosen_by_its_fields(tmp_path):
    (tmp_path / "claims.txt").write_text("The bridge was built in 1957.")
    done = claimcheck("check", "claims.txt", SEED, "--format", "json", "-o", "c.json")
    assert done.returncode == 0, done.err
    assert "c.json: follows check.schema.json" in claimcheck("validate", "c.json").out
    assert claimcheck("validate", "c.json", "--schema", "run").returncode == 2
