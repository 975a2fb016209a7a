"""Claims from a file: one claim per line, or JSON Lines."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from claimcheck.errors import InputError
from claimcheck.json_lines import read_rows
from claimcheck.models.claim import Statement
from claimcheck.readers.decode import decode

_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’)\]]*$")
# The share of lines. A list of claims without capitals has fewer. Chosen by hand.
_MIN_CONTINUED_SHARE = 0.25


def parse_claims(data: bytes, source: str) -> list[Statement]:
    """Return the statements in a file's content, with their speakers.

    Raises:
        InputError: the file has no claims, or a row is broken.
    """
    if not data.strip():
        raise InputError(f"{source}: is empty; write one claim per line")
    text, _ = decode(data, source)
    if not text.lstrip().startswith("{"):
        # Not `splitlines`, which also splits at U+2028, and a claim may contain that.
        lines = [line.strip() for line in io.StringIO(text, newline=None)]
        return [Statement.of(line) for line in lines if line]
    return read_rows(text.encode(), source, _parse_statement)


def looks_like_prose(statements: Sequence[Statement]) -> bool:
    """Return whether the lines of a file seem to be running text, not claims.

    Lines of a wrapped text break within a sentence, and the next line continues it in
    lower case.
    """
    texts = [statement.text for statement in statements]
    continued = sum(
        not _SENTENCE_END.search(text) and following[:1].islower()
        for text, following in pairwise(texts)
    )
    return continued >= max(1, _MIN_CONTINUED_SHARE * len(texts))


def _parse_statement(row: Any, _number: int) -> Statement:
    if not isinstance(row, dict):
        row = {}
    text, speaker = row.get("text", row.get("claim")), row.get("speaker")
    if not isinstance(text, str) or not isinstance(speaker, str | None):
        raise InputError(
            'is not {"text": "...", "speaker": "..."}; speaker is optional'
        )
    return Statement.of(text, speaker or None)
