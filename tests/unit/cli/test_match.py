"""The command `match`: known claims in, similar ones out."""

import json

from claimcheck import Document, Index
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script

KNOWN = "claim,verdict,url\nThe ferry sank in 2019.,False,https://facts.example/\n"
CLAIMS = b"In 2019 a ferry sank.\nSnow fell on Monday.\n"


def test_lists_what_is_similar_and_what_is_not(tmp_path):
    (tmp_path / "known.csv").write_text(KNOWN)
    done = claimcheck("match", "-", "--known", tmp_path / "known.csv", stdin=CLAIMS)
    assert done.returncode == 0
    lines = done.out.splitlines()
    assert lines[0] == "1. In 2019 a ferry sank."
    assert lines[1].endswith(" The ferry sank in 2019.")
    assert lines[2] == "      False · https://facts.example/"
    assert lines[3:] == ["2. Snow fell on Monday.", "      no similar fact check"]
    assert done.err.endswith("similar fact checks for 1 of 2 claims\n")


OPPOSITES = """claim,verdict
Vaccines do not cause autism.,True
Unemployment fell in May.,True
The ferry sank in 2019.,True
"""


def test_a_known_claim_that_contradicts_says_so(tmp_path):
    (tmp_path / "known.csv").write_text(OPPOSITES)
    claims = (
        b"Vaccines cause autism.\nUnemployment rose in May.\nThe ferry sank in 2017.\n"
        b"The ferry sank in 2019.\n"
    )
    done = claimcheck(
        *("match", "-", "--known", tmp_path / "known.csv", "--top-k", "1"), stdin=claims
    )
    differences = [line.strip() for line in done.out.splitlines() if "differs" in line]
    assert differences == [
        "differs: the claim says “cause”, the fact check “not cause”",
        "differs: the claim says “rose”, the fact check “fell”",
        "differs: the claim says “in 2017”, the fact check “in 2019”",
    ]


def test_long_claims_are_wrapped_between_words(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    (tmp_path / "known.csv").write_text(KNOWN)
    claim = b"In 2019 a ferry sank in the harbor of Brackwater."
    done = claimcheck("match", "-", "--known", tmp_path / "known.csv", stdin=claim)
    assert done.out.splitlines()[:2] == [
        "1. In 2019 a ferry sank in the harbor of",
        "   Brackwater.",
    ]


def test_json_follows_its_schema(tmp_path):
    (tmp_path / "known.csv").write_text(KNOWN)
    output = tmp_path / "matches.json"
    done = claimcheck(
        *("match", "-", "--known", tmp_path / "known.csv"),
        *("--format", "json", "-o", output),
        stdin=CLAIMS,
    )
    assert done.returncode == 0, done.err
    first, second = json.loads(output.read_text())["claims"]
    assert first["claim"]["text"] == "In 2019 a ferry sank."
    assert first["matches"][0]["known"]["rating"] == "False"
    assert 0.5 < first["matches"][0]["score"] <= 1
    assert second["matches"] == []
    assert claimcheck("validate", "--schema", "matches", output).returncode == 0


def test_a_model_says_which_are_the_same(tmp_path):
    """The model is scripted: this shows what is done with its answer."""
    (tmp_path / "known.csv").write_text(
        f"{KNOWN}A ferry sank in 1919.,True,https://b.example/\n"
    )
    answer = {
        "relations": [
            {"number": 1, "relation": "different"},
            {"number": 2, "relation": "same"},
        ]
    }
    with serve_script((200, completion(json.dumps(answer)))) as (url, received):
        done = claimcheck(
            *("match", "-", "--known", tmp_path / "known.csv", "--top-k", "1"),
            *("--model", "scripted-1", "--base-url", url, "--quiet"),
            stdin=b"In 2019 a ferry sank.\n",
        )
    assert done.returncode == 0, done.err
    assert len(received) == 1
    assert "same claim: A ferry sank in 1919." in done.out
    assert "in 2019.," not in done.out


def test_an_index_of_articles_has_known_claims_too(tmp_path):
    with Index(tmp_path / "archive.db") as index:
        text = "The ferry from Varberg sank in 2019. Nobody was hurt."
        index.add([Document.from_text(text, source="our/ferry.txt", title="Ferry")])
    done = claimcheck("match", "-", "--known", tmp_path / "archive.db", stdin=CLAIMS)
    assert "our/ferry.txt" in done.out


def test_a_high_minimum_leaves_everything_out(tmp_path):
    (tmp_path / "known.csv").write_text(KNOWN)
    done = claimcheck(
        "match",
        "-",
        "--known",
        tmp_path / "known.csv",
        "--min-score",
        "1",
        stdin=CLAIMS,
    )
    assert done.out.count("no similar fact check") == 2


def test_mistakes_are_named(tmp_path):
    done = claimcheck("match", "-", "--known", "-", stdin=CLAIMS)
    assert done.returncode == 2
    assert "only one of CLAIMS and --known" in done.err
    done = claimcheck("match", "-", "--known", "factcheck", stdin=CLAIMS)
    assert done.returncode == 2
    assert "set GOOGLE_FACT_CHECK_API_KEY" in done.err
    done = claimcheck("match", "-", "--known", "nowhere.csv", stdin=CLAIMS)
    assert "does not exist" in done.err
