"""A document in passages of a few sentences: what a search ranks."""

from __future__ import annotations

from claimcheck.core.document import Document
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import sentences, word_count

_WORDS = (
    120  # of a passage: long enough for a claim that two sentences carry, short enough to be about one thing
)
_LONGEST_SENTENCE = 3_000


def passages(document: Document) -> list[str]:
    """The passages, in order; every sentence is in one, and the last one of each opens the next."""
    found: list[str] = []
    current: list[str] = []
    fresh = False
    for sentence in sentences(Reading(document.full_text), document.language, headings=True):
        if len(sentence.text) > _LONGEST_SENTENCE:
            continue
        if fresh and sum(map(word_count, current)) + word_count(sentence.text) > _WORDS:
            found.append(" ".join(current))
            current, fresh = current[-1:], False
        current.append(sentence.text)
        fresh = True
    return [*found, " ".join(current)] if fresh else found
