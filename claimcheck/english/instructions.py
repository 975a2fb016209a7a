"""Distinguish instructions from statements, by the form of the sentence.

An instruction to a reader, or to a program that reads, is neither true nor false. It
begins with a verb in its base form and an object ("Ignore the notice"), says "I order
you", or has a condition for "you". Reported speech is a statement about what somebody
said, whatever its form.
"""

from __future__ import annotations

import re

from claimcheck.english.lexicon import BASE_FORMS, FUNCTION_WORDS
from claimcheck.english.speech import detect_speech
from claimcheck.text.common_words import get_part_of_speech

REASON = "instruction, not a statement"  # in the ledger
# What may precede an instruction: a condition, an addressee, a signal.
_LEAD = re.compile(
    r"""
    <[/\w|][^<>]{0,80}> | \[[^\[\]]{1,80}\] | [^\w“"<\[]+ | [<\[]
    | (?:if|when|whenever|before|once)\ you(?:['’](?:re|ve))?\b [^,.:;!?]{0,80} ,\s*
    | (?:[\w,-]+\ ){0,4} [\w-]+ [:!]\s+
    | (?:please|now|then|instead|first|next|finally|always|never|also|just|and|or
        |do\ not|don['’]t) ,?\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAX_LEADS = 6
_PERFORMATIVE = re.compile(
    r"\b(?:I|we) (?:hereby )?(?:order|instruct|command|ask|beg|urge|advise) you"
    r"(?: (?:to|that)\b|:)",
    re.IGNORECASE,
)
_OBJECT_STARTS = frozenset(
    """
    a all an another any anything both each every everything her him his how it its me
    my no nothing one only our that the their them these this those us what whatever
    when where whether which who why your yourself
    """.split()
)
# These verbs introduce a statement: "Note that prices rose".
_NO_ORDERS = FUNCTION_WORDS | set(
    """
    believe consider forget imagine know let look note notice observe recall
    remember see suppose think understand watch
    """.split()
)
_INFLECTED = re.compile(r"(?:[^s]s|ed|ing)$")
_START = re.compile(
    r"(?P<verb>[^\W\d_]+) (?:(?:away|back|down|off|out|over|up) )?(?P<object>[a-z]+)\b"
)


def is_instruction(sentence: str) -> bool:
    """Whether a sentence tells its reader what to do."""
    if sentence[:1] in '"“«„' or sentence[-1:] == "?" or not _has_form(sentence):
        return False
    speech = detect_speech(sentence)
    return speech is None or not speech.speaker


def _has_form(sentence: str) -> bool:
    if _PERFORMATIVE.search(sentence):
        return True
    rest = sentence
    for _ in range(_MAX_LEADS):
        if _is_imperative(rest):
            return True
        lead = _LEAD.match(rest)
        if lead is None:
            return False
        rest = rest[lead.end() :]
    return False


def _is_imperative(text: str) -> bool:
    """Whether a text begins with a base verb, and with the verb's object."""
    start = _START.match(text.lower())
    return (
        start is not None
        and start["object"] in _OBJECT_STARTS
        and _is_base_verb(start["verb"])
    )


def _is_base_verb(word: str) -> bool:
    if word in _NO_ORDERS or word in BASE_FORMS or _INFLECTED.search(word):
        return False
    if get_part_of_speech(word) == "v":
        return True
    # "List the names": "list" is usually a noun, but "listed" shows that it is also a
    # verb.
    has_participle = get_part_of_speech(f"{word.removesuffix('e')}ed") != "?"
    is_noun = len(word) > 2 and get_part_of_speech(word) in "n?"
    return is_noun and has_participle
