"""Negation: a word that one side negates and the other does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FORMS_OF_BE, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.verification.rules.pair import SentencePair

_NEGATORS = frozenset(read_words("negators"))
# Only before "to": a "decline in sales" negates nothing.
_REFUSAL_VERBS = frozenset(read_words("refusal_verbs"))
# "not only", "no doubt" and "no longer than" negate nothing.
_NEGATION_CANCELERS = frozenset(
    "only just doubt less fewer matter later sooner more than".split()
)
# It negates a claim in the present tense: "used to be free" contradicts "is free".
_USED_TO_BE = ["used", "to", "be"]
_PRESENT_TENSE = frozenset(("is", "are"))
# Small words between a negation and what it negates. Distances are chosen by hand.
_SKIPPED_WORDS = (
    FUNCTION_WORDS | FORMS_OF_BE | frozenset(read_words("negation_fillers"))
)
_MAX_WORDS_TO_NEGATED = 6
_MAX_WORDS_TO_SINCE = 8


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a word both sides use that only one of them negates."""
    claim_words = extract_words(pair.claim)
    return _find_negation_in_claim(claim_words, pair) or _find_negation_in_evidence(
        claim_words, pair
    )


def _find_negation_in_claim(
    claim_words: Sequence[str], pair: SentencePair
) -> list[Difference]:
    negated = find_negated_terms(claim_words)
    # With a negation on both sides, it is unclear which words they apply to.
    if not negated or find_negations(pair.evidence_words):
        return []
    if _is_negated_nearby(negated, pair):
        return []
    evidence_forms = pair.document.get_forms(pair.index)
    for form, phrase in negated.items():
        if form in evidence_forms:
            written = _find_written_word(form, pair.evidence)
            return [Difference("negation", phrase, written)]
    return []


def _find_negation_in_evidence(
    claim_words: Sequence[str], pair: SentencePair
) -> list[Difference]:
    is_present_tense = not _PRESENT_TENSE.isdisjoint(claim_words)
    negated = find_negated_terms(
        pair.evidence_words, includes_used_to_be=is_present_tense
    )
    if not negated or find_negations(claim_words):
        return []
    evidence_forms = [normalize_word(word) for word in pair.evidence_words]
    for form, phrase in negated.items():
        # A word that occurs twice may also be said without the negation.
        if form in pair.alignment.forms and evidence_forms.count(form) == 1:
            written = _find_written_word(form, pair.claim)
            return [Difference("negation", written, phrase)]
    return []


def _is_negated_nearby(negated: Collection[str], pair: SentencePair) -> bool:
    """Return whether a nearby sentence negates what the claim negates."""
    nearby_negated = find_negated_terms(extract_words(pair.nearby_text))
    if not nearby_negated.keys().isdisjoint(negated):
        return True
    alignment = pair.alignment
    forms_by_sentence = alignment.forms_by_sentence
    covered = alignment.compute_coverage(forms_by_sentence.get(pair.index, ()))
    return any(
        find_negations(pair.document.get_words(index))
        and alignment.compute_coverage(forms_by_sentence[index]) >= covered
        for index in alignment.selected
    )


def find_negated_terms(
    words: Sequence[str], *, includes_used_to_be: bool = False
) -> dict[str, str]:
    """Map each negated term to the phrase that negates it.

    "They did not sign" gives {"sign": "not sign"}.
    """
    phrases: dict[str, str] = {}
    for index in find_negations(words, includes_used_to_be=includes_used_to_be):
        for end in range(index + 1, index + 1 + _MAX_WORDS_TO_NEGATED):
            if end >= len(words):
                break
            word = words[end]
            if word not in _SKIPPED_WORDS and not word[0].isdigit():
                phrases[normalize_word(word)] = " ".join(words[index : end + 1])
                break
    return phrases


def find_negations(
    words: Sequence[str], *, includes_used_to_be: bool = False
) -> list[int]:
    """Return the positions of negations, "used to be" only if included."""
    return [
        index
        for index in range(len(words))
        if _is_negation(words, index, includes_used_to_be=includes_used_to_be)
    ]


def _is_negation(
    words: Sequence[str], index: int, *, includes_used_to_be: bool
) -> bool:
    word, following = words[index], words[index + 1 : index + 2]
    negates = word in _NEGATORS or word.endswith("n't")
    if word in _REFUSAL_VERBS and following == ["to"]:
        negates = True
    if includes_used_to_be and words[index : index + 3] == _USED_TO_BE:
        negates = True
    if not negates or not _NEGATION_CANCELERS.isdisjoint(following):
        return False
    return not _has_end_time(words[index + 1 :])


def _has_end_time(words: Sequence[str]) -> bool:
    """Return whether the negation ends: "until May", "since 2002"."""
    if "until" in words:
        return True
    return any(
        word == "since" and (following[0].isdigit() or following in MONTHS)
        for word, following in pairwise(words[:_MAX_WORDS_TO_SINCE])
    )


def _find_written_word(form: str, text: str) -> str:
    for word in extract_words(text):
        if normalize_word(word) == form:
            return word
    return form
