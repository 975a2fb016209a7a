"""Windows: the short passages of a document with which a claim is compared.

Coverage is the share of the weight of a claim sentence's words that some sentences
have, from 0 to 1; rare words weigh more than common ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from claimcheck.english.terms import extract_terms
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_paragraph, split_sentences
from claimcheck.verification.evidence_document import EvidenceDocument

# The extractive engine adds these: '[Ann Lee said:] "..."', "Tuesday [2019-03-19]".
_BRACKETED_SPEAKER = re.compile(r"\[([^\[\]]{1,80}) said:\]\s")
_BRACKETED_ADDITION = re.compile(r"\s?\[[^\[\]]{1,300}\]")

# A claim is often made of two sentences of its evidence, and seldom of more.
_MAX_COVERING_SENTENCES = 3
_MAX_CANDIDATES = 40  # bounds the time for a claim whose words are everywhere
_LANGUAGE = "en"  # of statements
# A smaller gain in coverage is a word that happens to occur there. Chosen by hand.
_MIN_COVERAGE_GAIN = 0.1


def split_statement(text: str) -> list[str]:
    """Split a statement into distinct sentences; omit bracketed additions."""
    # A statement that is nothing but an addition stays as it is.
    plain = _BRACKETED_ADDITION.sub("", text).strip() or text
    if "\n" not in plain and "\r" not in plain:
        sentences = split_paragraph(plain, _LANGUAGE)
    else:
        reading = Reading(plain)
        sentences = [
            sentence.text
            for sentence in split_sentences(reading, _LANGUAGE, headings=True)
        ]
    return list(dict.fromkeys(sentences)) or [plain]


def find_bracketed_speaker(text: str) -> str | None:
    """Return the speaker of a leading "[Ann Lee said:]", or None."""
    match = _BRACKETED_SPEAKER.match(text)
    return match[1] if match else None


@dataclass(frozen=True)  # no slots: cached properties
class SentenceMatch:
    """A claim's sentence beside a document, whose sentences are indexes.

    `weights` are those of the claim's forms; `coverage` has an entry for each sentence
    that shares one. `covering` are the sentence that covers most, and then those that
    add most to it, if only a little.
    """

    text: str
    evidence: EvidenceDocument
    weights: dict[str, float]
    coverage: dict[int, float]
    covering: tuple[int, ...]
    excluded: Collection[int] = ()

    @property
    def best(self) -> int:
        """The sentence that covers most of the claim."""
        return self.covering[0]

    @cached_property
    def windows(self) -> tuple[tuple[int, ...], ...]:
        """The sentences of each premise: short ones, most relevant first."""
        if not self.covering:
            return ()
        return tuple(dict.fromkeys((*self.single_windows, self.contributing)))

    @property
    def single_windows(self) -> tuple[tuple[int, ...], ...]:
        """The best sentence, and the best with the one before it."""
        if self.best == 0 or self.best - 1 in self.excluded:
            return ((self.best,),)
        return ((self.best,), (self.best - 1, self.best))

    @cached_property
    def contributing(self) -> tuple[int, ...]:
        """The best sentence and others that add much, in document order."""
        contributing = [self.best]
        covered = set(self.evidence.forms[self.best])
        for index in self.covering[1:]:
            gain = self.compute_coverage(self.evidence.forms[index] - covered)
            if gain >= _MIN_COVERAGE_GAIN:
                contributing.append(index)
            covered |= self.evidence.forms[index]
        return tuple(sorted(contributing))

    @cached_property
    def nearby(self) -> frozenset[int]:
        """The covering sentences, and the neighbors of the best one."""
        if not self.covering:
            return frozenset()
        # They often hold the name behind its "he".
        neighbors = {self.best - 1, self.best + 1}
        neighbors &= set(range(len(self.evidence.sentences)))
        return frozenset(neighbors.union(self.covering).difference(self.excluded))

    def compute_coverage(self, forms: Collection[str]) -> float:
        """Return the share of the claim's weight that forms cover, 0 to 1."""
        # `fsum`: a plain sum would depend on the order in which a set is traversed.
        covered = fsum([self.weights[form] for form in self.weights if form in forms])
        return covered / (fsum(self.weights.values()) or 1.0)


def match_sentence(
    sentence: str,
    evidence: EvidenceDocument,
    excluded: Collection[int] = (),
    speaker: str = "",
) -> SentenceMatch:
    """Match one claim sentence with a document, except `excluded`.

    Words of the speaker do not count: only the rest of the claim matters.
    """
    weights = weigh_forms(sentence, evidence)
    speaker_forms = weigh_forms(speaker, evidence)
    if not weights.keys() <= speaker_forms.keys():
        for form in speaker_forms:
            weights.pop(form, None)
    total = fsum(weights.values()) or 1.0
    coverage: dict[int, float] = {}
    shared: dict[int, frozenset[str]] = {}
    for index in evidence.find_sentences(weights):
        if index not in excluded:
            shared[index] = evidence.forms[index] & weights.keys()
            covered = fsum([weights[form] for form in shared[index]])
            coverage[index] = covered / total
    ranked = sorted(coverage, key=lambda index: (-coverage[index], index))
    covering = _select_covering(ranked[:_MAX_CANDIDATES], shared, weights)
    return SentenceMatch(
        sentence, evidence, weights, coverage, tuple(covering), excluded
    )


def weigh_forms(sentence: str, evidence: EvidenceDocument) -> dict[str, float]:
    """Map the forms of a claim's content words to their rarity."""
    weights: dict[str, float] = {}
    if evidence.language.is_english:
        for term in extract_terms(sentence):
            weights[term.form] = weights.get(term.form, 0.0) + term.weight
        return weights
    for word in evidence.language.split_words(sentence):
        # Without a list of frequent words, long ones count as rare.
        form = evidence.language.normalize(word)
        weights[form] = min(1.0, len(word) / 8)
    return weights


def _select_covering(
    ranked: Sequence[int],
    shared: dict[int, frozenset[str]],
    weights: dict[str, float],
) -> list[int]:
    """Select the best sentence, then those that add most to its coverage."""
    remaining = list(ranked)
    selected: list[int] = []
    covered: set[str] = set()
    while remaining and len(selected) < _MAX_COVERING_SENTENCES:
        gains = [
            fsum([weights[form] for form in shared[index] - covered])
            for index in remaining
        ]
        best = remaining.pop(gains.index(max(gains)))  # the first of equal ones
        selected.append(best)
        covered |= shared[best]
    return selected
