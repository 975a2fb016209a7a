"""Reads the paragraphs of XML and HTML trees, as people see them.

Element names are compared without namespaces: formats with different namespaces use the
same names in the same sense.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_BLOCKS = frozenset(
    "p h h1 h2 h3 h4 h5 h6 li list-item blockquote disp-quote dt dd td th tr"
    " table-cell pre div section sec article aside body figure figcaption title"
    " label".split()
)
# Notes follow the text: inside it, they would interrupt a sentence.
_NOTES = frozenset(("note-body",))
_SKIPPED = frozenset(
    # Scripts; deleted text, numbers of notes, and pictures of OpenDocument; the
    # navigation of books; notes, formulas, figures, and tables of JATS
    "script style head tracked-changes annotation note-citation binary-data desc nav"
    " svg math fn disp-formula inline-formula fig table-wrap tex-math"
    " supplementary-material ref-list".split()
)
# The numbers of references and notes; those of figures are part of a sentence.
_SKIPPED_REFERENCES = ("bibr", "fn")
_SPACES = {"tab": "\t", "line-break": "\n", "br": "\n", "s": " "}
# Marks of the start and end of a block among pieces of text. XML has no form feeds.
_OPEN, _CLOSE, _ITEM = "\f<", "\f>", "\f- "


def get_name(element: Any) -> str:
    """Return the name of an element without namespace; comments have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def get_attribute(element: Any, name: str) -> str:
    """Return an attribute from any namespace; "" if it is missing."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def read_blocks(root: Any) -> Iterator[str]:
    """Yield the text of each block of an element, then of the notes.

    List items start with "- ".
    """
    notes: list[Any] = []
    pieces: list[str] = []
    for piece in [*_iter_pieces(root, notes), _CLOSE]:
        # The first paragraph of a list item gets the bullet.
        if piece == _OPEN and pieces[:1] == [_ITEM] and not _join_pieces(pieces):
            continue
        if piece not in (_OPEN, _CLOSE, _ITEM):
            pieces.append(piece)
            continue
        if text := _join_pieces(pieces):
            yield text
        pieces = [_ITEM] if piece == _ITEM else []
    for note in notes:
        yield from read_blocks(note)


def _join_pieces(pieces: list[str]) -> str:
    """Return the text of a block; empty if it is blank."""
    is_item = pieces[:1] == [_ITEM]
    text = " ".join("".join(pieces[is_item:]).split())
    return f"- {text}" if text and is_item else text


def _iter_pieces(element: Any, notes: list[Any]) -> Iterator[str]:
    """Yield the pieces of text below an element, and the edges of blocks."""
    yield element.text or ""
    for child in element:
        name = get_name(child)
        if name in _NOTES:
            notes.append(child)
        elif name in _BLOCKS:
            # A heading may be in a list, for its number.
            edge = _CLOSE if name.startswith("h") else _OPEN
            yield _ITEM if name in ("li", "list-item") else edge
            yield from _iter_pieces(child, notes)
            yield _CLOSE
        elif name and name not in _SKIPPED and not _is_skipped_reference(child):
            yield _SPACES.get(name, "")
            yield from _iter_pieces(child, notes)
        yield child.tail or ""


def _is_skipped_reference(element: Any) -> bool:
    return element.get("ref-type") in _SKIPPED_REFERENCES
