"""A claim beside its evidence in numbers: what stands there, in which other words, and what does not stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, NEGATION_WORDS, stem
from claimcheck.english.terms import Term, normalize_word
from claimcheck.english.wordnet import (
    ENTAILING_RELATIONS,
    Relation,
    get_antonyms,
    look_up_senses,
)
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import EvidenceDocument

NEAR, ELSEWHERE = "near", "elsewhere"
_UNEXPLAINED = (ELSEWHERE, Relation.NONE)
# words that make a claim stronger than evidence mostly is
_STRICT_WORDS = frozenset(
    stem(word)
    for word in """only never always all every most no none nobody nothing exclusively entirely solely first last least
    any ever single best worst largest biggest smallest""".split()
)
_COUNTED_FEATURES = (
    *(f"{kind} {place}" for kind in ("number", "name") for place in _UNEXPLAINED),
    *(f"word {relation}" for relation in (ELSEWHERE, *Relation)),
)
_MAX_CLAIM_WORDS = 60  # words of a claim: more make no difference
_COUNT_CAP = 3.0  # so much weight, or so many, say all that a count can say


def compute_features(
    alignments: Sequence[Alignment], source: EvidenceDocument
) -> dict[str, float]:
    """Compute the entailment features of a claim, most of them from 0 to 1.

    "share" is of the weight of the claim's terms, "much" is weight by itself: two wrong names in a long claim are two
    wrong names.
    """
    found: Counter[str] = Counter()
    for alignment in alignments:
        found.update(_weigh_terms(alignment))
        found.update(_count_signals(alignment, source))
    total = (
        sum(term.weight for alignment in alignments for term in alignment.terms) or 1.0
    )
    shares = {f"share: {name}": found[name] / total for name in _COUNTED_FEATURES}
    near = sum(found[f"{kind} {NEAR}"] for kind in ("number", "name", "word")) / total
    return {
        **shares,
        **{
            f"much: {name}": min(_COUNT_CAP, found[name]) / _COUNT_CAP
            for name in _COUNTED_FEATURES
        },
        "near": near,
        "near in any words": near
        + sum(shares[f"share: word {relation}"] for relation in ENTAILING_RELATIONS),
        "near, worst sentence": min(
            alignment.coverage(alignment.near) for alignment in alignments
        ),
        "in one sentence": sum(
            alignment.best_coverage * alignment.weight for alignment in alignments
        )
        / total,
        "pairs in one sentence": found["pairs met"] / found["pairs"]
        if found["pairs"]
        else near,
        "ends in one sentence": found["ends met"] / len(alignments),
        "words in order": found["order met"] / max(1, found["order"]),
        **{
            name: min(2, found[name]) / 2
            for name in (
                "strict word",
                "direction",
                "opposite near",
                "negation only in claim",
                "negation only in evidence",
            )
        },
        **_measure_missing_terms(alignments),
        **_measure_evidence_use(alignments, source),
        "tens of words": min(
            _MAX_CLAIM_WORDS, sum(len(alignment.words) for alignment in alignments)
        )
        / 10,
        "sentences": min(5, len(alignments)) / 5,
        "numbers": min(_COUNT_CAP, found["numbers"]) / _COUNT_CAP,
        "names": min(_COUNT_CAP, found["names"]) / _COUNT_CAP,
    }


def _measure_missing_terms(alignments: Sequence[Alignment]) -> dict[str, float]:
    missing = [
        [term for term in alignment.terms if term.form not in alignment.near]
        for alignment in alignments
    ]
    words = [
        term.weight
        for terms in missing
        for term in terms
        if not term.is_number and not term.is_name
    ]
    most = max(sum(term.weight for term in terms) for terms in missing)
    last = [
        alignment.terms[-1]
        for alignment in alignments
        if _is_last_term_missing(alignment)
    ]
    return {
        "missing, heaviest word": max(words, default=0.0),
        "missing, worst sentence": min(4.0, most) / 4,
        "missing, last word": sum(term.weight for term in last) / len(alignments),
    }


def _is_last_term_missing(alignment: Alignment) -> bool:
    """Return whether nothing nearby expresses the last term of a sentence."""
    return bool(alignment.terms) and classify_term(
        alignment.terms[-1], alignment
    ) not in (
        NEAR,
        *ENTAILING_RELATIONS,
    )


def _measure_evidence_use(
    alignments: Sequence[Alignment], source: EvidenceDocument
) -> dict[str, float]:
    """Measure how much of the best evidence the claim uses, and its length."""
    found = [
        (alignment, alignment.selected[0])
        for alignment in alignments
        if alignment.selected
    ]
    used = [
        len(source.get_forms(place).intersection(alignment.words))
        / max(1, len(source.get_forms(place)))
        for alignment, place in found
    ]
    lengths = [len(source.get_words(place)) for _, place in found]
    return {
        "evidence used": sum(used) / len(alignments),
        "evidence length": min(1.0, sum(lengths) / len(alignments) / 40),
    }


def classify_term(term: Term, alignment: Alignment) -> str:
    """Return where a term occurs in the evidence, or its `Relation` to it."""
    if term.form in alignment.near or term.form in alignment.agreed:
        return NEAR
    elsewhere = term.form in alignment.everywhere
    if term.is_number or term.is_name:
        return ELSEWHERE if elsewhere else Relation.NONE
    relation = look_up_senses(term.form).find_relation(alignment.meanings)
    return relation if relation in ENTAILING_RELATIONS or not elsewhere else ELSEWHERE


def _weigh_terms(alignment: Alignment) -> Counter[str]:
    found: Counter[str] = Counter()
    for term in alignment.terms:
        kind = "number" if term.is_number else "name" if term.is_name else "word"
        found[f"{kind} {classify_term(term, alignment)}"] += term.weight  # type: ignore[assignment]
        found[f"{kind}s"] += 1
    return found


def _count_signals(alignment: Alignment, source: EvidenceDocument) -> Counter[str]:
    """Count strict words, negations, antonyms and word pairs in evidence order."""
    found: Counter[str] = Counter()
    found["strict word"] = sum(
        form in _STRICT_WORDS and form not in alignment.near for form in alignment.words
    )
    found["direction"] = sum(
        CRITICAL_WORD_KINDS.get(term.form) == "direction"
        and term.form not in alignment.near
        for term in alignment.terms
    )
    found["opposite near"] = sum(
        term.form not in alignment.near
        and not alignment.near.isdisjoint(get_antonyms(term.form))
        for term in alignment.terms
    )
    denied = has_negation(alignment.words)
    best = (
        has_negation(source.get_words(alignment.selected[0]))
        if alignment.selected
        else False
    )
    found["negation only in claim"] = int(denied and not best)
    found["negation only in evidence"] = int(best and not denied)
    pairs = list(pairwise(term.form for term in alignment.terms))
    found["pairs"] = len(pairs)
    found["pairs met"] = sum(
        any(left in hit and right in hit for hit in alignment.hits.values())
        for left, right in pairs
    )
    ends = {term.form for term in (*alignment.terms[:1], *alignment.terms[-1:])}
    found["ends met"] = any(ends <= hit for hit in alignment.hits.values())
    following = list(pairwise(alignment.words))
    evidence = {
        pair
        for place in alignment.selected
        for pair in pairwise(map(normalize_word, source.get_words(place)))
    }
    found["order"] = len(following)
    found["order met"] = sum(pair in evidence for pair in following)
    return found


def has_negation(words: Sequence[str]) -> bool:
    """Return whether the words include a negation."""
    return any(word in NEGATION_WORDS or word.endswith("n't") for word in words)
