"""The sentences of a statement."""

from __future__ import annotations

import re

from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_paragraph, split_sentences

_BRACKETED_SPEAKER = re.compile(r"\[([^\[\]]{1,80}) said:\]\s")
_BRACKETED_ADDITION = re.compile(r"\s?\[[^\[\]]{1,300}\]")


def split_statement(text: str) -> list[str]:
    """Split a statement into sentences, without bracketed additions."""
    plain = _BRACKETED_ADDITION.sub("", text).strip() or text
    if "\n" not in plain and "\r" not in plain:
        return split_paragraph(plain, "en") or [plain]
    return [
        sentence.text
        for sentence in split_sentences(Reading(plain), "en", headings=True)
    ] or [plain]


def find_bracketed_speaker(text: str) -> str | None:
    """Return the speaker of a leading "[Ann Lee said:]", or None."""
    found = _BRACKETED_SPEAKER.match(text)
    return found[1] if found else None
