"""The one place where a label is decided, in the order in which one would explain it.

1. Is there a passage about the claim at all?
2. Is the language one in which rewordings can be judged? If not, only the claim's very
   words support it.
3. Does a sentence set another number, date, or word against the claim's? Refuted.
4. Does the scorer find the claim entailed, and does no check object? Supported.
5. Otherwise there is not enough evidence, and the closest passage is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from claimcheck.english.quotations import Speech, detect_speech
from claimcheck.models.span import format_quote
from claimcheck.models.verdict import (
    DecidedBy,
    Difference,
    Evidence,
    Finding,
    Label,
    Stance,
)
from claimcheck.verification.checks import (
    SentencePair,
    find_contradictions,
    find_unsupported,
)
from claimcheck.verification.checks.arithmetic import (
    Calculation,
    calculate,
    find_phrases,
)
from claimcheck.verification.checks.speakers import find_dropped_attribution
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.lexical import is_stated
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.verbatim import (
    compare_details,
    find_other_number,
    find_repeating_sentence,
)
from claimcheck.verification.windows import (
    Match,
    find_bracketed_speaker,
    match_sentence,
    split_statement,
)

NO_EVIDENCE_RATIONALE = "Nothing in the documents is about the claim."

# Of refutations on open data, about this share was right. Used unless the scorer's
# calibration states the share measured on sealed data.
_REFUTED_CONFIDENCE = 0.9
# Not 1: the same words may be part of another context, such as a denial.
_REPEATED_CONFIDENCE = 0.99
# Of the coverage of the best sentence: others as close to the claim are compared, too.
_NEAR_BEST_COVERAGE = 0.85
_MAX_COMPARED_SENTENCES = 3
_MAX_EVIDENCE_PASSAGES = 3
_MAX_LISTED_DIFFERENCES = 3
_MAX_LISTED_WORDS = 5


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A statement to decide on.

    `speeches` has one entry for each sentence: who says it, if it is attributed.
    `excluded`: indexes of document sentences that do not count as evidence.
    `strict`: the statement summarizes this very document, so that to state as a fact
    what the document only quotes is an error.
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
class SentenceComparison:
    """A sentence of the claim beside a document.

    `cited`: sentences that a model gives as evidence. `calculation`: a number that
    follows from those of the best sentence; `match` is then that of the rest.
    """

    match: Match
    speech: Speech | None
    calculation: Calculation | None = None
    cited: Collection[int] = ()

    @classmethod
    def compare(
        cls,
        sentence: str,
        speech: Speech | None,
        evidence: EvidenceDocument,
        excluded: Collection[int] = (),
        cited: Collection[int] = (),
    ) -> SentenceComparison:
        """Match a sentence, and compute what its numbers follow from."""
        match = match_sentence(sentence, evidence, excluded)
        if not match.covering:
            return cls(match, speech, None, cited)
        calculation = calculate(sentence, evidence.sentences[match.best].text)
        if calculation is not None and calculation.is_right:
            match = match_sentence(calculation.rest, evidence, excluded)
        return cls(match, speech, calculation, cited)

    @cached_property
    def pairs(self) -> list[SentencePair]:
        """The sentences closest to the claim, the best one first.

        Numbers do not count: a sentence with another number is close as well.
        """
        match = self.match
        words = [form for form in match.weights if not form[0].isdigit()]
        coverage = {
            index: match.compute_coverage(
                match.evidence.forms[index].intersection(words)
            )
            for index in match.coverage
        }
        threshold = _NEAR_BEST_COVERAGE * max(coverage.values())
        close = [index for index in coverage if coverage[index] >= threshold]
        close.sort(key=lambda index: (-match.coverage[index], index))
        return [
            SentencePair(self.match, index) for index in close[:_MAX_COMPARED_SENTENCES]
        ]

    @cached_property
    def stating(self) -> list[int]:
        """The close sentences that state the claim word for word."""
        return [
            pair.index for pair in self.pairs if is_stated(pair.evidence, pair.claim)
        ]

    @cached_property
    def contradictions(self) -> list[tuple[int, Difference]]:
        """What close sentences set against the claim."""
        if self.calculation is not None:
            return []
        return [
            (pair.index, difference)
            for pair in self.pairs
            for difference in find_contradictions(pair, self.speech)
        ]

    @cached_property
    def objections(self) -> list[Difference]:
        """What rules out support by the sentences on which the claim rests."""
        if self.stating:
            return []
        if self.calculation is not None and not self.calculation.is_right:
            return [
                Difference("number", self.calculation.phrase, self.calculation.shown)
            ]
        pair = self.pairs[0]
        indexes = {*self.match.contributing, *self.cited}
        if pair.index > 0 and pair.index - 1 not in self.match.excluded:
            indexes.add(pair.index - 1)
        premise = self.match.evidence.get_text(indexes)
        objections = find_unsupported(pair, premise, self.speech)
        for phrase in find_phrases(pair.claim):
            if phrase.lower() not in premise.lower():
                objections.append(Difference("number", phrase, None))
        return list(dict.fromkeys(objections))

    @property
    def dropped_attributions(self) -> list[Difference]:
        """The speaker whose words the claim states as a fact."""
        return find_dropped_attribution(self.pairs[0], self.speech)


def decide(
    hypothesis: Hypothesis, evidence: EvidenceDocument, scorer: EntailmentScorer
) -> Finding:
    """Decide one statement against one document."""
    comparisons = compare_sentences(hypothesis, evidence)
    if not any(item.match.covering for item in comparisons):
        return NO_EVIDENCE_FINDING
    if evidence.language.code not in scorer.calibration.languages:
        return _decide_by_repetition(comparisons, evidence)
    contradictions = find_all_contradictions(comparisons)
    if contradictions:
        return _refute(comparisons, contradictions, scorer)
    probability = score_comparisons(comparisons, scorer)
    if probability < scorer.calibration.supported_from:
        return _abstain(comparisons, _explain_lack(comparisons), probability)
    objections = list_objections(comparisons, strict=hypothesis.strict)
    if objections:
        reason = f"The words match, but {describe_differences(objections)}"
        return _abstain(comparisons, reason, probability, objections)
    return _support(comparisons, probability, scorer)


def find_veto(
    hypothesis: Hypothesis,
    evidence: EvidenceDocument,
    scorer: EntailmentScorer,
    cited: Sequence[int],
) -> Finding | None:
    """Return the finding that replaces a model's "supported", or None.

    What contradicts the claim counts anywhere. What one document lacks, another may
    have: only one with cited sentences must have all of it.
    """
    comparisons = compare_sentences(hypothesis, evidence, cited)
    contradictions = []
    if evidence.language.is_english:
        contradictions = find_all_contradictions(comparisons)
    if contradictions:
        return _refute(comparisons, contradictions, scorer)
    if not cited:
        return None
    if not evidence.language.is_english:
        return _find_foreign_veto(comparisons, evidence, cited)
    objections = list_objections(comparisons, strict=hypothesis.strict)
    if not objections:
        return None
    reason = describe_differences(objections, is_sentence=True)
    return _abstain(comparisons, reason, 0.0, objections)


def _find_foreign_veto(
    comparisons: Sequence[SentenceComparison],
    evidence: EvidenceDocument,
    cited: Sequence[int],
) -> Finding | None:
    """Return a veto if a number or a negation is on one side only."""
    premise = evidence.get_text(cited)
    differences = []
    for item in comparisons:
        differences += compare_details(item.match.text, premise, evidence.language)
    if not differences:
        return None
    reason = describe_differences(differences, is_sentence=True)
    return _abstain(comparisons, reason, 0.0, differences)


def compare_sentences(
    hypothesis: Hypothesis, evidence: EvidenceDocument, cited: Collection[int] = ()
) -> list[SentenceComparison]:
    """Compare each sentence of a statement with a document."""
    pairs = zip(hypothesis.sentences, hypothesis.speeches, strict=True)
    return [
        SentenceComparison.compare(
            sentence, speech, evidence, hypothesis.excluded, cited
        )
        for sentence, speech in pairs
    ]


def score_comparisons(
    comparisons: Sequence[SentenceComparison], scorer: EntailmentScorer
) -> float:
    """Return the probability, 0 to 1, that all sentences are entailed.

    The best window counts for each sentence, and the worst sentence for the claim.
    """
    pairs = []
    owners = []
    scores = [0.0] * len(comparisons)
    for number, item in enumerate(comparisons):
        for window in item.match.windows:
            pairs.append((item.match.evidence.get_text(window), item.match.text))
            owners.append(number)
        if item.match.covering and item.stating:
            scores[number] = _REPEATED_CONFIDENCE
    for number, result in zip(owners, scorer.score(pairs), strict=True):
        scores[number] = max(scores[number], result.entailed)
    return min(scores)


def find_all_contradictions(
    comparisons: Sequence[SentenceComparison],
) -> list[tuple[int, Difference]]:
    """Return what the document sets against the claim, with its sentences."""
    contradictions = []
    for item in comparisons:
        if item.match.covering:
            contradictions += item.contradictions
    return contradictions


def list_objections(
    comparisons: Sequence[SentenceComparison], *, strict: bool
) -> list[Difference]:
    """List what rules out support, whatever a scorer or a model says."""
    objections: list[Difference] = []
    for item in comparisons:
        if not item.match.covering:
            objections.append(Difference("content", item.match.text, None))
            continue
        objections += item.objections
        if strict:
            objections += item.dropped_attributions
    return list(dict.fromkeys(objections))


def _decide_by_repetition(
    comparisons: Sequence[SentenceComparison], evidence: EvidenceDocument
) -> Finding:
    """Decide where rewordings cannot be judged: only the claim's words count."""
    for item in comparisons:
        other = find_other_number(item.match)
        if other is not None and find_repeating_sentence(item.match) is None:
            return _build_refutation(evidence, [other], (), None)
    indexes = [find_repeating_sentence(item.match) for item in comparisons]
    found = [index for index in indexes if index is not None]
    if len(found) < len(indexes):
        language = evidence.language.code or "unknown"
        reason = (
            f"Rewordings cannot be judged in the evidence's language ({language}), "
            "and no sentence repeats the claim. Read the closest passage."
        )
        return _abstain(comparisons, reason, 0.5)
    return Finding(
        Label.SUPPORTED,
        _REPEATED_CONFIDENCE,
        "One sentence repeats the words of the claim.",
        build_evidence(evidence, found[:_MAX_EVIDENCE_PASSAGES], Stance.SUPPORTS),
        (),
        DecidedBy.ALIGNMENT,
    )


