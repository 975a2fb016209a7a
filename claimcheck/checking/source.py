"""A document as evidence: its sentences, and where each word stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import cached_property

from claimcheck.checking.terms import form_of, prefix_of, words_in
from claimcheck.core.document import Document
from claimcheck.core.places import Places
from claimcheck.core.span import Excerpt, excerpts
from claimcheck.extractive.speech import Speech, speakers, speech_in
from claimcheck.text.dates import published_in
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, sentences

_PRONOUN = re.compile(r"(?:he|she|they|it)$", re.I)
_QUOTATION = re.compile(r"[\"“”]")
_BACK = 8  # sentences in which the one whom a pronoun means, or who is quoted, was named
_LONGEST_SENTENCE = 3_000  # longer ones are tables, logs or code


class Source:
    """A document made ready once, for any number of claims; its headings are sentences too."""

    def __init__(self, document: Document, reading: Reading | None = None) -> None:
        self.document = document
        self.reading = reading or Reading(document.full_text)
        self.sentences: list[Sentence] = [
            sentence
            for sentence in sentences(self.reading, document.language, headings=True)
            if len(sentence.text) <= _LONGEST_SENTENCE
        ]
        self.words = [words_in(sentence.text) for sentence in self.sentences]
        self._word_sets = [set(words) for words in self.words]
        self._speech: dict[int, Speech | None] = {}
        self._prefixes: dict[str, list[str]] = {}
        for word in set[str]().union(*self._word_sets):
            self._prefixes.setdefault(prefix_of(word), []).append(word)

    @cached_property
    def published(self) -> date | None:
        """When the document was published: as it was given, or as its text has it."""
        stated = published_in(self.document.full_text)
        return self.document.published or (stated[0] if stated else None)

    def speech(self, place: int) -> Speech | None:
        """Who says a sentence, where its form or the sentences before it tell."""
        if place not in self._speech:
            self._speech[place] = self._spoken(place)
        return self._speech[place]

    def _spoken(self, place: int) -> Speech | None:
        found = speech_in(self.sentences[place].text)
        if found and not _PRONOUN.match(found.speaker):
            return found
        if not found and not self._quotes_in_block(place):
            return None
        return speakers(self.sentences[max(0, place - _BACK) : place + 1])[-1]

    def _quotes_in_block(self, place: int) -> bool:
        block = self.sentences[place].block
        while place >= 0 and self.sentences[place].block == block:
            if _QUOTATION.search(self.sentences[place].text):
                return True
            place -= 1
        return False

    @cached_property
    def _places(self) -> Places:
        return Places(self.document.full_text)

    def hits(self, forms: Collection[str]) -> dict[int, set[str]]:
        """The sentences that hold words of these forms, and which of them."""
        wanted = {
            word: form
            for prefix in {form[:3] for form in forms}
            for word in self._prefixes.get(prefix, ())
            if (form := form_of(word)) in forms
        }
        words = wanted.keys()
        return {
            place: {wanted[word] for word in here & words}
            for place, here in enumerate(self._word_sets)
            if not here.isdisjoint(words)
        }

    def forms(self, place: int) -> set[str]:
        """The forms of a sentence's words."""
        return {form_of(word) for word in self._word_sets[place]}

    def excerpts(self, place: int) -> tuple[Excerpt, ...]:
        """The characters of the document that make the sentence."""
        sentence = self.sentences[place]
        return excerpts(self._places, tuple(self.reading.spans(sentence.start, sentence.end)))
