"""Claims from a file."""

import pytest

from claimcheck.readers.claims import read_claims


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_a_claim_is_a_line(tmp_path, break_):
    path = tmp_path / "claims.txt"
    path.write_bytes(break_.join(["A came.", "", " B\u2028went.\x0b "]).encode())
    texts = [statement.text for statement in read_claims(str(path))]
    assert texts == ["A came.", "B\u2028went."]


def test_a_row_ends_at_a_line_feed_only(tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_text('{"text": "A\u2028came."}\r\n{"text": "B\x85went."}\n', newline="")
    texts = [statement.text for statement in read_claims(str(path))]
    assert texts == ["A\u2028came.", "B\x85went."]
