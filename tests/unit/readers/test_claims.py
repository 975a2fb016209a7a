"""Claims from a file."""

import pytest

from claimcheck.errors import InputError
from claimcheck.readers.claims import looks_like_prose, parse_claims


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_a_claim_is_a_line(break_):
    data = break_.join(["A came.", "", " B\u2028went.\x0b "]).encode()
    texts = [statement.text for statement in parse_claims(data, "claims.txt")]
    assert texts == ["A came.", "B\u2028went."]


def test_a_row_ends_at_a_line_feed_only():
    data = '{"text": "A\u2028came."}\r\n{"text": "B\x85went."}\n'.encode()
    texts = [statement.text for statement in parse_claims(data, "claims.jsonl")]
    assert texts == ["A\u2028came.", "B\x85went."]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'id,claim,speaker\n1,"A came,\nthen left.",Ann\n,,\n2,B went.,\n'),
        ("a.csv", "\ufeffStatement;Speaker\r\nA came, then left.;Ann\r\nB went.;\r\n"),
        ("a.tsv", "speaker\ttext\nAnn\tA came, then left.\n\tB went.\n"),
        ("standard input", 'Claim,Claimant\n"A came, then left.",Ann\nB went.,\n'),
    ],
)
def test_a_table_has_a_claim_in_each_row(name, text):
    statements = parse_claims(text.encode(), name)
    assert [(item.text, item.speaker) for item in statements] == [
        ("A came, then left.", "Ann"),
        ("B went.", None),
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "A came, then left.\nB went.\n", "no column with the claims"),
        ("a.csv", "id,claim\n1,A came.\n2, \n", "line 3: has no claim"),
        ("a.csv", "id,claim\n", "no rows"),
        ("a.json", '[\n {"text": "A came."}]', "JSON Lines"),
        ("a.txt", "# A came.\n", "only comments"),
    ],
)
def test_refuses_what_has_no_claims(name, text, message):
    with pytest.raises(InputError, match=message):
        parse_claims(text.encode(), name)


@pytest.mark.parametrize(
    "lines",
    [
        "1. {}\n2. {}",
        "9) {}\n10) {}",
        "(1) {}\n(2) {}",
        "1. {}\n1. {}",
        "# To check\n- {}\n\n- [ ] {}",
        "* {}\n* {}",
        "\u2022\t{}\n\u2022 {}",
    ],
)
def test_marks_of_a_list_are_no_part_of_its_claims(lines):
    texts = ["It will pay 40 per cent.", "- 3 degrees is cold."]
    found = parse_claims(lines.format(*texts).encode(), "claims.txt")
    assert [statement.text for statement in found] == texts


@pytest.mark.parametrize(
    "line", ["3. Oktober ist ein Feiertag.", "#1 is she.", "-3 is cold.", "1.5 m fell."]
)
def test_other_numbers_and_signs_remain(line):
    assert parse_claims(line.encode(), "claims.txt")[0].text == line
    mixed = f"{line}\nA came.\n- B went.".encode()
    assert [item.text for item in parse_claims(mixed, "claims.txt")] == [
        line,
        "A came.",
        "- B went.",
    ]


@pytest.mark.parametrize(
    ("lines", "is_prose"),
    [
        (["The pier falls", "By Ann Lee", "It fell.", "It broke.", "It sank."], True),
        (["It fell. It broke.", "It sank. Nobody came."], True),
        (["It fell on", "a boat."], True),
        (["It fell.", "It broke.", "It sank.", "Nobody came."], False),
        (["It fell", "It broke", "It sank", "Nobody came"], False),
        (["It fell. It broke."], False),
    ],
)
def test_running_text_is_no_list_of_claims(lines, is_prose):
    assert looks_like_prose(parse_claims("\n".join(lines).encode(), "a")) is is_prose
