"""Claims from a file."""

import pytest

from claimcheck.readers.claims import parse_claims


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_a_claim_is_a_line(break_):
    data = break_.join(["A came.", "", " B\u2028went.\x0b "]).encode()
    texts = [statement.text for statement in parse_claims(data, "claims.txt")]
    assert texts == ["A came.", "B\u2028went."]


def test_a_row_ends_at_a_line_feed_only():
    data = '{"text": "A\u2028came."}\r\n{"text": "B\x85went."}\n'.encode()
    texts = [statement.text for statement in parse_claims(data, "claims.jsonl")]
    assert texts == ["A\u2028came.", "B\x85went."]
