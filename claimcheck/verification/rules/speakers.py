"""Whose words it is: another speaker than the evidence's, or none where the evidence has one.

That somebody said a thing and that it is so are two questions. A sentence that states as a fact what the document
only gives as somebody's words is not carried by it.
"""

from __future__ import annotations

import re

from claimcheck.english.lexicon import LIGHT
from claimcheck.english.names import named_in, names_in
from claimcheck.english.quotations import OWN_WORDS, QUOTATION, Speech
from claimcheck.english.terms import form_of, words_in
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

# the name before the words in a transcript: "Jones: I did not"
_LABELLED = re.compile(r"(?:^|[.!?])\s*[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}\s?:\s")
_MARKS = ('"', "“")
_BETWEEN_MARKS = re.compile(r"[\"“]([^\"“”]*)[\"”]?")
_PRONOUN = re.compile(r"^(?:he|she|they|it|i|we|you)$", re.I)


def contradictions(pair: Pair) -> list[Difference]:
    """The claim's speaker, where the evidence sentence gives the same words to somebody else."""
    if not pair.speech or _unknown(pair.speech):
        return []
    theirs = pair.evidence_speech or pair.source.speech(pair.place)
    if not theirs or _unknown(theirs):
        return []
    if not named_in(pair.speech.speaker) or not names_in(theirs.speaker):
        return []  # "the lottery winner" and a name, "locals" and "residents": they may be the same
    if same_speaker(pair.speech.speaker, theirs.speaker) or _names(pair.speech.speaker) & set(
        words_in(pair.evidence)
    ):
        return []
    if not _shares_words(pair):
        return []
    return [Difference("speaker", pair.speech.speaker, theirs.speaker)]


def _shares_words(pair: Pair) -> bool:
    """Whether, where the evidence sentence is somebody's direct speech, the claim has one of the words between its marks."""
    if not pair.evidence.startswith(_MARKS):
        return True
    spoken = " ".join(_BETWEEN_MARKS.findall(pair.evidence))
    return not {form_of(word) for word in words_in(spoken)}.isdisjoint(
        term.form for term in pair.alignment.terms
    )


def missing(pair: Pair) -> list[Difference]:
    """The claim's speaker, where nothing near names them; the evidence's, where the claim states a fact."""
    theirs = pair.evidence_speech
    if pair.speech is None:
        if not theirs or _unknown(theirs) or _names(theirs.speaker) & set(words_in(pair.claim)):
            return []
        return [Difference("attribution", pair.claim, theirs.speaker)]
    if _unknown(pair.speech) or (theirs and same_speaker(pair.speech.speaker, theirs.speaker)):
        return []
    own = OWN_WORDS.search(pair.evidence) and not QUOTATION.search(pair.evidence)
    if theirs is None and own and not _LABELLED.search(pair.lead):
        return []  # an interview, a letter, a speech: who "I" is stands elsewhere
    # a person is named where they speak; "the study" and "the company" are often said once, at the start
    near = pair.lead if names_in(pair.speech.speaker) else pair.around
    if _names(pair.speech.speaker) & set(words_in(near)):
        return []
    return [Difference("speaker", pair.speech.speaker, None)]


def same_speaker(left: str, right: str) -> bool:
    """Whether two ways of naming a speaker share a word that tells."""
    return bool(_names(left) & _names(right))


def _names(speaker: str) -> set[str]:
    return {word for word in words_in(speaker) if word not in LIGHT}


def _unknown(speech: Speech) -> bool:
    return bool(_PRONOUN.match(speech.speaker))
