"""A claim's sentence beside one of the evidence, for every rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS
from claimcheck.english.quotations import Clause, Speech, split_clauses
from claimcheck.english.terms import Term, extract_words, normalize_word
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import EvidenceDocument

# A sentence that covers this share of the claim, apart from a number or a time, states
# the same fact: its own number counts, and no nearby one. Chosen by hand.
_SAME_FACT_COVERAGE = 0.85


@dataclass(frozen=True)  # no slots: cached properties
class SentencePair:
    """A claim's sentence beside sentence number `index` of a document.

    `speech` is that of the claim's sentence. `is_isolated`: the evidence sentence is
    compared by itself, without the sentences near it.
    """

    alignment: Alignment
    document: EvidenceDocument
    index: int
    speech: Speech | None
    is_isolated: bool = False

    @property
    def claim(self) -> str:
        """The claim's sentence."""
        return self.alignment.text

    @cached_property
    def evidence(self) -> str:
        """The evidence sentence."""
        return self.document.sentences[self.index].text

    @property
    def evidence_words(self) -> list[str]:
        """The words and numbers of the evidence sentence, lowercase."""
        return self.document.get_words(self.index)

    @property
    def evidence_with_previous(self) -> str:
        """The evidence sentence after the one before it."""
        if not self.index:
            return f" {self.evidence}"
        return f"{self.document.sentences[self.index - 1].text} {self.evidence}"

    @cached_property
    def nearby_text(self) -> str:
        """The evidence sentence, then the others on which the claim rests."""
        if self.is_isolated:
            return self.evidence
        others = sorted(self.alignment.nearby_sentences - {self.index})
        texts = [self.document.sentences[index].text for index in others]
        return " ".join([self.evidence, *texts])

    @property
    def published(self) -> date | None:
        """The document's publication date, or None if it is unknown."""
        return self.document.published

    @cached_property
    def evidence_speech(self) -> Speech | None:
        """The speech of the clause of the evidence on which the claim rests.

        "A said this, whereas B is true" has two sides.
        """
        speech = self.document.find_speech(self.index)
        clauses = split_clauses(self.evidence, speech)
        if speech is None or not clauses[0].is_contrast:
            return speech
        # The clause with the most words of the claim; of two equal ones, the first.
        return max(clauses, key=self._count_shared_forms).speech

    def _count_shared_forms(self, clause: Clause) -> int:
        words = extract_words(self.evidence[slice(*clause.ranges[0])])
        return len(set(self.alignment.forms).intersection(map(normalize_word, words)))

    def states_same_fact(self, detail: str) -> bool:
        """Return whether the evidence has all of a claim but a detail.

        `detail` is the number or the time as the claim's sentence words it.
        """
        if len(self._list_terms_without(detail)) <= 1:
            return False
        return self.compute_coverage_without(detail) >= _SAME_FACT_COVERAGE

    def compute_coverage_without(self, *details: str) -> float:
        """Return the coverage, 0 to 1, of the claim without some details.

        Verbs such as "said" do not count either.
        """
        terms = self._list_terms_without(*details)
        total = sum(term.weight for term in terms)
        covered_forms = self.alignment.forms_by_sentence[self.index]
        covered = sum(term.weight for term in terms if term.form in covered_forms)
        return covered / total if total else 1.0

    def _list_terms_without(self, *details: str) -> list[Term]:
        detail_forms = {
            normalize_word(word) for detail in details for word in extract_words(detail)
        }
        return [
            term
            for term in self.alignment.terms
            if term.form not in detail_forms
            and CRITICAL_WORD_KINDS.get(term.form) != "attribution"
        ]
