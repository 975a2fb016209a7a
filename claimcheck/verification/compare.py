"""A claim beside a document: closest sentences, differences, and scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from claimcheck.english.speech import Speech, detect_speech
from claimcheck.models.verdict import Difference
from claimcheck.verification import verbatim
from claimcheck.verification.checks import (
    SentencePair,
    find_differences,
    find_unsupported,
    is_asserted,
)
from claimcheck.verification.checks.speakers import find_dropped_attribution
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.lexical import VERBATIM_PROBABILITY, is_stated, repeats
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.windows import (
    SentenceMatch,
    find_bracketed_speaker,
    match_sentence,
    split_statement,
)

# Of the coverage of the best sentence: others as close to the claim are compared, too.
_NEAR_BEST_COVERAGE = 0.85
_MAX_COMPARED_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A statement to decide on.

    `speeches` has one entry for each sentence: who says it, if it is attributed.
    `excluded`: indexes of document sentences that do not count as evidence.
    `strict`: what a model says of the document itself, so that to state as a fact what
    the document only quotes is an error.
    """

    sentences: Sequence[str]
    speeches: Sequence[Speech | None]
    excluded: Collection[int] = ()
    strict: bool = False

    @classmethod
    def from_text(
        cls, text: str, speaker: str | None = None, *, strict: bool = False
    ) -> Hypothesis:
        """Return the hypothesis that a statement, or its speaker, makes."""
        sentences = split_statement(text)
        stated_speaker = speaker or find_bracketed_speaker(text)
        default = Speech(stated_speaker, 0) if stated_speaker else None
        speeches = [detect_speech(sentence) or default for sentence in sentences]
        return cls(sentences, speeches, strict=strict)


@dataclass(frozen=True)  # no slots: cached properties
class Comparison:
    """A sentence of a claim beside a document that shares a word with it.

    `cited`: sentences that a model gives as evidence.
    """

    match: SentenceMatch
    speech: Speech | None
    cited: Collection[int] = ()

    @property
    def windows(self) -> Sequence[Sequence[int]]:
        """The premises; reported speech must be found in one place."""
        if self.speech is None:
            return self.match.windows
        return self.match.single_windows

    @cached_property
    def pairs(self) -> list[SentencePair]:
        """The sentences closest to the claim, the best one first.

        Numbers do not count: a sentence with another number is close as well.
        """
        match = self.match
        words = {form for form in match.weights if not form[0].isdigit()}
        coverage = {
            index: match.compute_coverage(match.evidence.forms[index] & words)
            for index in match.coverage
        }
        threshold = _NEAR_BEST_COVERAGE * max(coverage.values())
        close = [index for index in coverage if coverage[index] >= threshold]
        close.sort(key=lambda index: (-match.coverage[index], index))
        return [SentencePair(match, index) for index in close[:_MAX_COMPARED_SENTENCES]]

    @cached_property
    def stating(self) -> list[int]:
        """The close sentences that state the claim word for word.

        They may leave the name of its speaker to the sentences before: "he said".
        """
        stating = []
        for pair in self.pairs:
            named = pair.evidence
            if self.speech is not None and self.match.evidence.language.is_english:
                named = self.match.evidence.name_speaker(pair.index)
            is_named_there = named != pair.evidence and repeats(named, pair.claim)
            if is_named_there or is_stated(pair.evidence, pair.claim):
                stating.append(pair.index)
        return stating

    @cached_property
    def differences(self) -> list[tuple[SentencePair, Difference]]:
        """What close English sentences have otherwise, of this or another."""
        if not self.match.evidence.language.is_english:
            return []
        return [
            (pair, difference)
            for pair in self.pairs
            for difference in find_differences(pair, self.speech)
        ]

    @cached_property
    def contradictions(self) -> list[tuple[int, Difference]]:
        """What close sentences set against the claim, with their indexes."""
        if not self.match.evidence.language.is_english:
            return verbatim.find_other_number(self.match, self.speech)
        found = [
            (pair.index, difference)
            for pair, difference in self.differences
            if is_asserted(pair, difference)
        ]
        # Somebody's words refute nothing that the document, or somebody else, says.
        quoted = [index for index, _ in found if index in self.attributions]
        is_quoted = bool(quoted) and len(quoted) == len(found)
        if is_quoted and any(repeats(pair.evidence, pair.claim) for pair in self.pairs):
            return []
        return found

    @cached_property
    def attributions(self) -> dict[int, Difference]:
        """Whom close sentences quote with what the claim states as a fact."""
        return {
            pair.index: difference
            for pair in self.pairs
            for difference in find_dropped_attribution(pair, self.speech)
        }

    @cached_property
    def objections(self) -> list[Difference]:
        """What rules out support by the sentences on which the claim rests."""
        evidence, claim = self.match.evidence, self.match.text
        indexes = {*self.cited, *(index for item in self.windows for index in item)}
        premise = evidence.get_text(indexes)
        if self.stating:
            return []
        if not evidence.language.is_english:
            return verbatim.compare_details(claim, premise, evidence.language)
        return find_unsupported(self.pairs[0], premise, self.speech)


def compare_sentences(
    hypothesis: Hypothesis, evidence: EvidenceDocument, cited: Collection[int] = ()
) -> list[Comparison]:
    """Compare each sentence of a statement with a document.

    Return nothing if one of them shares no word with it.
    """
    comparisons = []
    excluded = evidence.disputed.union(hypothesis.excluded)
    pairs = zip(hypothesis.sentences, hypothesis.speeches, strict=True)
    for sentence, speech in pairs:
        speaker = speech.speaker if speech else ""
        match = match_sentence(sentence, evidence, excluded, speaker)
        if not match.covering:
            return []
        comparisons.append(Comparison(match, speech, cited))
    return comparisons


def score_comparisons(
    comparisons: Iterable[Comparison], scorer: EntailmentScorer
) -> float:
    """Return the probability, 0 to 1, that all sentences are entailed.

    The best window counts for each sentence, and the worst sentence for the claim.
    """
    pairs: list[tuple[str, str]] = []
    owners: list[int] = []
    scores: list[float] = []
    for number, item in enumerate(comparisons):
        scores.append(VERBATIM_PROBABILITY if item.stating else 0.0)
        for window in item.windows:
            pairs.append((item.match.evidence.get_text(window), item.match.text))
            owners.append(number)
    for number, result in zip(owners, scorer.score(pairs), strict=True):
        scores[number] = max(scores[number], result.entailed)
    return min(scores, default=0.0)
