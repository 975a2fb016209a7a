"""Who says it: the evidence names another speaker, or the claim names none.

That somebody said something and that it is true are two questions. A claim that states
as a fact what the document gives only as somebody's words is not supported by it.
"""

from __future__ import annotations

from typing import TypeGuard

from claimcheck.english.clauses import Clause, split_clauses
from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names, find_proper_names
from claimcheck.english.speech import (
    UNKNOWN_SPEAKER,
    Speech,
    mask_quotations,
)
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.verification.checks.pair import SentencePair

# The kind of a difference: the claim states what the evidence only quotes.
ATTRIBUTION = "attribution"
_PRONOUNS = frozenset(("he", "she", "they", "it", "i", "we", "you"))


def find_contradictions(pair: SentencePair, speech: Speech | None) -> list[Difference]:
    """Return the claim's speaker if the evidence names another."""
    actual = pair.match.evidence.find_speech(pair.index)
    if not _is_known(speech) or not _is_known(actual):
        return []
    # "The lottery winner" may be Ann Lee, and "locals" may be "residents".
    if not find_proper_names(speech.speaker) or not find_names(actual.speaker):
        return []
    if _mentions_speaker(f"{pair.evidence} {actual.speaker}", speech.speaker):
        return []
    return [Difference("speaker", speech.speaker, actual.speaker)]


def find_unsupported(pair: SentencePair, speech: Speech | None) -> list[Difference]:
    """Return the claim's speaker if the evidence does not name them."""
    if not _is_known(speech):
        return []
    actual = pair.match.evidence.find_speech(pair.index)
    text = pair.with_previous
    if actual and actual.speaker != UNKNOWN_SPEAKER:
        # Somebody says the sentence: whoever the one before it names does not.
        text = f"{pair.evidence} {actual.speaker}"
    if _mentions_speaker(text, speech.speaker):
        return []
    return [Difference("speaker", speech.speaker, None)]


def find_dropped_attribution(
    pair: SentencePair, speech: Speech | None
) -> list[Difference]:
    """Return the speaker if the claim states their words as a fact."""
    actual = _find_clause_speech(pair)
    if speech is not None or not _is_known(actual):
        return []
    is_quoted = mask_quotations(pair.claim)[0] != pair.claim
    if is_quoted or _mentions_speaker(pair.claim, actual.speaker):
        return []
    return [Difference(ATTRIBUTION, pair.claim, actual.speaker)]


def _find_clause_speech(pair: SentencePair) -> Speech | None:
    """Return the speech in the evidence clause on which the claim rests.

    "A said this, whereas B is true" has two sides.
    """
    speech = pair.match.evidence.find_speech(pair.index)
    clauses = split_clauses(pair.evidence, speech)
    if speech is None or not clauses[0].is_contrast:
        return speech

    def count_shared_words(clause: Clause) -> int:
        words = extract_words(pair.evidence[slice(*clause.ranges[0])])
        return len(pair.match.weights.keys() & set(map(normalize_word, words)))

    return max(clauses, key=count_shared_words).speech


def _mentions_speaker(text: str, speaker: str) -> bool:
    words = set(extract_words(speaker)) - FUNCTION_WORDS
    return not words.isdisjoint(extract_words(text))


def _is_known(speech: Speech | None) -> TypeGuard[Speech]:
    return speech is not None and speech.speaker.lower() not in _PRONOUNS
