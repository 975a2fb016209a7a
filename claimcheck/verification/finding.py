"""A finding without a model: fitted weights, and rules that veto or refute.

It abstains rather than guesses: what is neither entailed nor contradicted is
`not_enough_evidence`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from claimcheck.english.quotations import Speech, detect_speech
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.span import format_quote
from claimcheck.models.verdict import (
    DecidedBy,
    Difference,
    Evidence,
    Finding,
    Label,
    Stance,
)
from claimcheck.verification.alignment import (
    Alignment,
    align_sentence,
    find_bracketed_speaker,
    split_statement,
)
from claimcheck.verification.entailment import estimate_support, is_expressed
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.rules import (
    SentencePair,
    find_contradictions,
    find_missing_details,
)

NO_EVIDENCE_RATIONALE = "Nothing in the documents is about the claim."

SUPPORTED_FROM = 0.5
# Two in five claims that are called supported with less are not, on data where half of
# all claims are supported; so the rationale asks the reader to look.
_WEAK_SUPPORT = 0.6
# The minimum confidence of a refutation. On development data, more of the
# contradictions than this share were real.
_MIN_REFUTED_CONFIDENCE = 0.85
# If a sentence covers less of the claim without what differs, it is probably about
# something else, so that it does not contradict the claim. Chosen by hand.
_MIN_SHARED_COVERAGE = 0.5
# Of the coverage of the best sentence. Chosen by hand.
_NEAR_BEST_COVERAGE = 0.85
# Where sentences are excluded, one of the others must cover this much of the claim.
_MIN_SENTENCE_COVERAGE = 0.75
_MAX_EVIDENCE_PASSAGES = 3
_MAX_LISTED_DIFFERENCES = 3
_MAX_LISTED_WORDS = 5
# A missing number may be a count of what the document lists. Who said or did something
# cannot be worked out.
_VETO_KINDS = ("speaker", "name")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A statement to assess against a document.

    `speeches` has one entry for each sentence: who says it, if it is attributed.
    `excluded`: indexes of document sentences that do not count as evidence.
    `strict`: the statement summarizes this very document, so that what it adds, or
    states without the document's attribution, is an error.
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


@dataclass(slots=True)
class _RuleResults:
    """What the rules found, with the indexes of the document's sentences.

    `contradictions`: differences in sentences about the same thing as the claim;
    `agreeing`: sentences as close to the claim, without a difference;
    `doubts`: differences in the closest sentence if it may be about something else;
    `missing`: details of the claim that the document lacks.
    """

    contradictions: list[tuple[int, Difference]] = field(default_factory=list)
    agreeing: list[int] = field(default_factory=list)
    doubts: list[Difference] = field(default_factory=list)
    missing: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A hypothesis compared with a document by weights and rules.

    `vetoes` are the differences that rule out `supported`.
    """

    evidence: EvidenceDocument
    alignments: Sequence[Alignment]
    probability: float
    results: _RuleResults
    vetoes: Sequence[Difference]
    min_coverage: float

    @property
    def is_entailed(self) -> bool:
        return self.probability >= SUPPORTED_FROM

    @property
    def is_concentrated(self) -> bool:
        """Return whether single sentences cover enough of the claim."""
        lowest = min((item.best_coverage for item in self.alignments), default=0.0)
        return lowest >= self.min_coverage

    @property
    def contributing_sentences(self) -> list[int]:
        indexes = [
            index
            for alignment in self.alignments
            for index in alignment.contributing_sentences
        ]
        return list(dict.fromkeys(indexes))

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(dict.fromkeys([*self.vetoes, *self.results.missing]))


