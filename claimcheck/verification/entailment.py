"""The probability that evidence entails a claim: logistic regression.

`weights.json` has three weights for each feature: one that always counts, one more for
evidence that is a long document, one more for a claim that is long. A summary of four
sentences, a sentence against a web page, and a sentence against two others fail in
different ways. `benchmarks/fit_support.py` fits the weights.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, NEGATION_WORDS, stem
from claimcheck.english.terms import Term, normalize_word
from claimcheck.english.wordnet import (
    ENTAILING_RELATIONS,
    Relation,
    get_antonyms,
    look_up_senses,
)
from claimcheck.resources import read_words
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import EvidenceDocument

BIAS = "bias"
NEAR, ELSEWHERE = "near", "elsewhere"

_WEIGHTS_PATH = Path(__file__).with_name("weights.json")
# Not 1: the same words may be part of another context, such as a denial.
_VERBATIM_PROBABILITY = 0.99
# At these lengths a document and a claim count as half long. Chosen by hand.
_HALF_LONG_DOCUMENT_CHARACTERS = 900
_HALF_LONG_CLAIM_WORDS = 27

_STRICT_WORDS = frozenset(stem(word) for word in read_words("strict_words"))
_TERM_CLASSES = (
    *(
        f"{kind} {location}"
        for kind in ("number", "name")
        for location in (ELSEWHERE, Relation.NONE)
    ),
    *(f"word {relation}" for relation in (ELSEWHERE, *Relation)),
)
# The names of features are the keys of `weights.json`.
_SIGNALS = (
    "strict word",
    "direction",
    "opposite near",
    "negation only in claim",
    "negation only in evidence",
)
# Beyond these a feature says nothing more; they bound it. Chosen by hand.
_MAX_COUNT = 3.0
_MAX_SIGNALS = 2
_MAX_CLAIM_WORDS = 60
_MAX_SENTENCES = 5
_MAX_MISSING_WEIGHT = 4.0
_MAX_EVIDENCE_WORDS = 40


def estimate_support(
    alignments: Sequence[Alignment], evidence: EvidenceDocument
) -> float:
    """Return the probability, 0 to 1, that the document entails the claim.

    Sentences that the document states word for word count as entailed.
    """
    reworded = exclude_verbatim(alignments)
    if not reworded:
        return _VERBATIM_PROBABILITY
    features = {**compute_features(reworded, evidence), BIAS: 1.0}
    document_length, claim_length = measure_length(reworded, evidence)
    logit = sum(
        features[name]
        * (always + on_document * document_length + on_claim * claim_length)
        for name, (always, on_document, on_claim) in _load_weights().items()
    )
    return 1 / (1 + math.exp(-logit))


def exclude_verbatim(alignments: Sequence[Alignment]) -> list[Alignment]:
    """Return the claim sentences that the document does not contain."""
    return [alignment for alignment in alignments if not alignment.is_verbatim]


def measure_length(
    alignments: Sequence[Alignment], evidence: EvidenceDocument
) -> tuple[float, float]:
    """Return how long the document and the claim are, each from 0 to 1."""
    characters = len(evidence.document.full_text)
    words = sum(len(alignment.forms) for alignment in alignments)
    document_length = 1 / (1 + (_HALF_LONG_DOCUMENT_CHARACTERS / characters) ** 2)
    claim_length = 1 / (1 + math.exp((_HALF_LONG_CLAIM_WORDS - words) / 4))
    return document_length, claim_length


@cache
def _load_weights() -> Mapping[str, tuple[float, float, float]]:
    weights = json.loads(_WEIGHTS_PATH.read_text(encoding="utf-8"))["weights"]
    return {name: tuple(values) for name, values in weights.items()}


def compute_features(
    alignments: Sequence[Alignment], evidence: EvidenceDocument
) -> dict[str, float]:
    """Compute the features of a claim, most of them from 0 to 1.

    A "share" is of the weight of the claim's terms. "much" is the weight itself,
    because two wrong names in a long claim are still two wrong names.
    """
    counts: Counter[str] = Counter()
    for alignment in alignments:
        counts.update(_weigh_terms(alignment))
        counts.update(_count_signals(alignment, evidence))
    word_count = sum(len(alignment.forms) for alignment in alignments)
    return {
        **_measure_term_classes(alignments, counts),
        "ends in one sentence": counts["ends met"] / len(alignments),
        "words in order": counts["order met"] / max(1, counts["order"]),
        **{name: min(_MAX_SIGNALS, counts[name]) / _MAX_SIGNALS for name in _SIGNALS},
        **_measure_missing_terms(alignments),
        **_measure_evidence_use(alignments, evidence),
        "tens of words": min(_MAX_CLAIM_WORDS, word_count) / 10,
        "sentences": min(_MAX_SENTENCES, len(alignments)) / _MAX_SENTENCES,
        "numbers": min(_MAX_COUNT, counts["numbers"]) / _MAX_COUNT,
        "names": min(_MAX_COUNT, counts["names"]) / _MAX_COUNT,
    }


def _measure_term_classes(
    alignments: Sequence[Alignment], counts: Counter[str]
) -> dict[str, float]:
    """Measure how much of the claim the evidence has, and how related."""
    weights = [term.weight for alignment in alignments for term in alignment.terms]
    total = sum(weights) or 1.0
    near = sum(counts[f"{kind} {NEAR}"] for kind in ("number", "name", "word")) / total
    shares = {f"share: {name}": counts[name] / total for name in _TERM_CLASSES}
    amounts = {
        f"much: {name}": min(_MAX_COUNT, counts[name]) / _MAX_COUNT
        for name in _TERM_CLASSES
    }
    entailed = sum(
        shares[f"share: word {relation}"] for relation in ENTAILING_RELATIONS
    )
    in_one_sentence = sum(
        alignment.best_coverage * alignment.weight for alignment in alignments
    )
    # A claim of one term has no pairs; its coverage is the best estimate.
    pairs = counts["pairs met"] / counts["pairs"] if counts["pairs"] else near
    return {
        **shares,
        **amounts,
        "near": near,
        "near in any words": near + entailed,
        "near, worst sentence": min(
            alignment.compute_coverage(alignment.nearby_forms)
            for alignment in alignments
        ),
        "in one sentence": in_one_sentence / total,
        "pairs in one sentence": pairs,
    }


def _measure_missing_terms(alignments: Sequence[Alignment]) -> dict[str, float]:
    """Measure the terms that no nearby sentence contains."""
    heaviest_word = 0.0
    worst_sentence = 0.0
    last_words = []
    for alignment in alignments:
        missing = [
            term for term in alignment.terms if term.form not in alignment.nearby_forms
        ]
        worst_sentence = max(worst_sentence, sum(term.weight for term in missing))
        for term in missing:
            if not term.is_number and not term.is_name:
                heaviest_word = max(heaviest_word, term.weight)
        if _is_last_term_missing(alignment):
            last_words.append(alignment.terms[-1].weight)
    return {
        "missing, heaviest word": heaviest_word,
        "missing, worst sentence": min(_MAX_MISSING_WEIGHT, worst_sentence)
        / _MAX_MISSING_WEIGHT,
        "missing, last word": sum(last_words) / len(alignments),
    }


def _is_last_term_missing(alignment: Alignment) -> bool:
    """Return whether nothing nearby expresses the last term of a sentence."""
    if not alignment.terms:
        return False
    return not is_expressed(alignment.terms[-1], alignment)


def _measure_evidence_use(
    alignments: Sequence[Alignment], evidence: EvidenceDocument
) -> dict[str, float]:
    """Measure how much of the best evidence the claim uses, and its length."""
    shares = []
    lengths = []
    for alignment in alignments:
        if not alignment.selected:
            continue
        best = alignment.selected[0]
        forms = evidence.get_forms(best)
        shares.append(len(forms.intersection(alignment.forms)) / max(1, len(forms)))
        lengths.append(len(evidence.get_words(best)))
    mean_length = sum(lengths) / len(alignments)
    return {
        "evidence used": sum(shares) / len(alignments),
        "evidence length": min(1.0, mean_length / _MAX_EVIDENCE_WORDS),
    }


def is_expressed(term: Term, alignment: Alignment) -> bool:
    """Return whether nearby evidence has a term, or a word that entails it."""
    return classify_term(term, alignment) in (NEAR, *ENTAILING_RELATIONS)


def classify_term(term: Term, alignment: Alignment) -> str:
    """Return where a term occurs in the evidence, or its `Relation` to it."""
    if term.form in alignment.nearby_forms or term.form in alignment.agreeing_numbers:
        return NEAR
    is_elsewhere = term.form in alignment.document_forms
    if term.is_number or term.is_name:
        return ELSEWHERE if is_elsewhere else Relation.NONE
    # Numbers and names have no synonyms that could be trusted; other words do.
    relation = look_up_senses(term.form).find_relation(alignment.nearby_senses)
    if is_elsewhere and relation not in ENTAILING_RELATIONS:
        return ELSEWHERE
    return relation


def _weigh_terms(alignment: Alignment) -> Counter[str]:
    """Sum the weights of terms by kind and class; count them by kind."""
    counts: Counter[str] = Counter()
    for term in alignment.terms:
        kind = "word"
        if term.is_number:
            kind = "number"
        elif term.is_name:
            kind = "name"
        term_class = f"{kind} {classify_term(term, alignment)}"
        counts[term_class] += term.weight  # type: ignore[assignment]
        counts[f"{kind}s"] += 1
    return counts


def _count_signals(alignment: Alignment, evidence: EvidenceDocument) -> Counter[str]:
    """Count strict words, antonyms, negations, and pairs of words."""
    counts: Counter[str] = Counter()
    for form in alignment.forms:
        if form in _STRICT_WORDS and form not in alignment.nearby_forms:
            counts["strict word"] += 1
    for term in alignment.terms:
        if term.form in alignment.nearby_forms:
            continue
        # "rise" where the evidence has no "rise" may well be a "fall".
        if CRITICAL_WORD_KINDS.get(term.form) == "direction":
            counts["direction"] += 1
        if not alignment.nearby_forms.isdisjoint(get_antonyms(term.form)):
            counts["opposite near"] += 1
    is_negated = has_negation(alignment.forms)
    is_evidence_negated = False
    if alignment.selected:
        is_evidence_negated = has_negation(evidence.get_words(alignment.selected[0]))
    counts["negation only in claim"] = int(is_negated and not is_evidence_negated)
    counts["negation only in evidence"] = int(is_evidence_negated and not is_negated)
    counts.update(_count_pairs(alignment, evidence))
    return counts


def _count_pairs(alignment: Alignment, evidence: EvidenceDocument) -> Counter[str]:
    """Count term pairs within a sentence, and word pairs in order."""
    counts: Counter[str] = Counter()
    sentences = alignment.forms_by_sentence.values()
    pairs = list(pairwise(term.form for term in alignment.terms))
    counts["pairs"] = len(pairs)
    counts["pairs met"] = sum(
        any(left in forms and right in forms for forms in sentences)
        for left, right in pairs
    )
    # Who, and what happened to them, tend to be the first and the last term.
    ends = {term.form for term in (*alignment.terms[:1], *alignment.terms[-1:])}
    counts["ends met"] = int(any(ends <= forms for forms in sentences))
    # All words count here, small ones too: they show a phrase taken as a whole.
    evidence_pairs: set[tuple[str, str]] = set()
    for index in alignment.selected:
        forms = map(normalize_word, evidence.get_words(index))
        evidence_pairs.update(pairwise(forms))
    word_pairs = list(pairwise(alignment.forms))
    counts["order"] = len(word_pairs)
    counts["order met"] = sum(pair in evidence_pairs for pair in word_pairs)
    return counts


def has_negation(words: Sequence[str]) -> bool:
    """Return whether the words include a negation."""
    return any(word in NEGATION_WORDS or word.endswith("n't") for word in words)
