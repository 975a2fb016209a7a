"""Who says it: the evidence names another speaker, or the claim names none.

That somebody said something and that it is true are two questions. A claim that states
as a fact what the document gives only as somebody's words is not supported by it.
"""

from __future__ import annotations

import re

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names, find_proper_names
from claimcheck.english.quotations import FIRST_PERSON, QUOTATION_MARK, Speech
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

# The name before the words in a transcript: "Jones: I did not".
_SPEAKER_LABEL = re.compile(
    r"(?:^|[.!?])\s*[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}\s?:\s"
)
_OPENING_MARKS = ('"', "“")
_QUOTED_WORDS = re.compile(r"[\"“]([^\"“”]*)[\"”]?")
_PRONOUNS = frozenset(("he", "she", "they", "it", "i", "we", "you"))


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's speaker if the evidence names another."""
    if not pair.speech or _is_unknown_speaker(pair.speech):
        return []
    # The claim may rest on a clause of which only the whole sentence has a speaker.
    evidence_speech = pair.evidence_speech or pair.document.find_speech(pair.index)
    if not evidence_speech or _is_unknown_speaker(evidence_speech):
        return []
    claimed, actual = pair.speech.speaker, evidence_speech.speaker
    # "The lottery winner" may be Ann Lee, and "locals" may be "residents".
    if not find_proper_names(claimed) or not find_names(actual):
        return []
    if is_same_speaker(claimed, actual) or _mentions_speaker(pair.evidence, claimed):
        return []
    if not _shares_quoted_words(pair):
        return []
    return [Difference("speaker", claimed, actual)]


def _shares_quoted_words(pair: SentencePair) -> bool:
    """Return whether the claim shares a word with the quoted text."""
    if not pair.evidence.startswith(_OPENING_MARKS):
        return True
    quoted = " ".join(_QUOTED_WORDS.findall(pair.evidence))
    quoted_forms = {normalize_word(word) for word in extract_words(quoted)}
    return any(term.form in quoted_forms for term in pair.alignment.terms)


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return an attribution that only the claim or only the evidence has."""
    if pair.speech is None:
        return _find_dropped_attribution(pair)
    speaker = pair.speech.speaker
    if _is_unknown_speaker(pair.speech):
        return []
    evidence_speech = pair.evidence_speech
    if evidence_speech and is_same_speaker(speaker, evidence_speech.speaker):
        return []
    if evidence_speech is None and _is_in_first_person(pair):
        return []
    # A person is named where they speak. "The study" is often named once, at the start.
    is_named = bool(find_names(speaker))
    text = pair.evidence_with_previous if is_named else pair.nearby_text
    if _mentions_speaker(text, speaker):
        return []
    return [Difference("speaker", speaker, None)]


def _find_dropped_attribution(pair: SentencePair) -> list[Difference]:
    """Return the speaker if the claim states their words as a fact."""
    evidence_speech = pair.evidence_speech
    if not evidence_speech or _is_unknown_speaker(evidence_speech):
        return []
    if _mentions_speaker(pair.claim, evidence_speech.speaker):
        return []
    return [Difference("attribution", pair.claim, evidence_speech.speaker)]


def _is_in_first_person(pair: SentencePair) -> bool:
    """Return whether "I" speaks, who is named elsewhere."""
    if not FIRST_PERSON.search(pair.evidence) or QUOTATION_MARK.search(pair.evidence):
        return False
    return not _SPEAKER_LABEL.search(pair.evidence_with_previous)


def is_same_speaker(left: str, right: str) -> bool:
    """Return whether two names of a speaker share a significant word."""
    return bool(_extract_name_words(left) & _extract_name_words(right))


def _mentions_speaker(text: str, speaker: str) -> bool:
    return not _extract_name_words(speaker).isdisjoint(extract_words(text))


def _extract_name_words(speaker: str) -> set[str]:
    return {word for word in extract_words(speaker) if word not in FUNCTION_WORDS}


def _is_unknown_speaker(speech: Speech) -> bool:
    return speech.speaker.lower() in _PRONOUNS
