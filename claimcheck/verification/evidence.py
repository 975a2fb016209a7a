"""A document as evidence: its sentences, and where each word stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property
from itertools import accumulate, compress, count

from claimcheck.english.dates import find_publication_date
from claimcheck.english.quotations import (
    QUOTATION_MARK,
    Speech,
    detect_speech,
    resolve_speeches,
)
from claimcheck.english.terms import FORM_INDEX, normalize_word, split_chunks
from claimcheck.models.document import Document
from claimcheck.models.span import Excerpt, extract_excerpts
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    Sentence,
    split_sentences,
)

_PRONOUN = re.compile(r"(?:he|she|they|it)$", re.I)
_LOOKBACK_SENTENCES = (
    8  # sentences in which the one whom a pronoun means, or who is quoted, was named
)


class EvidenceDocument:
    """A document made ready once, for any number of claims; its headings are sentences too."""

    def __init__(self, document: Document, reading: Reading | None = None) -> None:
        self.document = document
        self.reading = reading or Reading(document.full_text)
        self.sentences: list[Sentence] = [
            sentence
            for sentence in split_sentences(
                self.reading, document.language, headings=True
            )
            if len(sentence.text) <= MAX_SENTENCE_CHARACTERS
        ]
        # most sentences are never looked into: what stands between white space is enough to find those that are
        texts = [sentence.text for sentence in self.sentences]
        self._written = " ".join(texts).split()
        self._ends = list(accumulate([text.count(" ") + 1 for text in texts]))
        self._vocabulary = set(self._written)
        self._words: dict[int, list[str]] = {}
        self._forms: dict[int, set[str]] = {}
        self._speech: dict[int, Speech | None] = {}

    @cached_property
    def published(self) -> date | None:
        """When the document was published: as it was given, or as its text has it."""
        stated = find_publication_date(self.document.full_text)
        return self.document.published or (stated[0] if stated else None)

    def find_speech(self, place: int) -> Speech | None:
        """Who says a sentence, where its form or the sentences before it tell."""
        if place not in self._speech:
            self._speech[place] = self._spoken(place)
        return self._speech[place]

    def _spoken(self, place: int) -> Speech | None:
        found = detect_speech(self.sentences[place].text)
        if found and not _PRONOUN.match(found.speaker):
            return found
        if not found and not self._quotes_in_block(place):
            return None
        return resolve_speeches(
            self.sentences[max(0, place - _LOOKBACK_SENTENCES) : place + 1]
        )[-1]

    def _quotes_in_block(self, place: int) -> bool:
        block = self.sentences[place].block
        while place >= 0 and self.sentences[place].block == block:
            if QUOTATION_MARK.search(self.sentences[place].text):
                return True
            place -= 1
        return False

    def match_forms(self, forms: AbstractSet[str]) -> dict[int, set[str]]:
        """The sentences that hold words of these forms, and which of them."""
        held = FORM_INDEX.find_chunks(forms, self._vocabulary)
        found: dict[int, set[str]] = {}
        for at in compress(count(), map(held.__contains__, self._written)):
            found.setdefault(bisect_right(self._ends, at), set()).update(
                held[self._written[at]]
            )
        return found

    def get_words(self, place: int) -> list[str]:
        """The words and numbers of a sentence, lower case."""
        if place not in self._words:
            start = self._ends[place - 1] if place else 0
            self._words[place] = split_chunks(self._written[start : self._ends[place]])
        return self._words[place]

    def get_forms(self, place: int) -> set[str]:
        """The forms of a sentence's words."""
        if place not in self._forms:
            self._forms[place] = set(map(normalize_word, self.get_words(place)))
        return self._forms[place]

    def get_excerpts(self, place: int) -> tuple[Excerpt, ...]:
        """The characters of the document that make the sentence."""
        sentence = self.sentences[place]
        return extract_excerpts(
            self.reading.lines, tuple(self.reading.locate(sentence.start, sentence.end))
        )
