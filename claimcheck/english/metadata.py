"""Read metadata from a document's text: title, date, language, tokens."""

from __future__ import annotations

from dataclasses import replace

from claimcheck import tokens
from claimcheck.english.publication import find_publication_date
from claimcheck.models.document import Document
from claimcheck.text.language import detect_language
from claimcheck.text.paragraphs import ParagraphKind
from claimcheck.text.reading import Reading


def fill_metadata(document: Document, reading: Reading) -> Document:
    """Fill in missing metadata from the document's text."""
    token_count = document.tokens
    if token_count is None:
        token_count = tokens.count(document.full_text)
    return replace(
        fill_date(document),
        title=document.title or _find_title(reading),
        # The text wins, because page templates often declare the wrong language.
        language=detect_language(reading.text) or document.language,
        tokens=token_count,
    )


def fill_date(document: Document) -> Document:
    """Fill in a missing publication date from the text."""
    if document.published or not (stated := find_publication_date(document.full_text)):
        return document
    published, origin = stated
    return replace(document, published=published, published_from=origin)


def _find_title(reading: Reading) -> str | None:
    """Return the first heading if more text follows it; skip contacts."""
    if len(reading.blocks) < 2:
        return None
    for block in reading.blocks:
        if block.kind is not ParagraphKind.HEADING:
            break
        heading = reading.text[block.start : block.end]
        if "@" not in heading:
            return heading if len(heading.split()) >= 2 else None
    return None
