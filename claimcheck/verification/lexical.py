"""The scorer without a model: words that a premise and a hypothesis share.

A logistic regression over a few features of the two texts. `benchmarks/fit_support.py`
fits the weights of `weights.json` on open data and chooses the threshold. It knows
nothing of contradiction: the checks do that.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import Any

from claimcheck.english.dates import MONTHS, WEEKDAYS, find_times
from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, FUNCTION_WORDS, stem
from claimcheck.english.quantities import NUMBER_SCALES
from claimcheck.english.speech import detect_speech
from claimcheck.english.terms import Term, extract_terms, extract_words, normalize_word
from claimcheck.resources import read_words
from claimcheck.text.negation import list_negations
from claimcheck.text.sentences import split_paragraph
from claimcheck.verification.amounts import (
    WORDING_WORDS,
    find_agreeing_forms,
    find_amounts,
    is_consistent_amount,
)
from claimcheck.verification.scorer import Calibration, Entailment

BIAS = "bias"
_WEIGHTS_PATH = Path(__file__).with_name("weights.json")
# Not 1: the same words may be part of another context, such as a denial.
VERBATIM_PROBABILITY = 0.99
_MAX_COUNT = 3.0  # beyond it a count says nothing more; by hand
_BELOW_THRESHOLD = 0.01


# A sentence that repeats a claim may say more in between. Chosen on open data: with
# twice as much, a tenth of what is supported is wrong. With fewer content words, all
# words of a claim must be there.
_MAX_SPREAD = 2.5
_MAX_EXTRA_WORDS = 4
_MIN_TERMS = 3
_MAX_WORDS_FROM_NEGATION = 4  # to what it negates
_ARTICLES = frozenset(("the", "a", "an"))
_PRONOUNS = frozenset(("he", "she", "they", "it"))
# "Fell because of rain", "about 50": these plan and deny nothing.
_HARMLESS_WORDS = frozenset(
    "because although despite about approximately roughly around entirely fully "
    "former ex current acting deputy certain certainly confirmed convicted part".split()
)
_FIRST_OF_TWO_CONTENTS = re.compile(r"\bthat\b.{1,300}?\band that\b", re.DOTALL)
_CONTRASTS = frozenset(("but", "while", "whereas", "however"))
_CONDITIONS = frozenset(
    "if unless provided budgeted sought planned expected targeted earliest".split()
)
_UNREAL_KINDS = ("modality", "negation")
_UNREAL_STEMS = frozenset(map(stem, read_words("unreal_words")))
_UNORDERED_WORDS = frozenset((*MONTHS, *WEEKDAYS, *WORDING_WORDS))


class LexicalScorer:
    """Estimates entailment from shared words; for English."""

    name = "lexical"

    @property
    def calibration(self) -> Calibration:
        """The threshold chosen on open data, and what was right above it."""
        return Calibration(**_load()["calibration"])

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """Return probabilities of entailment; contradiction is always 0."""
        results = []
        for premise, hypothesis in pairs:
            entailed = _estimate(premise, hypothesis)
            results.append(Entailment(entailed, 1 - entailed, 0.0))
        return results


def _estimate(premise: str, hypothesis: str) -> float:
    if is_stated(premise, hypothesis):
        return VERBATIM_PROBABILITY
    features = {**compute_features(premise, hypothesis), BIAS: 1.0}
    weights: Mapping[str, float] = _load()["weights"]
    logit = fsum(features[name] * weight for name, weight in weights.items())
    entailed = 1 / (1 + math.exp(-logit))
    if is_repeated(features):
        return entailed
    limit: float = _load()["calibration"]["supported_from"] - _BELOW_THRESHOLD
    return min(entailed, limit)


@cache
def _load() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_WEIGHTS_PATH.read_text(encoding="utf-8"))
    return loaded


def is_repeated(features: Mapping[str, float]) -> bool:
    """Return whether one sentence has all the claim's words in their order.

    Without this, one changed word or two exchanged names leave a score high: of pairs
    changed so, most passed at any threshold.
    """
    return features["repeated"] == 1


def is_stated(premise: str, hypothesis: str) -> bool:
    """Return whether the premise asserts these words and no others."""
    if premise.rstrip().endswith("?"):
        return False
    return extract_words(premise) == extract_words(hypothesis)


def compute_features(premise: str, hypothesis: str) -> dict[str, float]:
    """Compute the features of a pair, each from 0 to 1."""
    terms = extract_terms(hypothesis)
    claim_words, premise_words = extract_words(hypothesis), extract_words(premise)
    claim_forms = [normalize_word(word) for word in claim_words]
    premise_forms = [normalize_word(word) for word in premise_words]
    present = frozenset(premise_forms) | find_agreeing_forms(hypothesis, premise)
    missing = _list_missing(terms, present, has_amounts=bool(find_amounts(hypothesis)))
    numbers = sum(term.is_number for term in missing)
    names = sum(term.is_name and not term.is_number for term in missing)
    is_claim_negated = bool(list_negations(claim_words, "en"))
    is_premise_negated = bool(list_negations(premise_words, "en"))
    return {
        "words found": 1 - _weigh(missing) / (_weigh(terms) or 1.0),
        "word pairs found": _share_pairs(claim_forms, premise_forms),
        "repeated": float(not missing and _repeats(hypothesis, premise)),
        "negation only in claim": float(is_claim_negated and not is_premise_negated),
        "negation only in evidence": float(is_premise_negated and not is_claim_negated),
        "heaviest missing word": max((term.weight for term in missing), default=0.0),
        "numbers missing": min(_MAX_COUNT, numbers) / _MAX_COUNT,
        "names missing": min(_MAX_COUNT, names) / _MAX_COUNT,
        "premise used": len(present.intersection(claim_forms)) / max(1, len(present)),
    }


def _list_missing(
    terms: Sequence[Term], present: Collection[str], *, has_amounts: bool
) -> list[Term]:
    """List the terms that are not present; "about" is part of its amount."""
    ignored = WORDING_WORDS if has_amounts else frozenset()
    missing = [term for term in terms if term.form not in present]
    return [term for term in missing if term.word not in ignored]


def _weigh(terms: Sequence[Term]) -> float:
    return fsum(term.weight for term in terms)


def _share_pairs(claim_forms: Sequence[str], premise_forms: Sequence[str]) -> float:
    """Return the share of pairs of neighbors that the premise has as well."""
    pairs = list(pairwise(claim_forms))
    found = set(pairwise(premise_forms))
    return sum(pair in found for pair in pairs) / max(1, len(pairs))


def _repeats(hypothesis: str, premise: str) -> bool:
    """Return whether a clause of the premise has the terms, close together.

    The one before it may name the claim's subject, if it opens with "he" or "it".
    """
    stated_words = frozenset(extract_words(hypothesis))
    speech = detect_speech(hypothesis)
    if speech is not None and speech.content_start is not None:
        # "Ann Lee said A and that B": who says it is checked by itself.
        hypothesis = hypothesis[speech.content_start :]
    words = extract_words(hypothesis)
    ordered = _order_forms(hypothesis, words, premise)
    limit = _MAX_SPREAD * len(words) + _MAX_EXTRA_WORDS
    is_negated = bool(list_negations(words, "en"))
    previous: list[str] = []
    for clause in _split_clauses(premise):
        clause_words = extract_words(clause)
        forms = [normalize_word(word) for word in clause_words]
        wanted = ordered
        if clause_words[:1] and clause_words[0] in _PRONOUNS:
            wanted = _drop_subject(ordered, forms, previous)
        first, last = _find_span(wanted, forms)
        span = clause_words[max(0, first - _MAX_WORDS_FROM_NEGATION) : last + 1]
        has_same_polarity = is_negated == bool(list_negations(span, "en"))
        is_near = bool(span) and last - first <= limit and has_same_polarity
        start = _find_contrast(clause_words[:first])
        near = {
            *clause_words[start : last + 1],
            *_CONDITIONS.intersection(clause_words[last + 1 :]),
        }
        if is_near and not _is_unreal(clause, near, stated_words):
            return not clause.endswith("?") and not _has_rival(hypothesis, clause)
        previous = forms
    return False


def _find_contrast(words: Sequence[str]) -> int:
    """Return where the text after the last "but" starts; 0 without one."""
    positions = [index for index, word in enumerate(words) if word in _CONTRASTS]
    return positions[-1] + 1 if positions else 0


def _is_unreal(
    clause: str, words: Collection[str], claim_words: Collection[str]
) -> bool:
    """Return whether words of a clause only plan, deny, or suppose something.

    Where the claim has the same word, it says so, too.
    """
    claim_forms = set(map(normalize_word, claim_words))
    is_month = "May" in clause
    for word in set(words) - _HARMLESS_WORDS:
        kind = CRITICAL_WORD_KINDS.get(stem(word))
        is_unreal = kind in _UNREAL_KINDS or stem(word) in _UNREAL_STEMS
        if word == "may" and is_month:
            continue
        if is_unreal and normalize_word(word) not in claim_forms:
            return True
    return False


def _has_rival(hypothesis: str, clause: str) -> bool:
    """Return whether another number or time may be meant: "5 euros, not 4".

    A number that has the same neighbors in both is the one that is meant.
    """
    if _has_same_neighbors(hypothesis, clause):
        return False
    for amount in find_amounts(hypothesis):
        for other in find_amounts(clause):
            has_unit = amount.unit and other.unit
            is_same_kind = not has_unit or amount.base_unit == other.base_unit
            if is_same_kind and not is_consistent_amount(amount, other):
                return True
    times = {str(time.resolved)[:4] for time in find_times(hypothesis, None)}
    found = {str(time.resolved)[:4] for time in find_times(clause, None)}
    return bool(times) and not found <= times


def _has_same_neighbors(hypothesis: str, clause: str) -> bool:
    """Return whether the claim's numbers have the same words around them."""
    claim, evidence = _list_content_forms(hypothesis), _list_content_forms(clause)
    neighbors = {
        (form, before, after)
        for before, form, after in zip(
            ["", *evidence], evidence, [*evidence[1:], ""], strict=False
        )
    }
    for before, form, after in zip(["", *claim], claim, [*claim[1:], ""], strict=False):
        if not form[0].isdigit():
            continue
        if not any(
            form == other and before in ("", left) and after in ("", right)
            for other, left, right in neighbors
        ):
            return False
    return True


