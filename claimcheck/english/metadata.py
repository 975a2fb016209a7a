"""What a document says of itself: title, publication date, language; and how many tokens it has."""

from __future__ import annotations

from dataclasses import replace

from claimcheck import tokens
from claimcheck.english.dates import find_publication_date
from claimcheck.models.document import Document
from claimcheck.text.language import detect_language
from claimcheck.text.reading import Reading


def fill_metadata(document: Document, reading: Reading) -> Document:
    """Fill in the metadata that the document lacks from its text."""
    text = document.full_text
    published, published_from = document.published, document.published_from
    if published is None and (found := find_publication_date(text)):
        published, published_from = found
    return replace(
        document,
        title=document.title or _find_title(reading),
        published=published,
        published_from=published_from,
        # pages are often made from a template in another language: the text knows better
        language=detect_language(reading.text) or document.language,
        tokens=document.tokens if document.tokens is not None else tokens.count(text),
    )


def _find_title(reading: Reading) -> str | None:
    """Return the first block if it is a heading followed by prose."""
    blocks = reading.blocks
    if (
        len(blocks) < 2
        or not blocks[0].heading
        or len(reading.text[blocks[0].start : blocks[0].end].split()) < 2
    ):
        return None
    return reading.text[blocks[0].start : blocks[0].end]
