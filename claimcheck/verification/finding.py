"""A finding without a model: alignment weighed by fitted weights, and rules that can veto or refute.

It abstains rather than guesses: what is neither carried nor contradicted is `not_enough_evidence`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from claimcheck.english.quotations import Speech, speech_in
from claimcheck.english.terms import form_of, words_in
from claimcheck.english.wordnet import SAME_SENSE
from claimcheck.models.span import readable
from claimcheck.models.verdict import DecidedBy, Difference, Evidence, Finding, Label, Stance
from claimcheck.verification.alignment import Alignment, align
from claimcheck.verification.entailment import support
from claimcheck.verification.evidence import Source
from claimcheck.verification.features import NEAR, explained
from claimcheck.verification.rules import Pair, contradictions, missing
from claimcheck.verification.statements import sentences_of, speaker_added

CARRIED = 0.5  # the probability from which a claim is called supported
_WEAK = 0.6  # below it two in five that are called supported are not, where half of all claims are
_TIGHT = 0.5  # of the rest of a sentence's weight: with less in one place, a difference is no contradiction
_AS_GOOD = 0.85  # of the best sentence's coverage
_CONTRADICTED = (
    0.85  # the least confidence in a contradiction: more of those found on development data are real
)
_TOGETHER = 0.75  # of a sentence, to be in one place, where only some sentences of a document count
_SHOWN = 3  # passages
# a number may be counted; who and where can't be worked out
_NEVER_MISSING = ("speaker", "name", "order", "role")


@dataclass(frozen=True, slots=True)
class Question:
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
    def of(cls, text: str, speaker: str | None = None, *, strict: bool = False) -> Question:
        """The question whether a text is carried, as the words of those whose words it is given as."""
        sentences = sentences_of(text)
        who = speaker or speaker_added(text)
        given = Speech(who, 0) if who else None
        return cls(sentences, [speech_in(sentence) or given for sentence in sentences], strict=strict)


def judge(question: Question, source: Source) -> Finding:
    """The finding of a question about one document, from the words alone."""
    alignments = [align(sentence, source, question.without) for sentence in question.sentences]
    probability = support(alignments, source)
    against: list[tuple[int, Difference]] = []
    agreeing: list[int] = []
    loose: list[Difference] = []
    absent: list[Difference] = []
    for alignment, speech in zip(alignments, question.speeches, strict=True):
        for place in _best(alignment):
            pair = Pair(alignment, source, place, speech, alone=place != alignment.picked[0])
            found = contradictions(pair)
            if place == alignment.picked[0]:
                absent += missing(pair)
            if found and pair.rest_covered(*(difference.claim for difference in found)) >= _TIGHT:
                against += [(place, difference) for difference in found]
            elif found:
                loose += found if place == alignment.picked[0] else []
            else:
                agreeing.append(place)
    vetoes = [*loose, *(item for item in absent if question.strict or item.kind in _NEVER_MISSING)]
    least = _TOGETHER if question.without else 0.0
    return _finding(alignments, source, probability, _Grounds(against, agreeing, vetoes, absent, least))


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What the rules found: contradictions and where, sentences without one, vetoes, what is merely missing.

    `least`: what one sentence has to cover of the claim's.
    """

    against: list[tuple[int, Difference]]
    agreeing: list[int]
    vetoes: list[Difference]
    absent: list[Difference]
    least: float


