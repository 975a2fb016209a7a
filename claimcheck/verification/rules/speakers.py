"""Whose words it is: another speaker than the evidence's, or none where the evidence has one.

That somebody said a thing and that it is so are two questions. A sentence that states as a fact what the document
only gives as somebody's words is not carried by it.
"""

from __future__ import annotations

import re

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names, find_proper_names
from claimcheck.english.quotations import FIRST_PERSON, QUOTATION_MARK, Speech
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

# the name before the words in a transcript: "Jones: I did not"
_SPEAKER_LABEL = re.compile(
    r"(?:^|[.!?])\s*[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}\s?:\s"
)
_OPENING_MARKS = ('"', "“")
_QUOTED_WORDS = re.compile(r"[\"“]([^\"“”]*)[\"”]?")
_PRONOUN = re.compile(r"^(?:he|she|they|it|i|we|you)$", re.I)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's speaker if the evidence attributes it to someone else."""
    if not pair.speech or _is_unknown_speaker(pair.speech):
        return []
    theirs = pair.evidence_speech or pair.source.find_speech(pair.place)
    if not theirs or _is_unknown_speaker(theirs):
        return []
    if not find_proper_names(pair.speech.speaker) or not find_names(theirs.speaker):
        return []  # "the lottery winner" and a name, "locals" and "residents": they may be the same
    if is_same_speaker(pair.speech.speaker, theirs.speaker) or _extract_name_words(
        pair.speech.speaker
    ) & set(extract_words(pair.evidence)):
        return []
    if not _shares_quoted_words(pair):
        return []
    return [Difference("speaker", pair.speech.speaker, theirs.speaker)]


def _shares_quoted_words(pair: SentencePair) -> bool:
    """Return whether the claim shares a word with the evidence's direct speech."""
    if not pair.evidence.startswith(_OPENING_MARKS):
        return True
    spoken = " ".join(_QUOTED_WORDS.findall(pair.evidence))
    return not {normalize_word(word) for word in extract_words(spoken)}.isdisjoint(
        term.form for term in pair.alignment.terms
    )


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return an attribution that only the claim or only the evidence has."""
    theirs = pair.evidence_speech
    if pair.speech is None:
        if (
            not theirs
            or _is_unknown_speaker(theirs)
            or _extract_name_words(theirs.speaker) & set(extract_words(pair.claim))
        ):
            return []
        return [Difference("attribution", pair.claim, theirs.speaker)]
    if _is_unknown_speaker(pair.speech) or (
        theirs and is_same_speaker(pair.speech.speaker, theirs.speaker)
    ):
        return []
    own = FIRST_PERSON.search(pair.evidence) and not QUOTATION_MARK.search(
        pair.evidence
    )
    if theirs is None and own and not _SPEAKER_LABEL.search(pair.lead):
        return []  # an interview, a letter, a speech: who "I" is stands elsewhere
    # a person is named where they speak; "the study" and "the company" are often said once, at the start
    near = pair.lead if find_names(pair.speech.speaker) else pair.around
    if _extract_name_words(pair.speech.speaker) & set(extract_words(near)):
        return []
    return [Difference("speaker", pair.speech.speaker, None)]


def is_same_speaker(left: str, right: str) -> bool:
    """Return whether two names of a speaker share a significant word."""
    return bool(_extract_name_words(left) & _extract_name_words(right))


def _extract_name_words(speaker: str) -> set[str]:
    return {word for word in extract_words(speaker) if word not in FUNCTION_WORDS}


def _is_unknown_speaker(speech: Speech) -> bool:
    return bool(_PRONOUN.match(speech.speaker))
