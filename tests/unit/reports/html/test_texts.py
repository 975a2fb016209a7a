"""Marked segments and blocks cover the text exactly."""

from claimcheck.reports.html.texts import Mark, split_blocks


def test_marks_an_overlap_with_both_claims():
    (block,) = split_blocks("0123456789", [Mark(1, 6, "a"), Mark(4, 8, "b")])
    assert [(part.text, part.names, part.starting) for part in block] == [
        ("0", (), ()),
        ("123", ("a",), ("a",)),
        ("45", ("a", "b"), ("b",)),
        ("67", ("b",), ()),
        ("89", (), ()),
    ]


def test_blocks_cover_all_of_the_text():
    for text in (
        "a\n\nb\n \n\nc",
        "x" * 10_000,
        "word " * 5_000,
        "\n\n\n",
        "a" * 2_999 + "\n\n" + "b" * 3_001,
    ):
        blocks = list(split_blocks(text, [Mark(0, 1, "a")]))
        assert "".join(part.text for block in blocks for part in block) == text
        assert (
            max(len("".join(part.text for part in block)) for block in blocks) <= 3_000
        )
