"""The small commands: validate, ground, show."""

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
    said = done.stdout.decode()
    assert (
        "a.json: $.claims[0].check_worthiness: 2 is greater than the maximum of 1"
        in said
    )
    assert "a.json: $.claims[1]: 'quote' is a required property" in said
    assert "a.json: $.document.published: 'yesterday' is not a 'date'" in said
    assert "b.json: $: is not JSON" in said


def test_validate_finds_a_span_that_is_not_the_documents_text(tmp_path):
    run = json.loads(claimcheck("summarize", SEED, "--format", "json").stdout)
    run["claims"][0]["spans"][0]["start"] += 1
    run["claims"][0]["spans"][0]["end"] += 1
    run["summary"]["sentences"][0]["claim_ids"] = ["c-000000000000"]
    (tmp_path / "a.json").write_text(json.dumps(run))
    said = claimcheck("validate", "a.json").stdout.decode()
    assert "$.claims[0].spans[0].text: is not document.text[" in said
    assert "$.summary.sentences[0].claim_ids: there is no claim c-000000000000" in said


def test_ground_answers_each_quote_in_order(tmp_path):
    quotes = [
        {"quote": "two-hour talks in Rome"},
        {"quote": "three-hour talks in Rome but Moscow's chief"},
        {"quote": "ended on Tuesday with the\n\ntwo sides"},
    ]
    lines = "\n\n".join(json.dumps(quote) for quote in quotes)
    done = claimcheck("ground", SEED, "-", "--format", "json", stdin=lines.encode())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["match"] for row in rows] == ["exact", "none", "normalized"]
    assert rows[2]["spans"][0]["text"] == "ended on Tuesday with the\ntwo sides"
    assert (rows[1]["spans"], rows[0]["reason"]) == ([], None)
    assert rows[1]["reason"]


def test_ground_names_every_line_that_is_not_a_quote():
    done = claimcheck(
        "ground", SEED, "-", stdin=b'{"quote": "a"}\n{"quot": 1}\nnothing\n'
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert (
        b'standard input: line 2: is not {"quote": "..."}; line 3: is not JSON'
        in done.stderr
    )
    assert claimcheck("ground", "-", "-").returncode == 2


def test_show_prints_a_run_and_each_of_its_claims(tmp_path):
    text = "The harbour was dark. The ferry carried 900 people in 2020. It was built in Gdansk in 1998."
    (tmp_path / "a.txt").write_text(text)

    claimcheck(
        "summarize",
        "a.txt",
        "--engine",
        "extractive",
        "--format",
        "json",
        "--check",
        "-o",
        "run.json",
    )
    whole = claimcheck("show", "run.json")
    assert "Claims (" in whole.out
    run = json.loads((tmp_path / "run.json").read_text())
    place, claim = next(
        (number, item)
        for number, item in enumerate(run["claims"], 1)
        if "900" in item["quote"]
    )
    for name in (str(place), claim["id"]):
        shown = claimcheck("show", "run.json", name).out
        assert shown.startswith(f"{place}. The ferry carried 900 people in 2020.")
        assert text in " ".join(shown.split())  # with the sentences before and after
        assert "SUPPORTED" in shown
    missing = claimcheck("show", "run.json", "99")
    assert (
        missing.returncode,
        "The run has no claim '99'. Its claims are numbered from 1 to" in missing.err,
    ) == (2, True)
    assert claimcheck("show", "run.json", "--raw").out == "every answer could be used\n"
    assert claimcheck("show", "a.txt").returncode == 2
