"""Negation: a word that one side negates and the other does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import (
    CRITICAL_WORD_KINDS,
    FORMS_OF_BE,
    FUNCTION_WORDS,
    NEGATION_FILLERS,
)
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.text.negation import is_negation
from claimcheck.verification.checks.pair import SentencePair

# Only before "to": a "decline in sales" negates nothing.
_REFUSAL_VERBS = frozenset(read_words("refusal_verbs"))
# "not only", "no doubt" and "no longer than" negate nothing.
_NEGATION_CANCELERS = frozenset(
    "only just doubt less fewer matter later sooner more than".split()
)
# Small words between a negation and what it negates. Distances are chosen by hand.
_SKIPPED_WORDS = NEGATION_FILLERS | FORMS_OF_BE
# "No longer free" and "not fully recovered" deny neither "used to be free" nor
# "recovered to 91 percent".
_LIMITS = frozenset(("longer", "fully", "entirely", "really"))
_MAX_WORDS_TO_NEGATED = 6
_MAX_WORDS_TO_SINCE = 8
_BETWEEN_NUMBER_AND_WORD = FORMS_OF_BE | {"people", "person", "persons"}
# "Used to be free" says that it "is free" no more.
_USED_TO_BE = "used to be"
_PRESENT_TENSE = frozenset(("is", "are"))
# "It was melted in Bristol, not at the mine" denies no melting, and no mine.
_CONTRAST = re.compile(r"[,;–—]\s*not\b", re.IGNORECASE)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a word that both sides use and only one of them negates."""
    claim, sentence = pair.claim_words, pair.evidence_words
    in_claim, in_evidence = find_negations(claim), find_negations(sentence)
    # Of two negations on one side, one may be about something else.
    if sorted((len(in_claim), len(in_evidence))) != [0, 1]:
        return []
    negating, plain = (claim, sentence) if in_claim else (sentence, claim)
    plain_forms = list(map(normalize_word, plain))
    negating_forms = list(map(normalize_word, negating))
    if in_evidence and _is_limited(sentence[in_evidence[0] + 1 :], plain_forms):
        return []
    if not _LIMITS.isdisjoint(negating):
        return []
    if _CONTRAST.search(pair.claim) or _has_negating_word(plain_forms):
        return []
    for form, phrase in find_negated_terms(negating).items():
        # A word that occurs twice may also be said without the negation.
        if not plain_forms.count(form) == negating_forms.count(form) == 1:
            continue
        index = plain_forms.index(form)
        if in_claim:
            return [Difference("negation", phrase, plain[index])]
        return [Difference("negation", _quote_with_amount(plain, index), phrase)]
    return []


def _quote_with_amount(words: Sequence[str], index: int) -> str:
    """Return a word with its number: "12 injuries", "12 people were injured".

    "No injuries" and "nobody was injured" are set against the number as well.
    """
    start = index
    while start and words[start - 1] in _BETWEEN_NUMBER_AND_WORD:
        start -= 1
    has_number = start and normalize_word(words[start - 1])[0].isdigit()
    return " ".join(words[start - 1 if has_number else index : index + 1])


def _has_negating_word(forms: Sequence[str]) -> bool:
    """Return whether a word negates without "not": "denied", "prevented"."""
    return "negation" in map(CRITICAL_WORD_KINDS.get, forms)


def _is_limited(negated: Sequence[str], claim_forms: Sequence[str]) -> bool:
    """Return whether a denial says more than a claim: "not on Sundays"."""
    words = negated[1:] if negated[:1] == ["one"] else negated  # "no one"
    content = [normalize_word(word) for word in words if word not in FUNCTION_WORDS]
    return not set(content) <= set(claim_forms)


def find_unsupported(claim: str, best: str, premise: str) -> list[Difference]:
    """Return a negated word of the claim or the best sentence, if not of both.

    `premise` has all the sentences on which the claim rests.
    """
    words, best_words = extract_words(claim), extract_words(best)
    negated = find_negated_terms(words)
    elsewhere = find_negated_terms(extract_words(premise))
    for form, phrase in negated.items():
        if form not in elsewhere:
            return [Difference("negation", phrase, None)]
    is_in_present = not _PRESENT_TENSE.isdisjoint(words)
    if is_in_present and _USED_TO_BE in " ".join(best_words):
        return [Difference("negation", claim, _USED_TO_BE)]
    # Only a negation of a word of the claim concerns it.
    forms = {normalize_word(word): word for word in words}
    for form, phrase in find_negated_terms(best_words).items():
        if form in forms and form not in negated:
            return [Difference("negation", forms[form], phrase)]
    return []


def find_negated_terms(words: Sequence[str]) -> dict[str, str]:
    """Map each negated term to the phrase that negates it.

    "They did not sign" gives {"sign": "not sign"}.
    """
    phrases: dict[str, str] = {}
    for index in find_negations(words):
        is_nobody = words[index : index + 2] == ["no", "one"]
        first = index + 2 if is_nobody else index + 1
        for end in range(first, min(index + 1 + _MAX_WORDS_TO_NEGATED, len(words))):
            word = words[end]
            if word not in _SKIPPED_WORDS and not word[0].isdigit():
                phrases[normalize_word(word)] = " ".join(words[index : end + 1])
                break
    return phrases


def find_negations(words: Sequence[str]) -> list[int]:
    """Return the positions of negations in an English sentence."""
    return [index for index in range(len(words)) if _is_negation(words, index)]


def _is_negation(words: Sequence[str], index: int) -> bool:
    following = words[index + 1 :]
    is_refusal = words[index] in _REFUSAL_VERBS and following[:1] == ["to"]
    if not (is_refusal or is_negation(words[index], "en")):
        return False
    if not _NEGATION_CANCELERS.isdisjoint(following[:1]) or "until" in following:
        return False
    # "not since 2002" says that it was so in 2002.
    return not any(
        word == "since" and (after[0].isdigit() or after in MONTHS)
        for word, after in pairwise(following[:_MAX_WORDS_TO_SINCE])
    )
