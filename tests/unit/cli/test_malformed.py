"""Malformed rows and addresses are errors of one line, not tracebacks."""

import json

import pytest

from tests.support.command import claimcheck
from tests.support.paths import SEED

HALF = "half \ud83d pair"
ROWS = [
    {"id": HALF, "text": "Venus is hot."},
    {"id": "a", "text": HALF},
    {"id": "a", "text": "Venus is hot.", "title": HALF, "source": HALF},
    {"text": "Venus is hot.", "speaker": HALF},
    {"quote": HALF},
]


@pytest.mark.parametrize("row", ROWS)
def test_half_a_surrogate_pair_is_named_or_replaced(tmp_path, row):
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    for command in (
        ("batch", "rows.jsonl", "--store", "s.db", "--engine", "extractive"),
        ("index", "add", "i.db", "rows.jsonl"),
        ("check", SEED, "rows.jsonl", "--text"),
        ("check", "rows.jsonl", SEED),
        ("ground", SEED, "rows.jsonl"),
        ("ground", SEED, "rows.jsonl", "--format", "json"),
        ("validate", "rows.jsonl"),
        ("show", "rows.jsonl"),
        ("eval", "grounding", "rows.jsonl"),
    ):
        done = claimcheck(*command)
        assert "Traceback" not in done.err, command
        if done.returncode:
            assert done.returncode in (1, 2)
            assert done.err.count("\n") <= 3


def test_a_run_with_half_a_surrogate_pair_is_named(tmp_path):
    done = claimcheck("summarize", SEED, "--format", "json", "--quiet")
    run = json.loads(done.out)
    run["claims"][0]["text"] = HALF
    (tmp_path / "run.json").write_text(json.dumps(run))
    for command in (("show",), ("check", "--against", SEED), ("validate",)):
        done = claimcheck(command[0], "run.json", *command[1:])
        assert "Traceback" not in done.err, command
        assert "half of a surrogate pair" in done.out + done.err, command


def test_arguments_that_are_not_utf_8_are_no_traceback(tmp_path):
    name = b"caf\xe9"
    for command in (
        ("summarize", SEED, "--title", name, "--format", "json", "--quiet"),
        ("summarize", SEED, "--title", name, "--store", "s.db", "--quiet"),
        ("runs", "show", name, "--store", "s.db"),
        ("runs", "list", "--store", name),
        ("index", "search", name, name),
        ("summarize", SEED, "--model", name, "--base-url", "http://127.0.0.1:9/v1"),
        ("doctor", "--engine", name),
        ("schema", name),
    ):
        done = claimcheck(*command)
        assert "Traceback" not in done.err, command


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://",
        "https://a b",
        "javascript:1",
        "http://\udcff/",
        "http://x:99999/",
        "HTTP://x/",
        "x",
    ],
)
@pytest.mark.parametrize("option", ["--review-url", "--claimed-at"])
def test_names_an_address_of_a_review_that_is_not_valid(tmp_path, option, url):
    (tmp_path / "claimcheck.toml").write_text(
        'publisher_name = "A"\npublisher_url = "https://a.example"\n'
    )
    urls = {"--review-url": "https://a.example/1"} | {option: url}
    words = [word for pair in urls.items() for word in pair]
    done = claimcheck(
        "check", "-", SEED, "--format", "claimreview", *words, stdin=b"Venus is hot."
    )
    assert done.returncode == 2
    assert done.err.startswith(f"claimcheck: {option} ")
    assert done.err.count("\n") == 1


def test_a_page_that_states_a_malformed_address_can_be_reviewed(tmp_path):
    (tmp_path / "claimcheck.toml").write_text(
        'publisher_name = "A"\npublisher_url = "https://a.example"\n'
    )
    row = {"text": "The ferry carried 900 people.", "url": "http://["}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    done = claimcheck(
        *("check", "-", "rows.jsonl", "--format", "claimreview", "--quiet"),
        *("--review-url", "https://a.example/1"),
        stdin=b"The ferry carried 900 people.",
    )
    assert done.err == ""
    assert "url" not in json.loads(done.out)[0]["citation"][0]
