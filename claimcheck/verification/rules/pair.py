"""A claim's sentence beside one sentence of evidence, and all that the rules find different in the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS
from claimcheck.english.quotations import Speech, split_clauses
from claimcheck.english.terms import Term, extract_words, normalize_word
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import EvidenceDocument

_SAME_FACT_COVERAGE = (
    0.85  # of what a claim says besides a number or time, and more than a word
)


@dataclass(frozen=True)  # no slots: cached properties
class SentencePair:
    """The sentence `alignment.text` of a claim beside the evidence sentence number `place` of the source.

    `speech` says whose words the claim's sentence is given as. `alone`: the sentence is looked at by itself, for what it
    says against others that carry the claim.
    """

    alignment: Alignment
    source: EvidenceDocument
    place: int
    speech: Speech | None
    alone: bool = False

    @property
    def claim(self) -> str:
        """The claim's sentence."""
        return self.alignment.text

    @cached_property
    def evidence(self) -> str:
        """The evidence sentence."""
        return self.source.sentences[self.place].text

    @property
    def lead(self) -> str:
        """The evidence sentence, and the one that leads to it."""
        before = self.source.sentences[self.place - 1].text if self.place else ""
        return f"{before} {self.evidence}"

    @cached_property
    def around(self) -> str:
        """All the sentences that the claim rests on, the evidence sentence first; that alone where it stands alone."""
        if self.alone:
            return self.evidence
        others = sorted(self.alignment.places_near - {self.place})
        return " ".join(
            [self.evidence, *(self.source.sentences[place].text for place in others)]
        )

    @cached_property
    def evidence_speech(self) -> Speech | None:
        """Whose words the part of the evidence sentence is that the claim rests on: "A said this, whereas that is so"."""
        whole = self.source.find_speech(self.place)
        parts = split_clauses(self.evidence, whole)
        if whole is None or not parts[0].is_contrast:
            return whole
        words = set(self.alignment.words)
        shared = [
            len(
                words.intersection(
                    map(
                        normalize_word,
                        extract_words(self.evidence[slice(*part.ranges[0])]),
                    )
                )
            )
            for part in parts
        ]
        return parts[shared.index(max(shared))].speech

    def carries_all_but(self, apart: str) -> bool:
        """Whether the evidence sentence tells of the very thing that the claim gives a number or a time, written `apart`."""
        return (
            len(self._rest(apart)) > 1
            and self.rest_covered(apart) >= _SAME_FACT_COVERAGE
        )

    def rest_covered(self, *apart: str) -> float:
        """The share of the claim's weight, 0 to 1, that the evidence sentence covers, without these words of it and "said"."""
        rest = self._rest(*apart)
        total = sum(term.weight for term in rest)
        covered = sum(
            term.weight for term in rest if term.form in self.alignment.hits[self.place]
        )
        return covered / total if total else 1.0

    def _rest(self, *apart: str) -> list[Term]:
        left_out = {
            normalize_word(word) for words in apart for word in extract_words(words)
        }
        return [
            term
            for term in self.alignment.terms
            if term.form not in left_out
            and CRITICAL_WORD_KINDS.get(term.form) != "attribution"
        ]

    @property
    def published(self) -> date | None:
        """When the evidence was published, where that is known."""
        return self.source.published
