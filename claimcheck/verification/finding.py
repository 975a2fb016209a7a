"""A finding without a model: alignment weighed by fitted weights, and rules that can veto or refute.

It abstains rather than guesses: what is neither carried nor contradicted is `not_enough_evidence`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from claimcheck.english.quotations import Speech, detect_speech
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.english.wordnet import ENTAILING_RELATIONS
from claimcheck.models.span import format_quote
from claimcheck.models.verdict import (
    DecidedBy,
    Difference,
    Evidence,
    Finding,
    Label,
    Stance,
)
from claimcheck.verification.alignment import Alignment, align_sentence
from claimcheck.verification.entailment import estimate_support
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.features import NEAR, classify_term
from claimcheck.verification.rules import (
    SentencePair,
    find_contradictions,
    find_missing_details,
)
from claimcheck.verification.statements import find_bracketed_speaker, split_statement

SUPPORTED_FROM = 0.5  # the probability from which a claim is called supported
_WEAK_SUPPORT = 0.6  # below it two in five that are called supported are not, where half of all claims are
_MIN_REST_COVERAGE = 0.5  # of the rest of a sentence's weight: with less in one place, a difference is no contradiction
_NEAR_BEST_COVERAGE = 0.85  # of the best sentence's coverage
_MIN_REFUTED_CONFIDENCE = 0.85  # the least confidence in a contradiction: more of those found on development data are real
_MIN_SENTENCE_COVERAGE = 0.75  # of a sentence, to be in one place, where only some sentences of a document count
_MAX_EVIDENCE_PASSAGES = 3  # passages
# a number may be counted; who and where can't be worked out
_VETO_KINDS = ("speaker", "name", "order", "role")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is asked of a document.

    `speeches`: whose words each sentence is given as, where it is. `without`: sentences of the document that don't
    count; with any of them left out, one sentence of the rest has to carry most of the claim. `strict`: the text is a
    summary of this very document, so that what it adds or leaves unattributed is wrong.
    """

    sentences: Sequence[str]
    speeches: Sequence[Speech | None]
    without: Collection[int] = ()
    strict: bool = False

    @classmethod
    def from_text(
        cls, text: str, speaker: str | None = None, *, strict: bool = False
    ) -> Hypothesis:
        """The question whether a text is carried, as the words of those whose words it is given as."""
        sentences = split_statement(text)
        who = speaker or find_bracketed_speaker(text)
        given = Speech(who, 0) if who else None
        return cls(
            sentences,
            [detect_speech(sentence) or given for sentence in sentences],
            strict=strict,
        )


def assess(question: Hypothesis, source: EvidenceDocument) -> Finding:
    """Return the finding for a hypothesis against one document."""
    alignments = [
        align_sentence(sentence, source, question.without)
        for sentence in question.sentences
    ]
    probability = estimate_support(alignments, source)
    against: list[tuple[int, Difference]] = []
    agreeing: list[int] = []
    loose: list[Difference] = []
    absent: list[Difference] = []
    for alignment, speech in zip(alignments, question.speeches, strict=True):
        for place in _select_best_sentences(alignment):
            pair = SentencePair(
                alignment, source, place, speech, alone=place != alignment.selected[0]
            )
            found = find_contradictions(pair)
            if place == alignment.selected[0]:
                absent += find_missing_details(pair)
            if (
                found
                and pair.rest_covered(*(difference.claim for difference in found))
                >= _MIN_REST_COVERAGE
            ):
                against += [(place, difference) for difference in found]
            elif found:
                loose += found if place == alignment.selected[0] else []
            else:
                agreeing.append(place)
    vetoes = [
        *loose,
        *(item for item in absent if question.strict or item.kind in _VETO_KINDS),
    ]
    least = _MIN_SENTENCE_COVERAGE if question.without else 0.0
    return _decide_finding(
        alignments,
        source,
        probability,
        _RuleResults(against, agreeing, vetoes, absent, least),
    )


@dataclass(frozen=True, slots=True)
class _RuleResults:
    """What the rules found: contradictions and where, sentences without one, vetoes, what is merely missing.

    `least`: what one sentence has to cover of the claim's.
    """

    against: list[tuple[int, Difference]]
    agreeing: list[int]
    vetoes: list[Difference]
    absent: list[Difference]
    least: float


