"""Lines and columns of offsets."""

from claimcheck.models.span import LineIndex


def test_lines_and_columns_count_from_one():
    lines = LineIndex("ab\r\nc\rd\ne")
    assert [lines.position(offset) for offset in (0, 1, 4, 6, 8)] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 1),
        (4, 1),
    ]
