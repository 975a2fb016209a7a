"""A claim's sentence beside one of the evidence, for every check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.text.negation import list_negations
from claimcheck.verification.windows import SentenceMatch

# "If there is a deal, ..." asserts nothing that a fact could be set against.
_CONDITIONS = frozenset(("if", "unless", "whether"))
# "It was closed until 2015": what is so now, nobody says.
_ENDS = frozenset(("until", "till", "formerly", "previously"))
# The sentence before says whom or what they mean.
_PRONOUNS = frozenset("he she they it him her them his its their".split())


@dataclass(frozen=True)  # no slots: cached properties
class SentencePair:
    """A claim's sentence beside sentence number `index` of a document."""

    match: SentenceMatch
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
    def is_of_another_case(self) -> bool:
        """Return whether one side is about what would be or has ended."""
        claim, evidence = set(self.claim_words), set(self.evidence_words)
        if not _CONDITIONS.isdisjoint(claim | evidence):
            return True
        return bool(_ENDS & (evidence - claim)) or ("first" in claim - evidence)

    @cached_property
    def has_negation(self) -> bool:
        """Return whether either side negates something."""
        return bool(list_negations([*self.claim_words, *self.evidence_words], "en"))

    def is_about_same(self, detail: str) -> bool:
        """Return whether the evidence has all of the claim but this detail.

        Verbs such as "said" do not count.
        """
        ignored = set(map(normalize_word, extract_words(detail)))
        others = {
            form
            for form in self.match.weights
            if form not in ignored and CRITICAL_WORD_KINDS.get(form) != "attribution"
        }
        forms = self.match.evidence.forms[self.index]
        if self.index and not _PRONOUNS.isdisjoint(self.evidence_words):
            forms |= self.match.evidence.forms[self.index - 1]
        return bool(others) and others <= forms
