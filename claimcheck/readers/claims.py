"""Claims from a file: one claim per line, a table, or JSON Lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from claimcheck.errors import InputError, join_problems
from claimcheck.json_lines import MAX_LINE_BYTES, read_rows
from claimcheck.models.claim import Statement
from claimcheck.readers.decode import decode
from claimcheck.text.sentences import split_paragraph

# The names of these columns in various data sets, as `normalize_name` writes them;
# `vclaim` is CheckThat's.
CLAIM_COLUMNS = ("text", "claim", "statement", "claimreviewed", "vclaim")
SPEAKER_COLUMNS = ("speaker", "claimant")
TABLE_SUFFIXES = (".csv", ".tsv")
_DELIMITERS = ",;\t"
_MAX_NAME_WORDS = 3  # of a column; chosen by hand
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’)\]]*$")
# The share of lines. A list of claims without capitals has fewer. Chosen by hand.
_MIN_PROSE_SHARE = 0.25
_COMMENT = re.compile(r"#{1,6}\s")
_BULLET = re.compile(r"[-*+•·‣▪◦–](?:\s+\[[ xX]\])?\s+(?=\S)")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]\s+(?=\S)")
_MIN_MARKED_SHARE = 0.8  # the others may be headings; chosen by hand


def parse_claims(data: bytes, source: str) -> list[Statement]:
    """Return the statements in a file's content, with their speakers.

    Raises:
        InputError: the file has no claims, or a row is broken.
    """
    return [statement for _, statement in parse_numbered_claims(data, source)]


def parse_numbered_claims(data: bytes, source: str) -> list[tuple[int, Statement]]:
    """Return the statements in a file's content, with their line numbers.

    Raises:
        InputError: the file has no claims, or a row is broken.
    """
    if not data.strip():
        raise InputError(f"{source}: is empty; write one claim per line")
    text, _ = decode(data, source)
    start = text.lstrip()
    if start.startswith("{"):
        return read_rows(text.encode(), source, _parse_statement)
    if start.startswith(("[{", "[\n", "[\r")):
        raise InputError(
            f"{source}: is a JSON array; write its items as JSON Lines, one "
            '{"text": "..."} per line'
        )
    if PurePath(source).suffix.lower() in TABLE_SUFFIXES or _has_header(start):
        return _parse_table(text, source)
    # Not `splitlines`, which also splits at U+2028, and a claim may contain that.
    lines = enumerate(map(str.strip, io.StringIO(text, newline=None)), 1)
    claims = [item for item in lines if item[1] and not _COMMENT.match(item[1])]
    if not claims:
        raise InputError(f"{source}: has only comments; write one claim per line")
    return [(number, Statement.of(line)) for number, line in _remove_marks(claims)]


def looks_like_prose(statements: Sequence[Statement]) -> bool:
    """Return whether the lines of a file seem to be running text, not claims.

    Lines of a wrapped text break within a sentence, and the next line continues it in
    lower case. Other texts have paragraphs of several sentences, or begin with lines
    that do not end as sentences: a title, and who wrote it.
    """
    texts = [statement.text for statement in statements]
    continued = sum(
        not _SENTENCE_END.search(text) and following[:1].islower()
        for text, following in pairwise(texts)
    )
    paragraphs = sum(len(split_paragraph(text, "en")) > 1 for text in texts)
    ended = [bool(_SENTENCE_END.search(text)) for text in texts]
    has_title = len(texts) > 3 and not ended[0] and sum(ended) > len(texts) / 2
    count = max(continued, paragraphs if paragraphs > 1 else 0)
    return has_title or count >= max(1, _MIN_PROSE_SHARE * len(texts))


def normalize_name(name: str) -> str:
    """Return "claimreviewed" for "Claim Reviewed" and "claim_reviewed"."""
    return "".join(char for char in name.lower() if char.isalnum())


def read_table(text: str, source: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows of a CSV file with a column of claims, and their lines.

    Raises:
        InputError: the file is not valid CSV, or no column is named as one of claims.
    """
    delimiter = _choose_delimiter(text)
    default_limit = csv.field_size_limit(MAX_LINE_BYTES)
    try:
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = table.fieldnames or ()
        if not any(normalize_name(name) in CLAIM_COLUMNS for name in names):
            raise InputError(
                f"{source}: has no column with the claims. Name it one of: "
                f"{', '.join(CLAIM_COLUMNS)}. Its columns: "
                f"{', '.join(names) or 'none'}"
            )
        return [(table.line_num, row) for row in table if any(row.values())]
    except csv.Error as error:
        raise InputError(f"{source}: is not valid CSV: {error}") from None
    finally:
        csv.field_size_limit(default_limit)


def get_cell(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the first value of a row in columns with these names, or None."""
    # A row with too many cells has the rest under None.
    cells = {normalize_name(name or ""): value for name, value in row.items()}
    return next((cells[name] for name in names if cells.get(name)), None)


def _choose_delimiter(text: str) -> str:
    # Spreadsheets use semicolons if the comma is the decimal sign.
    return max(_DELIMITERS, key=text.partition("\n")[0].count)


def _has_header(text: str) -> bool:
    """Return whether the first line names a column of claims, and others."""
    line, _, rest = text.partition("\n")
    names = line.split(_choose_delimiter(text))
    is_short = all(len(name.split()) <= _MAX_NAME_WORDS for name in names)
    is_named = any(normalize_name(name) in CLAIM_COLUMNS for name in names)
    return is_short and is_named and len(names) > 1 and bool(rest.strip())


def _parse_table(text: str, source: str) -> list[tuple[int, Statement]]:
    claims = []
    problems = []
    for number, row in read_table(text, source):
        claim = get_cell(row, CLAIM_COLUMNS)
        if not (claim and claim.strip()):
            problems.append(f"line {number}: has no claim")
            continue
        speaker = (get_cell(row, SPEAKER_COLUMNS) or "").strip()
        statement = Statement.of(" ".join(claim.split()), speaker or None)
        claims.append((number, statement))
    if problems or not claims:
        reason = join_problems(problems) or "has no rows; write one claim per row"
        raise InputError(f"{source}: {reason}")
    return claims


def _remove_marks(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a list without their bullets or numbers."""
    marks = [_BULLET.match(line) or _NUMBER.match(line) for _, line in lines]
    numbers = [int(mark[1]) for mark in marks if mark and mark.re is _NUMBER]
    # A lone "3. Oktober" is not an item. Markdown lets all items have the same number.
    first = numbers[0] if len(numbers) > 1 else 1
    counted = range(first, first + len(numbers))
    is_counted = numbers == list(counted) or set(numbers) == {1}
    is_list = sum(map(bool, marks)) >= _MIN_MARKED_SHARE * len(lines) and is_counted
    for (number, line), mark in zip(lines, marks, strict=True):
        yield number, line[mark.end() :] if mark and is_list else line


def _parse_statement(row: Any, number: int) -> tuple[int, Statement]:
    if not isinstance(row, dict):
        row = {}
    text, speaker = row.get("text", row.get("claim")), row.get("speaker")
    if not isinstance(text, str) or not isinstance(speaker, str | None):
        raise InputError(
            'is not {"text": "...", "speaker": "..."}; speaker is optional'
        )
    return number, Statement.of(text, speaker or None)
