"""The content that a reader extracts, and functions that readers share."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from datetime import date
from types import ModuleType

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.span import Rectangle

# What programs write if nobody filled in a title or an author.
_PLACEHOLDER = re.compile(
    r"""
    \(?(?:
        anonymous|unknown|unspecified|untitled|none|null|nil|undefined|n/a|default
        |author|admin|administrator|user|owner|root|title|document|new\ document
        |word\ document|untitled\ document|blank|test|microsoft\ office\ user
        |python-docx
    )\)?\d{0,2}
    |(?:ARRAY|HASH|SCALAR|CODE)\(0x[0-9a-f]+\)
    |\[object\ \w+\]
    |(?:\{\{|<%|\$\{|%\().*
    """,
    re.I | re.X,
)


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a document, and what the document states about itself.

    `left_out` names what else is in the file: "2 comments". `words` are those of a
    scan, as in `Layout`.
    """

    text: str
    encoding: str | None = None
    title: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    url: str | None = None
    left_out: tuple[str, ...] = ()
    words: tuple[tuple[int, int, Rectangle], ...] = ()


def import_required(module: str, extra: str, source: str, kind: str) -> ModuleType:
    """Import the library that reads this kind of file.

    Raises:
        InputError: the library is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise InputError(
            f"{source}: is {kind}, and the reader for it is not installed; "
            f"run {get_install_command(extra)}"
        ) from None


def clean_metadata(value: object) -> str | None:
    """Put a title or name on one line; None for a placeholder."""
    # Control characters in a title could reach a terminal or a file name.
    characters = [char if char.isprintable() else " " for char in str(value or "")]
    cleaned = " ".join("".join(characters).split())
    if not has_words(cleaned) or _PLACEHOLDER.fullmatch(cleaned):
        return None
    return cleaned


def parse_date(text: str | None) -> date | None:
    """Return the date YYYY-MM-DD at the start of a text, if there is one."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def has_words(text: str) -> bool:
    """Whether a text contains a letter or a digit."""
    return any(char.isalnum() for char in text)


def list_changes(count: int) -> list[str]:
    """Return words for tracked changes, if there are any."""
    return [f"{format_count(count, 'tracked change')} (accepted)"] if count else []


def refuse_empty(content: Content, source: str, kind: str) -> Content:
    """Return the content if it has words.

    Raises:
        InputError: the content has no words.
    """
    if not has_words(content.text):
        raise InputError(f"{source}: {kind} has no readable text")
    return content
