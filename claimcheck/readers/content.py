"""What a reader gets out of a file, and how it asks for the library that it needs."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import date
from types import ModuleType

from claimcheck.errors import InputError


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a document, and what the document states about itself."""

    text: str
    encoding: str | None = None
    title: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    url: str | None = None


def import_required(module: str, extra: str, source: str, kind: str) -> ModuleType:
    """Import the library that reads this kind of file.

    Raises:
        InputError: it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise InputError(
            f"{source}: is {kind}, and what reads it is not installed; pip install 'claimcheck[{extra}]'"
        ) from None


def clean_metadata(value: object) -> str | None:
    """Put a title or name on one line; None if it is empty."""
    text = " ".join(
        "".join(
            char if char.isprintable() else " " for char in str(value or "")
        ).split()
    )
    return text or None


def refuse_empty(content: Content, source: str, kind: str) -> Content:
    """The content, when there are words in it.

    Raises:
        InputError: there are none.
    """
    if not any(char.isalnum() for char in content.text):
        raise InputError(f"{source}: {kind} holds no text that can be read")
    return content