def _finding(
    alignments: Sequence[Alignment], source: Source, probability: float, grounds: _Grounds
) -> Finding:
    picked = list(dict.fromkeys(place for alignment in alignments for place in alignment.contributing))
    if grounds.against:
        differences = tuple(dict.fromkeys(difference for _, difference in grounds.against))
        refuting = list(dict.fromkeys(place for place, _ in grounds.against))
        full = [alignment for alignment in alignments if alignment.best_coverage >= _AS_GOOD]
        numbers = _numbers(differences)
        carrying = [
            place for place in grounds.agreeing if place not in refuting and numbers <= source.forms(place)
        ]
        conflict = bool(carrying) and probability >= CARRIED and len(full) == len(alignments)
        return Finding(
            Label.CONFLICTING_EVIDENCE if conflict else Label.REFUTED,
            round(max(1 - probability, _CONTRADICTED), 3),
            _told(differences),
            (
                *evidence(source, refuting[:_SHOWN], Stance.REFUTES),
                *(evidence(source, carrying[:_SHOWN], Stance.SUPPORTS) if conflict else ()),
            ),
            differences,
            DecidedBy.RULES,
        )
    together = min((alignment.best_coverage for alignment in alignments), default=0.0)
    carried = probability >= CARRIED and together >= grounds.least and not grounds.vetoes
    differences = tuple(dict.fromkeys([*grounds.vetoes, *grounds.absent]))
    vetoed = probability >= CARRIED and bool(grounds.vetoes)
    if carried:
        rationale = _carried(alignments) + (" A weak match: read it." if probability < _WEAK else "")
        rationale += f" But: {_told(differences)}" if differences else ""
    elif vetoed:
        rationale = f"The words are alike, but {_told(differences)[:1].lower()}{_told(differences)[1:]}"
    else:
        rationale = _lacking(alignments) if picked else "Nothing in the documents is about the claim."
    return Finding(
        Label.SUPPORTED if carried else Label.NOT_ENOUGH_EVIDENCE,
        round(probability if carried else max(0.5, 1 - probability), 3),
        rationale,
        evidence(source, picked[:_SHOWN], Stance.SUPPORTS if carried else Stance.RELATED),
        differences,
        DecidedBy.RULES if vetoed else DecidedBy.ALIGNMENT,
    )


def evidence(source: Source, places: Sequence[int], stance: Stance) -> tuple[Evidence, ...]:
    """Sentences of the document as evidence; one that can't be located is none."""
    found = []
    for place in places:
        spans = source.excerpts(place)
        if spans:
            found.append(Evidence(source.document.id, spans, readable(spans), stance))
    return tuple(found)


def _numbers(differences: Sequence[Difference]) -> set[str]:
    """The numbers of the claim that evidence contradicts: a sentence without them carries none of them."""
    forms = {
        form_of(word)
        for difference in differences
        if difference.kind in ("number", "date")
        for word in words_in(difference.claim)
    }
    return {form for form in forms if form[0].isdigit()}


def _best(alignment: Alignment) -> list[int]:
    """The sentence that covers most of the claim's, and those that cover nearly as much of it, numbers aside."""
    if not alignment.picked:
        return []
    words = [term for term in alignment.terms if not term.is_number]

    def covered(place: int) -> float:
        return sum(term.weight for term in words if term.form in alignment.hits[place])

    first = alignment.picked[0]
    least = max(_AS_GOOD * covered(first), _TIGHT * sum(term.weight for term in words))
    others = [place for place in sorted(alignment.hits) if place != first and covered(place) >= least]
    return [first, *others[: _SHOWN - 1]]


def _told(differences: Sequence[Difference]) -> str:
    """The differences in words."""
    parts = []
    for difference in differences[:3]:
        claim, given = f"“{difference.claim}”", f"“{difference.evidence}”"
        match difference.kind:
            case "attribution":
                parts.append(f"the evidence gives this only as the words of {difference.evidence}")
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


def _carried(alignments: Sequence[Alignment]) -> str:
    absent = _absent(alignments)
    apart = any(
        alignment.best_coverage < _AS_GOOD * alignment.coverage(alignment.near) for alignment in alignments
    )
    stand = "stand in the evidence, though not in one sentence" if apart else "stand together in the evidence"
    if not absent:
        return f"The words of the claim {stand}."
    return f"Most words of the claim {stand}; not found: {', '.join(absent[:5])}."


def _absent(alignments: Sequence[Alignment]) -> list[str]:
    """The words of a claim that stand near in no form and no other words of the same sense, the rarest first."""
    unexplained = [
        term
        for alignment in alignments
        for term in alignment.terms
        if explained(term, alignment) not in (NEAR, *SAME_SENSE)
    ]
    return list(dict.fromkeys(term.word for term in sorted(unexplained, key=lambda term: -term.weight)))


def _lacking(alignments: Sequence[Alignment]) -> str:
    absent = _absent(alignments)
    if not absent:
        return "The words stand in the evidence, but not together enough to carry the claim."
    return f"Not found beside the rest: {', '.join(absent[:5])}."
