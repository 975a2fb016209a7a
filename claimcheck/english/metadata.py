"""What a document says of itself: title, publication date, language; and how many tokens it has."""

from __future__ import annotations

from dataclasses import replace

from claimcheck import tokens
from claimcheck.english.dates import published_in
from claimcheck.models.document import Document
from claimcheck.text.language import language_of
from claimcheck.text.reading import Reading


def describe(document: Document, reading: Reading) -> Document:
    """The document with what was not given filled in from its text; what was given stays."""
    text = document.full_text
    published, published_from = document.published, document.published_from
    if published is None and (found := published_in(text)):
        published, published_from = found
    return replace(
        document,
        title=document.title or _title(reading),
        published=published,
        published_from=published_from,
        # pages are often made from a template in another language: the text knows better
        language=language_of(reading.text) or document.language,
        tokens=document.tokens if document.tokens is not None else tokens.count(text),
    )


def _title(reading: Reading) -> str | None:
    """The first block, where it is a heading and prose follows."""
    blocks = reading.blocks
    if (
        len(blocks) < 2
        or not blocks[0].heading
        or len(reading.text[blocks[0].start : blocks[0].end].split()) < 2
    ):
        return None
    return reading.text[blocks[0].start : blocks[0].end]