def assess(hypothesis: Hypothesis, evidence: EvidenceDocument) -> Finding:
    """Return the finding for a hypothesis against one document."""
    alignments = [
        align_sentence(sentence, evidence, hypothesis.excluded)
        for sentence in hypothesis.sentences
    ]
    probability = estimate_support(alignments, evidence)
    results = _RuleResults()
    for alignment, speech in zip(alignments, hypothesis.speeches, strict=True):
        for index in _select_best_sentences(alignment):
            _apply_rules(alignment, evidence, index, speech, results)
    vetoing_details = [
        difference
        for difference in results.missing
        if hypothesis.strict or difference.kind in _VETO_KINDS
    ]
    comparison = _Comparison(
        evidence,
        alignments,
        probability,
        results,
        vetoes=[*results.doubts, *vetoing_details],
        min_coverage=_MIN_SENTENCE_COVERAGE if hypothesis.excluded else 0.0,
    )
    return _decide(comparison)


def _select_best_sentences(alignment: Alignment) -> list[int]:
    """Select the sentence with the best coverage and those close to it.

    Numbers do not count here: a sentence with another number is close as well.
    """
    if not alignment.selected:
        return []
    words = [term for term in alignment.terms if not term.is_number]
    coverage = {
        index: sum(term.weight for term in words if term.form in forms)
        for index, forms in alignment.forms_by_sentence.items()
    }
    best = alignment.selected[0]
    threshold = max(
        _NEAR_BEST_COVERAGE * coverage[best],
        _MIN_SHARED_COVERAGE * sum(term.weight for term in words),
    )
    others = [
        index
        for index in sorted(coverage)
        if index != best and coverage[index] >= threshold
    ]
    return [best, *others[: _MAX_EVIDENCE_PASSAGES - 1]]


def _apply_rules(
    alignment: Alignment,
    evidence: EvidenceDocument,
    index: int,
    speech: Speech | None,
    results: _RuleResults,
) -> None:
    """Compare one sentence with the claim's, and add to the results."""
    is_best = index == alignment.selected[0]
    pair = SentencePair(alignment, evidence, index, speech, is_isolated=not is_best)
    contradictions = find_contradictions(pair)
    if is_best:
        results.missing += find_missing_details(pair)
    if not contradictions:
        results.agreeing.append(index)
        return
    # What differs does not count: the rest must be about the same thing.
    details = [difference.claim for difference in contradictions]
    if pair.compute_coverage_without(*details) >= _MIN_SHARED_COVERAGE:
        results.contradictions += [(index, item) for item in contradictions]
    elif is_best:
        results.doubts += contradictions


def _decide(comparison: _Comparison) -> Finding:
    if comparison.results.contradictions:
        return _refute(comparison)
    if comparison.is_entailed and comparison.vetoes:
        return _veto(comparison)
    if comparison.is_entailed and comparison.is_concentrated:
        return _support(comparison)
    return _abstain(comparison)


def _refute(comparison: _Comparison) -> Finding:
    """Return `refuted`, or `conflicting_evidence` with support elsewhere."""
    evidence, results = comparison.evidence, comparison.results
    differences = tuple(dict.fromkeys(item for _, item in results.contradictions))
    refuting = list(dict.fromkeys(index for index, _ in results.contradictions))
    supporting = _list_supporting_sentences(comparison, differences, refuting)
    passages = build_evidence(
        evidence, refuting[:_MAX_EVIDENCE_PASSAGES], Stance.REFUTES
    )
    passages += build_evidence(
        evidence, supporting[:_MAX_EVIDENCE_PASSAGES], Stance.SUPPORTS
    )
    return Finding(
        Label.CONFLICTING_EVIDENCE if supporting else Label.REFUTED,
        round(max(1 - comparison.probability, _MIN_REFUTED_CONFIDENCE), 3),
        _describe_differences(differences),
        passages,
        differences,
        DecidedBy.RULES,
    )


def _list_supporting_sentences(
    comparison: _Comparison, differences: Sequence[Difference], refuting: Sequence[int]
) -> list[int]:
    """List the sentences that support a claim which others contradict."""
    if not comparison.is_entailed:
        return []
    for alignment in comparison.alignments:
        if alignment.best_coverage < _NEAR_BEST_COVERAGE:
            return []
    # A sentence that leaves the number out does not support the number.
    numbers = _extract_contradicted_numbers(differences)
    return [
        index
        for index in comparison.results.agreeing
        if index not in refuting and numbers <= comparison.evidence.get_forms(index)
    ]


