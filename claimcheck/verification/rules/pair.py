"""A claim's sentence beside one sentence of evidence, and all that the rules find different in the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from claimcheck.english.lexicon import WEIGHTY
from claimcheck.english.quotations import Speech, clauses
from claimcheck.english.terms import Term, form_of, words_in
from claimcheck.models.verdict import Difference
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import Source

_CARRIES = 0.85  # of what a claim says besides a number or time, and more than a word


@dataclass(frozen=True)  # no slots: cached properties
class Pair:
    """The sentence `alignment.text` of a claim beside the evidence sentence number `place` of the source.

    `speech` says whose words the claim's sentence is given as. `alone`: the sentence is looked at by itself, for what it
    says against others that carry the claim.
    """

    alignment: Alignment
    source: Source
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
        return " ".join([self.evidence, *(self.source.sentences[place].text for place in others)])

    @cached_property
    def evidence_speech(self) -> Speech | None:
        """Whose words the part of the evidence sentence is that the claim rests on: "A said this, whereas that is so"."""
        whole = self.source.speech(self.place)
        parts = clauses(self.evidence, whole)
        if whole is None or not parts[0].contrast:
            return whole
        words = set(self.alignment.words)
        shared = [
            len(words.intersection(map(form_of, words_in(self.evidence[slice(*part.ranges[0])]))))
            for part in parts
        ]
        return parts[shared.index(max(shared))].speech

    def carries_all_but(self, apart: str) -> bool:
        """Whether the evidence sentence tells of the very thing that the claim gives a number or a time, written `apart`."""
        return len(self._rest(apart)) > 1 and self.rest_covered(apart) >= _CARRIES

    def rest_covered(self, *apart: str) -> float:
        """The share of the claim's weight, 0 to 1, that the evidence sentence covers, without these words of it and "said"."""
        rest = self._rest(*apart)
        total = sum(term.weight for term in rest)
        covered = sum(term.weight for term in rest if term.form in self.alignment.hits[self.place])
        return covered / total if total else 1.0

    def _rest(self, *apart: str) -> list[Term]:
        left_out = {form_of(word) for words in apart for word in words_in(words)}
        return [
            term
            for term in self.alignment.terms
            if term.form not in left_out and WEIGHTY.get(term.form) != "attribution"
        ]

    @property
    def published(self) -> date | None:
        """When the evidence was published, where that is known."""
        return self.source.published


def contradictions(pair: Pair) -> list[Difference]:
    """What the evidence sentence says otherwise than the claim; a question says nothing."""
    from claimcheck.verification.rules import antonyms, dates, negation, numbers, order, outlets, speakers

    if pair.evidence.endswith("?"):
        return []
    rules = (numbers, dates, negation, antonyms, order, outlets, speakers)
    return [difference for rule in rules for difference in rule.contradictions(pair)]


def missing(pair: Pair) -> list[Difference]:
    """What of the claim's numbers, names, doers, roles and attribution does not stand in its evidence."""
    from claimcheck.verification.rules import names, numbers, order, roles, speakers

    rules = (numbers, names, order, roles, speakers)
    return [difference for rule in rules for difference in rule.missing(pair)]
