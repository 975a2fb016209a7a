"""A document as evidence: its sentences, their words, and who says them."""

from __future__ import annotations

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
    is_third_person_pronoun,
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

# A pronoun or a quotation is resolved by the sentences before it; farther back, the
# name is hardly the right one. Chosen by hand.
_LOOKBACK_SENTENCES = 8


class EvidenceDocument:
    """A document prepared once for any number of claims.

    `sentences` includes the headings; methods take an index in it.
    """

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
        # Most sentences are never examined. Chunks, the text between white space, are
        # cheap, and find those that are.
        texts = [sentence.text for sentence in self.sentences]
        self._chunks = " ".join(texts).split()
        self._chunk_ends = list(accumulate([text.count(" ") + 1 for text in texts]))
        self._distinct_chunks = set(self._chunks)
        # Filled when a sentence is first examined; claims examine the same ones.
        self._words: dict[int, list[str]] = {}
        self._forms: dict[int, set[str]] = {}
        self._speeches: dict[int, Speech | None] = {}

    @cached_property
    def published(self) -> date | None:
        """The document's publication date, or else the one in its text."""
        stated = find_publication_date(self.document.full_text)
        return self.document.published or (stated[0] if stated else None)

    def match_forms(self, forms: AbstractSet[str]) -> dict[int, set[str]]:
        """Map each sentence with any of the forms to its forms."""
        forms_by_chunk = FORM_INDEX.find_chunks(forms, self._distinct_chunks)
        forms_by_sentence: dict[int, set[str]] = {}
        # Every claim goes through all chunks, so this loop runs in C.
        is_match = map(forms_by_chunk.__contains__, self._chunks)
        for position in compress(count(), is_match):
            index = bisect_right(self._chunk_ends, position)
            matched_forms = forms_by_sentence.setdefault(index, set())
            matched_forms.update(forms_by_chunk[self._chunks[position]])
        return forms_by_sentence

    def get_words(self, index: int) -> list[str]:
        """Return the words and numbers of a sentence, lowercase."""
        if index not in self._words:
            start = self._chunk_ends[index - 1] if index else 0
            chunks = self._chunks[start : self._chunk_ends[index]]
            self._words[index] = split_chunks(chunks)
        return self._words[index]

    def get_forms(self, index: int) -> set[str]:
        """Return the normalized words of a sentence."""
        if index not in self._forms:
            self._forms[index] = set(map(normalize_word, self.get_words(index)))
        return self._forms[index]

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
        while index >= 0 and self.sentences[index].block == block:
            if QUOTATION_MARK.search(self.sentences[index].text):
                return True
            index -= 1
        return False