def _list_content_forms(text: str) -> list[str]:
    words = [word for word in extract_words(text) if word not in NUMBER_SCALES]
    return [normalize_word(word) for word in words if word not in FUNCTION_WORDS]


def _order_forms(hypothesis: str, words: Sequence[str], premise: str) -> list[str]:
    """Return the forms that a clause must have in this order."""
    terms = extract_terms(hypothesis)
    # "4,200,000" where the premise says "4.2 million": at no place of its own.
    forms = frozenset(map(normalize_word, extract_words(premise)))
    reworded = find_agreeing_forms(hypothesis, premise) - forms
    terms = [term for term in terms if term.form not in reworded]
    ordered = [term.form for term in terms if term.word not in WORDING_WORDS]
    if len(ordered) < _MIN_TERMS:
        ignored = _ARTICLES | (WORDING_WORDS if find_amounts(hypothesis) else set())
        others = [normalize_word(word) for word in words if word not in ignored]
        return [form for form in others if form not in reworded]
    # Numbers and dates may move if there are no others: checks compare them.
    if len(find_amounts(premise)) <= len(find_amounts(hypothesis)):
        return [term.form for term in terms if not _is_movable(term)]
    return ordered


def _drop_subject(
    ordered: list[str], forms: Sequence[str], previous: Sequence[str]
) -> list[str]:
    """Leave out the first forms if only the clause before has them."""
    missing = [form for form in ordered if form not in forms]
    is_subject = missing == ordered[: len(missing)] and set(missing) <= set(previous)
    return ordered[len(missing) :] if is_subject else ordered


def _is_movable(term: Term) -> bool:
    return term.is_number or term.word in _UNORDERED_WORDS


def _split_clauses(premise: str) -> list[str]:
    """Return the clauses; "that A and that B" is "that B" as well."""
    clauses = []
    for sentence in split_paragraph(premise, "en"):
        for clause in sentence.split(";"):
            clauses.append(clause)
            second = _FIRST_OF_TWO_CONTENTS.sub("that", clause, count=1)
            if second != clause:
                clauses.append(second)
    return clauses


def _find_span(wanted: Sequence[str], forms: Sequence[str]) -> tuple[int, int]:
    """Return the first and last index of the forms in order, or (0, -1)."""
    positions: list[int] = []
    for form in wanted:
        start = positions[-1] + 1 if positions else 0
        if form not in forms[start:]:
            return 0, -1
        positions.append(forms.index(form, start))
    return (positions[0], positions[-1]) if positions else (0, -1)
