"""A document as evidence: its sentences, and where each word stands."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from claimcheck.checking.terms import form_of, prefix_of, words_in
from claimcheck.core.document import Document
from claimcheck.core.places import Places
from claimcheck.core.span import Excerpt, excerpts
from claimcheck.extractive.speech import Speech, speakers
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, sentences

_LONGEST_SENTENCE = 3_000  # longer ones are tables, logs or code


class Source:
    """A document made ready once, for any number of claims."""

    def __init__(self, document: Document, reading: Reading | None = None) -> None:
        self.document = document
        self.reading = reading or Reading(document.full_text)
        self.sentences: list[Sentence] = [
            sentence
            for sentence in sentences(self.reading, document.language)
            if len(sentence.text) <= _LONGEST_SENTENCE
        ]
        self.words = [words_in(sentence.text) for sentence in self.sentences]
        self.postings: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self.words):
            for word in dict.fromkeys(words):
                self.postings[word].append(place)
        self.prefixes: dict[str, list[str]] = defaultdict(list)
        for word in self.postings:
            self.prefixes[prefix_of(word)].append(word)

    @cached_property
    def speech(self) -> list[Speech | None]:
        """Who says each sentence, where its form tells."""
        return speakers(self.sentences)

    @cached_property
    def _places(self) -> Places:
        return Places(self.document.full_text)

    def places_with(self, form: str) -> set[int]:
        """The sentences that hold a word of this form."""
        return {
            place
            for word in self.prefixes.get(form[:3], ())
            if form_of(word) == form
            for place in self.postings[word]
        }

    def forms(self, place: int) -> set[str]:
        """The forms of a sentence's words."""
        return {form_of(word) for word in self.words[place]}

    def excerpts(self, place: int) -> tuple[Excerpt, ...]:
        """The characters of the document that make the sentence."""
        sentence = self.sentences[place]
        return excerpts(self._places, tuple(self.reading.spans(sentence.start, sentence.end)))
