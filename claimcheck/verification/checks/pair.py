"""A claim's sentence beside one of the evidence, for every check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import fsum

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.text.negation import list_negations
from claimcheck.verification.windows import Match

# "If there is a deal, ..." asserts nothing that a fact could be set against.
_CONDITIONS = frozenset(("if", "unless", "whether"))
# The sentence before says whom or what they mean.
_PRONOUNS = frozenset("he she they it him her them his its their".split())


@dataclass(frozen=True)  # no slots: cached properties
class SentencePair:
    """A claim's sentence beside sentence number `index` of a document."""

    match: Match
    index: int

    @property
    def claim(self) -> str:
        """The claim's sentence."""
        return self.match.text

    @property
    def evidence(self) -> str:
        """The evidence sentence."""
        return self.match.evidence.sentences[self.index].text

    @cached_property
    def claim_words(self) -> list[str]:
        """The words and numbers of the claim, lowercase."""
        return extract_words(self.claim)

    @property
    def evidence_words(self) -> list[str]:
        """The words and numbers of the evidence sentence, lowercase."""
        return self.match.evidence.words[self.index]

    @property
    def with_previous(self) -> str:
        """The evidence sentence after the one before it."""
        return self.match.evidence.get_text({max(0, self.index - 1), self.index})

    @property
    def published(self) -> date | None:
        """The document's publication date, or None if it is unknown."""
        return self.match.evidence.published

    @cached_property
    def is_conditional(self) -> bool:
        """Return whether one side says only what would be the case."""
        words = {*self.claim_words, *self.evidence_words}
        return not _CONDITIONS.isdisjoint(words)

    @cached_property
    def has_negation(self) -> bool:
        """Return whether either side negates something."""
        return bool(list_negations([*self.claim_words, *self.evidence_words], "en"))

    def compute_coverage_without(self, *details: str) -> float:
        """Return the coverage, 0 to 1, of the claim without some details.

        Verbs such as "said" do not count either.
        """
        ignored = {
            normalize_word(word) for detail in details for word in extract_words(detail)
        }
        weights = {
            form: weight
            for form, weight in self.match.weights.items()
            if form not in ignored and CRITICAL_WORD_KINDS.get(form) != "attribution"
        }
        forms = self.match.evidence.forms[self.index]
        if self.index and not _PRONOUNS.isdisjoint(self.evidence_words):
            forms |= self.match.evidence.forms[self.index - 1]
        covered = fsum([weight for form, weight in weights.items() if form in forms])
        return covered / fsum(weights.values()) if weights else 0.0