def _decide_finding(
    alignments: Sequence[Alignment],
    source: EvidenceDocument,
    probability: float,
    grounds: _RuleResults,
) -> Finding:
    picked = list(
        dict.fromkeys(
            place for alignment in alignments for place in alignment.contributing
        )
    )
    if grounds.against:
        differences = tuple(
            dict.fromkeys(difference for _, difference in grounds.against)
        )
        refuting = list(dict.fromkeys(place for place, _ in grounds.against))
        full = [
            alignment
            for alignment in alignments
            if alignment.best_coverage >= _NEAR_BEST_COVERAGE
        ]
        numbers = _extract_contradicted_numbers(differences)
        carrying = [
            place
            for place in grounds.agreeing
            if place not in refuting and numbers <= source.get_forms(place)
        ]
        conflict = (
            bool(carrying)
            and probability >= SUPPORTED_FROM
            and len(full) == len(alignments)
        )
        return Finding(
            Label.CONFLICTING_EVIDENCE if conflict else Label.REFUTED,
            round(max(1 - probability, _MIN_REFUTED_CONFIDENCE), 3),
            _describe_differences(differences),
            (
                *build_evidence(
                    source, refuting[:_MAX_EVIDENCE_PASSAGES], Stance.REFUTES
                ),
                *(
                    build_evidence(
                        source, carrying[:_MAX_EVIDENCE_PASSAGES], Stance.SUPPORTS
                    )
                    if conflict
                    else ()
                ),
            ),
            differences,
            DecidedBy.RULES,
        )
    together = min((alignment.best_coverage for alignment in alignments), default=0.0)
    carried = (
        probability >= SUPPORTED_FROM
        and together >= grounds.least
        and not grounds.vetoes
    )
    differences = tuple(dict.fromkeys([*grounds.vetoes, *grounds.absent]))
    vetoed = probability >= SUPPORTED_FROM and bool(grounds.vetoes)
    if carried:
        rationale = _explain_support(alignments) + (
            " A weak match: read it." if probability < _WEAK_SUPPORT else ""
        )
        rationale += (
            f" But: {_describe_differences(differences)}" if differences else ""
        )
    elif vetoed:
        rationale = f"The words are alike, but {_describe_differences(differences)[:1].lower()}{_describe_differences(differences)[1:]}"
    else:
        rationale = (
            _explain_lack_of_support(alignments)
            if picked
            else "Nothing in the documents is about the claim."
        )
    return Finding(
        Label.SUPPORTED if carried else Label.NOT_ENOUGH_EVIDENCE,
        round(probability if carried else max(0.5, 1 - probability), 3),
        rationale,
        build_evidence(
            source,
            picked[:_MAX_EVIDENCE_PASSAGES],
            Stance.SUPPORTS if carried else Stance.RELATED,
        ),
        differences,
        DecidedBy.RULES if vetoed else DecidedBy.ALIGNMENT,
    )


def build_evidence(
    source: EvidenceDocument, places: Sequence[int], stance: Stance
) -> tuple[Evidence, ...]:
    """Return document sentences as evidence; skip those without a location."""
    found = []
    for place in places:
        spans = source.get_excerpts(place)
        if spans:
            found.append(
                Evidence(source.document.id, spans, format_quote(spans), stance)
            )
    return tuple(found)


def _extract_contradicted_numbers(differences: Sequence[Difference]) -> set[str]:
    """Return the forms of the claim's numbers that the evidence contradicts."""
    forms = {
        normalize_word(word)
        for difference in differences
        if difference.kind in ("number", "date")
        for word in extract_words(difference.claim)
    }
    return {form for form in forms if form[0].isdigit()}


def _select_best_sentences(alignment: Alignment) -> list[int]:
    """Select the sentence with the best coverage and those close to it."""
    if not alignment.selected:
        return []
    words = [term for term in alignment.terms if not term.is_number]

    def covered(place: int) -> float:
        return sum(term.weight for term in words if term.form in alignment.hits[place])

    first = alignment.selected[0]
    least = max(
        _NEAR_BEST_COVERAGE * covered(first),
        _MIN_REST_COVERAGE * sum(term.weight for term in words),
    )
    others = [
        place
        for place in sorted(alignment.hits)
        if place != first and covered(place) >= least
    ]
    return [first, *others[: _MAX_EVIDENCE_PASSAGES - 1]]


def _describe_differences(differences: Sequence[Difference]) -> str:
    """Describe the differences in one sentence."""
    parts = []
    for difference in differences[:3]:
        claim, given = f"“{difference.claim}”", f"“{difference.evidence}”"
        match difference.kind:
            case "attribution":
                parts.append(
                    f"the evidence gives this only as the words of {difference.evidence}"
                )
            case "speaker" if difference.evidence is None:
                parts.append(f"nothing in the evidence gives it to {difference.claim}")
            case "speaker" | "outlet":
                parts.append(f"the claim names {claim}, the evidence {given}")
            case _ if difference.evidence is None:
                parts.append(f"{claim} does not stand in the document")
            case _:
                parts.append(f"the claim says {claim}, the evidence {given}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _explain_support(alignments: Sequence[Alignment]) -> str:
    absent = _list_unmatched_words(alignments)
    apart = any(
        alignment.best_coverage
        < _NEAR_BEST_COVERAGE * alignment.coverage(alignment.near)
        for alignment in alignments
    )
    stand = (
        "stand in the evidence, though not in one sentence"
        if apart
        else "stand together in the evidence"
    )
    if not absent:
        return f"The words of the claim {stand}."
    return f"Most words of the claim {stand}; not found: {', '.join(absent[:5])}."


def _list_unmatched_words(alignments: Sequence[Alignment]) -> list[str]:
    """List claim words without a match nearby, the rarest first."""
    unexplained = [
        term
        for alignment in alignments
        for term in alignment.terms
        if classify_term(term, alignment) not in (NEAR, *ENTAILING_RELATIONS)
    ]
    return list(
        dict.fromkeys(
            term.word for term in sorted(unexplained, key=lambda term: -term.weight)
        )
    )


def _explain_lack_of_support(alignments: Sequence[Alignment]) -> str:
    absent = _list_unmatched_words(alignments)
    if not absent:
        return "The words stand in the evidence, but not together enough to carry the claim."
    return f"Not found beside the rest: {', '.join(absent[:5])}."
