"""A document as evidence: its sentences, their words, and who says them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from claimcheck.english.disputed import find_disputed
from claimcheck.english.publication import find_publication_date
from claimcheck.english.quotations import Attribution
from claimcheck.english.speech import (
    UNKNOWN_SPEAKER,
    Speech,
    detect_speech,
    is_third_person_pronoun,
    mask_quotations,
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

    @cached_property
    def published(self) -> date | None:
        """The document's publication date, or else the one in its text."""
        stated = find_publication_date(self.document.full_text)
        return self.document.published or (stated[0] if stated else None)

    @cached_property
    def disputed(self) -> frozenset[int]:
        """The sentences that the document itself does not mean as facts."""
        if not self.language.is_english:
            return frozenset()
        return find_disputed(self.reading, self.sentences)

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

    @cached_property
    def _speeches(self) -> list[Speech | None]:
        return Attribution(self.sentences).speeches

    def find_speech(self, index: int) -> Speech | None:
        """Return who says a sentence, by its form or the context before."""
        return self._speeches[index]

    def name_speaker(self, index: int) -> str:
        """Return a sentence with the speaker whom only the context names.

        For '"...", he said' it is '"...", Ann Lee said'.
        """
        text = self.sentences[index].text
        speech = self.find_speech(index)
        if speech is None or speech.speaker == UNKNOWN_SPEAKER:
            return text
        if speech.content_start == 0:
            return f"{speech.speaker} said: {text}"
        stated = detect_speech(text)
        if stated is None or not is_third_person_pronoun(stated.speaker):
            return text
        # The same pronoun in the quotation may be somebody else.
        outside, _ = mask_quotations(text)
        start = re.search(rf"\b{stated.speaker}\b", outside)
        if start is None:
            return text
        return f"{text[: start.start()]}{speech.speaker}{text[start.end() :]}"