def _refute(
    comparisons: Sequence[SentenceComparison],
    contradictions: Sequence[tuple[int, Difference]],
    scorer: EntailmentScorer,
) -> Finding:
    """Return `refuted`, or `conflicting_evidence` with support elsewhere."""
    evidence = comparisons[0].match.evidence
    refuting = {index for index, _ in contradictions}
    supporting = _list_supporting_sentences(comparisons, refuting, scorer)
    reliability = scorer.calibration.refuted_reliability
    return _build_refutation(evidence, contradictions, supporting, reliability)


def _build_refutation(
    evidence: EvidenceDocument,
    contradictions: Sequence[tuple[int, Difference]],
    supporting: Sequence[int],
    reliability: float | None,
) -> Finding:
    differences = tuple(dict.fromkeys(item for _, item in contradictions))
    refuting = list(dict.fromkeys(index for index, _ in contradictions))
    passages = build_evidence(
        evidence, refuting[:_MAX_EVIDENCE_PASSAGES], Stance.REFUTES
    )
    passages += build_evidence(
        evidence, supporting[:_MAX_EVIDENCE_PASSAGES], Stance.SUPPORTS
    )
    return Finding(
        Label.CONFLICTING_EVIDENCE if supporting else Label.REFUTED,
        round(reliability or _REFUTED_CONFIDENCE, 3),
        describe_differences(differences, is_sentence=True)
        + describe_reliability(reliability),
        passages,
        differences,
        DecidedBy.RULES,
    )


