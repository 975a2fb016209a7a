"""The command `index`."""

import json

import pytest

from tests.support.command import claimcheck
from tests.support.paths import SEED, STATED

CLAIMS = f"""{STATED}

TASS quoted Ryabkov as saying the talks were difficult but frank.
"""


@pytest.fixture
def claims(tmp_path):
    (tmp_path / "claims.txt").write_text(CLAIMS)
    return tmp_path / "claims.txt"


def test_an_index_is_built_listed_searched_and_used_as_evidence(claims, tmp_path):
    assert (
        claimcheck("index", "add", "e.db", SEED).stderr
        == b"e.db: 1 added, 0 already there; 1 document in the index\n"
    )
    assert (
        claimcheck("index", "add", "e.db", SEED).stderr
        == b"e.db: 0 added, 1 already there; 1 document in the index\n"
    )
    listed = claimcheck("index", "list", "e.db", "--format", "json").stdout
    assert json.loads(listed)["source"] == str(SEED)
    assert (
        b"Minerven"
        in claimcheck("index", "search", "e.db", "gold mining company").stdout
    )
    assert b"1. SUPPORTED" in claimcheck("check", claims, "--against", "e.db").stdout
    assert claimcheck("index", "remove", "e.db", str(SEED)).returncode == 0
    empty = claimcheck("check", claims, "--against", "e.db")
    assert (empty.returncode, b"has no documents" in empty.stderr) == (2, True)


def test_a_failed_add_creates_no_index(tmp_path):
    claimcheck("index", "add", "x.db", SEED, "missing.txt")
    assert not (tmp_path / "x.db").exists()
