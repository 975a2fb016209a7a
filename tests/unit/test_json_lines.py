"""JSON Lines: only a line feed ends a line, and a broken line costs itself."""

import io

import pytest

from claimcheck.json_lines import JsonLine, read_json_lines


def read(data, *limit):
    return list(read_json_lines(io.BytesIO(data), *limit))


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_other_separators_do_not_end_a_line(separator):
    assert read(f'{{"a": "x{separator}y"}}\r\n\n2\n'.encode()) == [
        JsonLine(1, {"a": f"x{separator}y"}),
        JsonLine(3, 2),
    ]


def test_a_broken_line_costs_itself():
    mark = b"\xef\xbb\xbf"
    lines = [mark + b"1", b"{", b"\xff", b'"\xed\xa0\xbd"', b"[" * 99_999, mark + b"2"]
    first, *broken, last, cut = read(b"\n".join([*lines, b'{"a": "b']))
    assert (first, last) == (JsonLine(1, 1), JsonLine(6, 2))
    assert cut.problem.endswith("at column 7")  # and no line number of its own
    assert [line.number for line in (*broken, cut)] == [2, 3, 4, 5, 7]
    assert [line.problem.split(":")[0] for line in (*broken, cut)] == [
        "is not JSON",
        "is not UTF-8",
        "is not UTF-8",
        "is not JSON",
        "is not JSON",
    ]


def test_stops_at_a_line_that_is_too_long():
    found = read(b"1\n" + b"2" * 2**21 + b"\n3\n", 2**20)
    assert found == [JsonLine(1, 1), JsonLine(2, problem="has more than 1 MB")]