def _list_supporting_sentences(
    comparisons: Sequence[SentenceComparison],
    refuting: Collection[int],
    scorer: EntailmentScorer,
) -> list[int]:
    """List the sentences that support a claim which others contradict."""
    supporting: list[int] = []
    for item in comparisons:
        if not item.match.covering:
            return []
        candidates = [pair for pair in item.pairs if pair.index not in refuting]
        scores = scorer.score([(pair.evidence, pair.claim) for pair in candidates])
        agreeing = [
            pair.index
            for pair, result in zip(candidates, scores, strict=True)
            if result.entailed >= scorer.calibration.supported_from
            and not find_unsupported(pair, pair.evidence, item.speech)
        ]
        if not agreeing:
            return []
        supporting += agreeing
    return list(dict.fromkeys(supporting))


def _support(
    comparisons: Sequence[SentenceComparison],
    probability: float,
    scorer: EntailmentScorer,
) -> Finding:
    attributions: list[Difference] = []
    calculations = []
    for item in comparisons:
        attributions += item.dropped_attributions
        if item.calculation is not None:
            calculations.append(item.calculation.shown)
    rationale = _explain_support(comparisons)
    if calculations:
        rationale += f" Computed: {'; '.join(calculations)}."
    if attributions:
        rationale += f" But: {describe_differences(attributions, is_sentence=True)}"
    reliability = scorer.calibration.supported_reliability
    indexes = _list_contributing(comparisons)
    return Finding(
        Label.SUPPORTED,
        round(probability, 3),
        rationale + describe_reliability(reliability),
        build_evidence(comparisons[0].match.evidence, indexes, Stance.SUPPORTS),
        tuple(dict.fromkeys(attributions)),
        DecidedBy.ALIGNMENT,
    )


