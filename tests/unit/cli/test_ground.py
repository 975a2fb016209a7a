"""The command `ground`."""

import json

from tests.support.command import claimcheck
from tests.support.paths import SEED


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


def test_ground_takes_a_quote_per_line_and_fails_on_request():
    quotes = b"two-hour talks in Rome\n\n three-hour talks in Oslo \n"
    done = claimcheck("ground", SEED, "-", stdin=quotes)
    assert done.returncode == 0
    assert done.out.startswith("exact ")
    assert "three-hour talks in Oslo  (" in done.out
    failing = claimcheck("ground", SEED, "-", "--fail-on", "not-found", stdin=quotes)
    assert (failing.returncode, failing.out) == (1, done.out)
    found = claimcheck("ground", SEED, "-", "--fail-on", "not-found", stdin=b"talks")
    assert found.returncode == 0
    assert claimcheck("ground", SEED, "-", stdin=b" \n").returncode == 2
