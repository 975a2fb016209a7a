"""Negation: a word that one side negates and the other does not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FORMS_OF_BE, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.text.negation import is_negation, list_negations
from claimcheck.verification.checks.pair import SentencePair

# Only before "to": a "decline in sales" negates nothing.
_REFUSAL_VERBS = frozenset(read_words("refusal_verbs"))
# "not only", "no doubt" and "no longer than" negate nothing.
_NEGATION_CANCELERS = frozenset(
    "only just doubt less fewer matter later sooner more than".split()
)
# Small words between a negation and what it negates. Distances are chosen by hand.
_SKIPPED_WORDS = (
    FUNCTION_WORDS | FORMS_OF_BE | frozenset(read_words("negation_fillers"))
)
_MAX_WORDS_TO_NEGATED = 6
_MAX_WORDS_TO_SINCE = 8
# "Used to be free" says that it "is free" no more.
_USED_TO_BE = "used to be"
_PRESENT_TENSE = frozenset(("is", "are"))


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a word that both sides use and only one of them negates."""
    claim_words, evidence_words = pair.claim_words, pair.evidence_words
    claim_negations = find_negations(claim_words)
    evidence_negations = find_negations(evidence_words)
    # Of two negations on one side, one may be about something else.
    if sorted((len(claim_negations), len(evidence_negations))) != [0, 1]:
        return []
    if claim_negations and _is_negated_nearby(pair):
        return []
    negating, plain = claim_words, evidence_words
    if evidence_negations:
        negating, plain = evidence_words, claim_words
    plain_forms = [normalize_word(word) for word in plain]
    negating_forms = [normalize_word(word) for word in negating]
    for form, phrase in find_negated_terms(negating).items():
        # A word that occurs twice may also be said without the negation.
        if plain_forms.count(form) == negating_forms.count(form) == 1:
            word = plain[plain_forms.index(form)]
            if evidence_negations:
                return [Difference("negation", word, phrase)]
            return [Difference("negation", phrase, word)]
    return []


def _is_negated_nearby(pair: SentencePair) -> bool:
    """Return whether a sentence nearby negates what the claim negates."""
    evidence = pair.match.evidence
    negated = find_negated_terms(pair.claim_words).keys()
    return any(
        not negated.isdisjoint(find_negated_terms(evidence.words[index]))
        for index in pair.match.nearby
    )


def find_unsupported(claim: str, premises: Sequence[str]) -> list[Difference]:
    """Return a negation that the claim has and no premise, or the reverse.

    `premises` are the sentences on which the claim rests, the best one first.
    """
    claim_words = extract_words(claim)
    best = extract_words(premises[0]) if premises else []
    if find_negations(claim_words):
        if any(find_negations(extract_words(premise)) for premise in premises):
            return []
        return [Difference("negation", _describe(claim_words), None)]
    if list_negations(claim_words, "en"):
        return []
    if _PRESENT_TENSE & set(claim_words) and _USED_TO_BE in " ".join(best):
        return [Difference("negation", claim, _USED_TO_BE)]
    # Only a negation of a word of the claim concerns it.
    claim_forms = set(map(normalize_word, claim_words))
    for form, phrase in find_negated_terms(best).items():
        if form in claim_forms:
            return [Difference("negation", form, phrase)]
    return []


def _describe(words: Sequence[str]) -> str:
    phrases = list(find_negated_terms(words).values())
    return phrases[0] if phrases else words[find_negations(words)[0]]


def find_negated_terms(words: Sequence[str]) -> dict[str, str]:
    """Map each negated term to the phrase that negates it.

    "They did not sign" gives {"sign": "not sign"}.
    """
    phrases: dict[str, str] = {}
    for index in find_negations(words):
        for end in range(index + 1, index + 1 + _MAX_WORDS_TO_NEGATED):
            if end >= len(words):
                break
            word = words[end]
            if word not in _SKIPPED_WORDS and not word[0].isdigit():
                phrases[normalize_word(word)] = " ".join(words[index : end + 1])
                break
    return phrases


def find_negations(words: Sequence[str]) -> list[int]:
    """Return the positions of negations in an English sentence."""
    return [index for index in range(len(words)) if _is_negation(words, index)]


def _is_negation(words: Sequence[str], index: int) -> bool:
    word, following = words[index], words[index + 1 : index + 2]
    is_refusal = word in _REFUSAL_VERBS and following == ["to"]
    if not (is_refusal or is_negation(word, "en")):
        return False
    if not _NEGATION_CANCELERS.isdisjoint(following):
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
