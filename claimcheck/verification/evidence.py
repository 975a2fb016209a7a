"""A document as evidence: its sentences, their words, and who says them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from claimcheck.english.dates import find_publication_date
from claimcheck.english.quotations import (
    QUOTATION_MARK,
    Speech,
    detect_speech,
    is_third_person_pronoun,
    resolve_speeches,
)
from claimcheck.models.document import Document
from claimcheck.models.span import Excerpt, extract_excerpts
from claimcheck.text.language import detect_language
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    Sentence,
    split_sentences,
)
from claimcheck.verification.language import Language, get_language

# A pronoun or a quotation is resolved by the sentences before it; farther back, the
# name is hardly the right one. Chosen by hand.
_LOOKBACK_SENTENCES = 8
# Of the sentences that share a word with a claim; bounds the work for words that are
# everywhere. Rare words come first.
_MAX_CANDIDATES = 2_000


class EvidenceDocument:
    """A document prepared once for any number of claims.

    `sentences` includes the headings; `words` and `forms` have an entry for each of
    them, and methods take an index in it.
    """

    def __init__(self, document: Document, reading: Reading | None = None) -> None:
        self.document = document
        self.reading = reading or Reading(document.full_text)
        code = document.language or detect_language(self.reading.text)
        self.language: Language = get_language(code)
        self.sentences: list[Sentence] = [
            sentence
            for sentence in split_sentences(self.reading, code, headings=True)
            if len(sentence.text) <= MAX_SENTENCE_CHARACTERS
        ]
        self.words: list[list[str]] = []
        self.forms: list[frozenset[str]] = []
        self._sentences_by_form: dict[str, list[int]] = {}
        for index, sentence in enumerate(self.sentences):
            words = self.language.split_words(sentence.text)
            forms = frozenset(map(self.language.normalize, words))
            self.words.append(words)
            self.forms.append(forms)
            for form in forms:
                self._sentences_by_form.setdefault(form, []).append(index)
        # Filled when a sentence is first examined; claims examine the same ones.
        self._speeches: dict[int, Speech | None] = {}

    @cached_property
    def published(self) -> date | None:
        """The document's publication date, or else the one in its text."""
        stated = find_publication_date(self.document.full_text)
        return self.document.published or (stated[0] if stated else None)

    @cached_property
    def all_forms(self) -> frozenset[str]:
        """The forms of all words of the document, and of its title."""
        title = self.language.split_words(self.document.title or "")
        return frozenset(
            [*self._sentences_by_form, *map(self.language.normalize, title)]
        )

    def find_sentences(self, forms: Iterable[str]) -> list[int]:
        """Return sentences that share a form, those with rare forms first."""
        postings = [self._sentences_by_form.get(form, []) for form in set(forms)]
        found: dict[int, None] = {}
        for posting in sorted(postings, key=lambda indexes: (len(indexes), indexes)):
            found.update(dict.fromkeys(posting[:_MAX_CANDIDATES]))
            if len(found) >= _MAX_CANDIDATES:
                break
        return list(found)

    def get_text(self, indexes: Iterable[int]) -> str:
        """Return some sentences as one text, in the order of the document."""
        return " ".join(self.sentences[index].text for index in sorted(set(indexes)))

    def get_excerpts(self, index: int) -> tuple[Excerpt, ...]:
        """Return where in the document's original text a sentence is."""
        sentence = self.sentences[index]
        spans = tuple(self.reading.locate(sentence.start, sentence.end))
        return extract_excerpts(self.reading.lines, spans)

    def find_speech(self, index: int) -> Speech | None:
        """Return who says a sentence, by its form or the context before."""
        if index not in self._speeches:
            self._speeches[index] = self._resolve_speech(index)
        return self._speeches[index]

    def _resolve_speech(self, index: int) -> Speech | None:
        speech = detect_speech(self.sentences[index].text)
        if speech and not is_third_person_pronoun(speech.speaker):
            return speech
        # No quotation in its block could continue here.
        if not speech and not self._has_quotation_before(index):
            return None
        first = max(0, index - _LOOKBACK_SENTENCES)
        return resolve_speeches(self.sentences[first : index + 1])[-1]

    def _has_quotation_before(self, index: int) -> bool:
        """Return whether the sentence, or its block before it, has quotes."""
        block = self.sentences[index].block
        for earlier in range(index, max(-1, index - _LOOKBACK_SENTENCES), -1):
            if self.sentences[earlier].block != block:
                return False
            if QUOTATION_MARK.search(self.sentences[earlier].text):
                return True
        return False