def _extract_contradicted_numbers(differences: Iterable[Difference]) -> set[str]:
    """Return the forms of the claim's contradicted numbers."""
    numbers: set[str] = set()
    for difference in differences:
        if difference.kind in ("number", "date"):
            forms = map(normalize_word, extract_words(difference.claim))
            numbers.update(form for form in forms if form[0].isdigit())
    return numbers


def _support(comparison: _Comparison) -> Finding:
    rationale = _explain_support(comparison.alignments)
    if comparison.probability < _WEAK_SUPPORT:
        rationale += " The match is weak: read the passage."
    if comparison.differences:
        rationale += f" But: {_describe_differences(comparison.differences)}"
    return _build_finding(
        comparison, Label.SUPPORTED, rationale, decided_by=DecidedBy.ALIGNMENT
    )


def _veto(comparison: _Comparison) -> Finding:
    """Return `not_enough_evidence` where only the words agree."""
    description = _describe_differences(comparison.differences)
    rationale = f"The words match, but {description[:1].lower()}{description[1:]}"
    return _build_finding(
        comparison, Label.NOT_ENOUGH_EVIDENCE, rationale, decided_by=DecidedBy.RULES
    )


def _abstain(comparison: _Comparison) -> Finding:
    rationale = NO_EVIDENCE_RATIONALE
    if comparison.contributing_sentences:
        rationale = _explain_lack_of_support(comparison.alignments)
    return _build_finding(
        comparison, Label.NOT_ENOUGH_EVIDENCE, rationale, decided_by=DecidedBy.ALIGNMENT
    )


def _build_finding(
    comparison: _Comparison, label: Label, rationale: str, *, decided_by: DecidedBy
) -> Finding:
    """Build a finding on the sentences that contribute most."""
    probability = comparison.probability
    stance, confidence = Stance.RELATED, max(0.5, 1 - probability)
    if label is Label.SUPPORTED:
        stance, confidence = Stance.SUPPORTS, probability
    indexes = comparison.contributing_sentences[:_MAX_EVIDENCE_PASSAGES]
    return Finding(
        label,
        round(confidence, 3),
        rationale,
        build_evidence(comparison.evidence, indexes, stance),
        comparison.differences,
        decided_by,
    )


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


def _describe_differences(differences: Sequence[Difference]) -> str:
    """Describe the differences in one sentence."""
    descriptions = map(_describe_difference, differences[:_MAX_LISTED_DIFFERENCES])
    text = "; ".join(descriptions)
    return f"{text[:1].upper()}{text[1:]}."


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
            return f"“{claim}” is not in the document"
        case _:
            return f"the claim says “{claim}”, the evidence “{evidence}”"


def _explain_support(alignments: Sequence[Alignment]) -> str:
    is_scattered = any(
        alignment.best_coverage
        < _NEAR_BEST_COVERAGE * alignment.compute_coverage(alignment.nearby_forms)
        for alignment in alignments
    )
    missing = _list_unmatched_words(alignments)
    amount = "most" if missing else "all the"
    if is_scattered:
        text = f"Different passages together contain {amount} words of the claim."
    else:
        text = f"One passage contains {amount} words of the claim."
    return f"{text} Not found: {missing}." if missing else text


def _explain_lack_of_support(alignments: Sequence[Alignment]) -> str:
    missing = _list_unmatched_words(alignments)
    if missing:
        return f"The closest passage does not mention: {missing}."
    return "The evidence contains the words, but too far apart to support the claim."


def _list_unmatched_words(alignments: Sequence[Alignment]) -> str:
    """List the rarest claim words without a match nearby, or return ""."""
    unmatched = [
        term
        for alignment in alignments
        for term in alignment.terms
        if not is_expressed(term, alignment)
    ]
    unmatched.sort(key=lambda term: -term.weight)
    words = dict.fromkeys(term.word for term in unmatched)
    return ", ".join(list(words)[:_MAX_LISTED_WORDS])
