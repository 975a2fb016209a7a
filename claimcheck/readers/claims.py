"""Claims as people have them: a run, a claim a line, or JSON Lines."""

from __future__ import annotations

import json
from typing import Any

from claimcheck.errors import InputError
from claimcheck.models.claim import Statement
from claimcheck.models.run import Run
from claimcheck.readers.decode import decode
from claimcheck.readers.file import read_bytes
from claimcheck.readers.rows import read_rows


def read_claims(name: str) -> Run | list[Statement]:
    """What is to be checked: a run, or statements, each with its speaker where one is given.

    Raises:
        InputError: the file can't be read, holds no claim, or a row of it is broken.
    """
    source, data = read_bytes(name)
    if not data.strip():
        raise InputError(f"{source}: is empty; give a claim a line")
    text, _ = decode(data, source)
    if text.lstrip().startswith("{"):
        if '"schema_version"' in text and (run := _parse_run(text)):
            return run
        return read_rows(text.encode(), source, _parse_statement)
    return [Statement.of(line.strip()) for line in text.splitlines() if line.strip()]


def _parse_run(text: str) -> Run | None:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None  # several objects: JSON Lines
    return Run.from_json(text)


def _parse_statement(row: Any, _number: int) -> Statement:
    text = row.get("text", row.get("claim")) if isinstance(row, dict) else None
    speaker = row.get("speaker") if isinstance(row, dict) else None
    if not isinstance(text, str) or not (speaker is None or isinstance(speaker, str)):
        raise InputError(
            'is no {"text": "...", "speaker": "..."}; speaker may be left out'
        )
    return Statement.of(text, speaker or None)
