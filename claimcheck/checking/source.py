"""A document as evidence: its sentences, and where each word stands."""

from __future__ import annotations

from collections.abc import Collection
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
        self._prefixes: dict[str, list[str]] = {}
        for word in set[str]().union(*self._word_sets):
            self._prefixes.setdefault(prefix_of(word), []).append(word)

    @cached_property
    def speech(self) -> list[Speech | None]:
        """Who says each sentence, where its form tells."""
        return speakers(self.sentences)

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
