"""Documents, and files that contain documents or runs."""

from __future__ import annotations

import re
from pathlib import Path

from claimcheck.api.decisions import add_decisions
from claimcheck.errors import InputError
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.run import Check, Run
from claimcheck.readers.annotations import holds_annotations, parse_statements
from claimcheck.readers.claims import parse_claims
from claimcheck.readers.file import build_document, read_bytes

# A word with any extension, or several words with one that claimcheck reads.
_FILE_NAME = re.compile(
    r"\S*[\w)]\.[A-Za-z]\w{1,7}"
    r"|\S+(?:[ ]\S+){1,5}\.(?:txt|md|pdf|docx|html?|eml|srt|vtt|jsonl?)"
)
# The name of a file has at most 255 bytes, and few addresses are longer than this. A
# longer string is a text, and the patterns need not read it.
_MAX_NAME_CHARACTERS = 400
_URL = re.compile(r"(?:https?://|www\.)\S+")

__all__ = [
    "build_document",
    "holds_result",
    "load_result",
    "load_run",
    "open_document",
    "parse_run",
    "read_bytes",
    "read_claims",
]


def open_document(source: Document | str | Path) -> Document:
    """Return the document itself, read the file at a path, or wrap a string.

    Raises:
        InputError: the file cannot be read, or the string is the name of a file or an
            address.
    """
    # Only a Path is read from disk, so that a text can never name a file.
    if isinstance(source, Path):
        return Document.from_path(source)
    if isinstance(source, Document):
        return source
    if not isinstance(source, str):
        raise InputError(
            f"a document can't be of type {type(source).__name__}; give a string with "
            "the text itself, a Path to a file, or a Document"
        )
    # A string that looks like a file name is almost certainly a mistake. Reading it as
    # the text itself would hide that.
    is_short = len(source) <= _MAX_NAME_CHARACTERS
    if is_short and _URL.fullmatch(source):
        raise InputError(
            f"{source}: a string is read as the text itself; for a web page use "
            f"Document.from_url({source!r})"
        )
    if is_short and _FILE_NAME.fullmatch(source):
        raise InputError(
            f"{source}: a string is read as the text itself; for a file use "
            f"Path({source!r})"
        )
    return Document.from_text(source)


def load_result(path: str | Path) -> Run | Check:
    """Return the run or the check in a JSON file; `-` reads standard input.

    Raises:
        InputError: the file can't be read or contains neither.
    """
    name, content = read_bytes(path)
    # Only a check has `claimed_in` without a ledger. A broken file is reported as a
    # run.
    if b'"claimed_in"' not in content or b'"ledger"' in content:
        return parse_run(path, name, content)
    try:
        return Check.from_json(content)
    except InputError as error:
        reason = str(error).removeprefix("check: ")
        raise InputError(f"{name}: is not a check ({reason})") from None


def holds_result(content: bytes) -> bool:
    """Return whether a file's content is a run or a check, not a document.

    A document may also be JSON, but only a result names the version of its schema.
    """
    return content.lstrip()[:1] == b"{" and b'"schema_version"' in content


def read_claims(path: str) -> Run | list[Statement]:
    """Return a file's run with its decisions, or its statements.

    Statements are claims, one per line or row, or annotations.

    Raises:
        InputError: the file can't be read, has no claims, or has a broken row.
    """
    name, content = read_bytes(path)
    if holds_result(content):
        return parse_run(path, name, content)
    # Annotations are JSON, which would otherwise be read as lines of claims.
    if holds_annotations(content):
        return parse_statements(content, name)
    return parse_claims(content, name)


def load_run(path: str | Path) -> Run:
    """Return a JSON file's run with its decisions; `-` is standard input.

    Raises:
        InputError: the file can't be read or does not contain a valid run.
    """
    return parse_run(path, *read_bytes(path))


def parse_run(path: str | Path, name: str, content: bytes) -> Run:
    """Return the run in a file's content, with the decisions next to the file.

    Raises:
        InputError: the content is not a valid run.
    """
    try:
        # Read strictly: a run from elsewhere must not surprise the code behind it.
        run = Run.from_json(content)
    except InputError as error:
        reason = str(error).removeprefix("run: ")
        raise InputError(
            f"{name}: is not a run ({reason}); make one with "
            "`claimcheck summarize SOURCE --format json -o run.json`"
        ) from None
    return run if str(path) == "-" else add_decisions(run, Path(path))