def _abstain(
    comparisons: Sequence[SentenceComparison],
    reason: str,
    probability: float,
    objections: Sequence[Difference] = (),
) -> Finding:
    """Return `not_enough_evidence` with the closest passages."""
    indexes = _list_contributing(comparisons)
    return Finding(
        Label.NOT_ENOUGH_EVIDENCE,
        round(max(0.5, 1 - probability), 3),
        reason,
        build_evidence(comparisons[0].match.evidence, indexes, Stance.RELATED),
        tuple(objections),
        DecidedBy.RULES if objections else DecidedBy.ALIGNMENT,
    )


NO_EVIDENCE_FINDING = Finding(
    Label.NOT_ENOUGH_EVIDENCE,
    0.5,
    NO_EVIDENCE_RATIONALE,
    (),
    (),
    DecidedBy.ALIGNMENT,
)


def _list_contributing(comparisons: Sequence[SentenceComparison]) -> list[int]:
    indexes: list[int] = []
    for item in comparisons:
        if not item.match.covering:
            continue
        others = [
            index for index in item.match.contributing if index != item.match.best
        ]
        indexes += item.stating[:1] or [item.match.best, *others]
    return list(dict.fromkeys(indexes))[:_MAX_EVIDENCE_PASSAGES]


def build_evidence(
    evidence: EvidenceDocument, indexes: Sequence[int], stance: Stance
) -> tuple[Evidence, ...]:
    """Return document sentences as evidence; skip those without a location."""
    passages = []
    for index in indexes:
        spans = evidence.get_excerpts(index)
        if spans:
            text = format_quote(spans)
            passages.append(Evidence(evidence.document.id, spans, text, stance))
    return tuple(passages)


def describe_reliability(share: float | None) -> str:
    """Say how often such verdicts were right on unseen data, if measured."""
    if share is None:
        return ""
    return f" Of verdicts like this, {10 * share:.0f} in 10 were right on unseen data."


def describe_differences(
    differences: Sequence[Difference], *, is_sentence: bool = False
) -> str:
    """Describe the differences in one sentence, or its end."""
    descriptions = map(_describe_difference, differences[:_MAX_LISTED_DIFFERENCES])
    text = "; ".join(descriptions)
    if is_sentence:
        text = text[:1].upper() + text[1:]
    return f"{text}."


def _describe_difference(difference: Difference) -> str:
    claim, evidence = difference.claim, difference.evidence
    match difference.kind:
        case "attribution":
            return f"the evidence gives this only as a statement by {evidence}"
        case "speaker" if evidence is None:
            return f"the evidence does not attribute it to {claim}"
        case "speaker":
            return f"the claim names “{claim}”, the evidence “{evidence}”"
        case _ if evidence is None:
            return f"the passage does not contain “{claim}”"
        case _:
            return f"the claim says “{claim}”, the evidence “{evidence}”"


def _explain_support(comparisons: Sequence[SentenceComparison]) -> str:
    missing = _list_missing_words(comparisons)
    amount = "most" if missing else "all the"
    is_scattered = any(len(item.match.contributing) > 1 for item in comparisons)
    if is_scattered:
        text = f"Different passages together contain {amount} words of the claim."
    else:
        text = f"One passage contains {amount} words of the claim."
    return f"{text} Not found: {missing}." if missing else text


def _explain_lack(comparisons: Sequence[SentenceComparison]) -> str:
    missing = _list_missing_words(comparisons)
    if missing:
        return f"The closest passage does not mention: {missing}."
    return "The closest passage has the words of the claim, but may say something else."


def _list_missing_words(comparisons: Sequence[SentenceComparison]) -> str:
    """List the rarest claim words that the closest passages lack, or ""."""
    missing: dict[str, float] = {}
    for item in comparisons:
        evidence = item.match.evidence
        forms = frozenset[str]().union(
            *(evidence.forms[index] for index in item.match.nearby)
        )
        for word in evidence.language.split_words(item.match.text):
            form = evidence.language.normalize(word)
            if form in item.match.weights and form not in forms:
                missing[word] = item.match.weights[form]
    ranked = sorted(missing, key=lambda word: -missing[word])
    return ", ".join(ranked[:_MAX_LISTED_WORDS])
