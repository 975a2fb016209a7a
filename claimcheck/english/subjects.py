"""Find the speaker in the words before or after a verb of speech.

`speech` finds the verb. Whatever is merely likely to be a speaker is not returned.
"""

from __future__ import annotations

import re

from claimcheck.english.names import find_names, strip_title
from claimcheck.resources import read_words
from claimcheck.text.common_words import get_part_of_speech, may_speak


def match_any(*names: str) -> str:
    """Return the alternatives of word lists, escaped for a verbose pattern."""
    return "|".join(re.escape(word) for name in names for word in read_words(name))


_ENDS_IN_PREPOSITION = re.compile(
    # "for Mr. Lee", "for President Lee", "for Smith & Co."
    rf"\b(?:of|for|at)\s+(?:the\s+)?"
    rf"(?:[A-Z][a-z]{{0,4}}\.\s|(?:[A-Z]\w+\s)?(?i:{match_any('office_titles')})\s"
    rf"|[A-Z][\w.’'-]*\s&\s)?$"
)
_ENDS_IN_PRONOUN = re.compile(r"(?<![\w'’])(?:he|she|they|it)$", re.IGNORECASE)
_CLAUSE_START = re.compile(
    r"""
    [,;:¤—–]\s*
    | \s(?:but|and|whereas|while|because|after|when|as|that|which|who)\s
    | ^(?:but|and|as|while|when|after)\s
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "Bergen and Oslo": one name, or the end of one clause and the start of another
_COORDINATION = re.compile(r"\s(?:and|&)\s")
_SUBJECT_JOINERS = ("and", "that", "which", "who")
_COORDINATED_NAME = re.compile(
    r"(?:(?:[Tt]he|[Bb]oth|[Tt]heir|[Ii]ts)\s)?[A-Z][\w.'’-]*"
    r"(?:\s(?:[A-Z][\w.'’-]*|and|&|of|on|for|the|in|de))*\s[A-Z][\w.'’-]*"
)
FINITE_VERB = re.compile(
    r"""
    \b(?:
        is|are|was|were|has|have|had|did|does|do|will|would|can|could|may|might
        | \w{2,}ed
        | \w{3,}s(?=\s(?:the|a|an|that|to)\s)
    )\b
    """,
    re.VERBOSE,
)
_SPEAKER_END = re.compile(
    r"""
    \s+(?:
        close\s+to|in|on|at|by|during|after|before|last|this|today|yesterday|when|while
        |to|who|from
        |published|released|issued|conducted
        |for\s+(?:(?:the\s+)?\w+\s+)?(?:time|(?:year|month|week|day|hour|minute)s?)
    )\b\s*
    | \s+(?:has|have|had)$
    """,
    re.VERBOSE,
)
_NOT_A_SPEAKER = re.compile(
    r"(?:\w+ly\s+)?"
    r"(?:i|we|you|this|that|there|who|which|what|nobody|no one|none|having|being"
    r"|my|our|your)\b",
    re.IGNORECASE,
)
# "Almost 60% of voters", "Half of us", "Nine in ten", "Many voters": a poll, or a crowd
_SHARE = re.compile(
    r"""
    (?:(?:about|almost|around|at\sleast|exactly|just|nearly|only|over|roughly|some|under
        |up\sto|(?:more|less|fewer)\sthan|well\sover|the)\s)*
    (?:
        \d[\d.,]*(?:[\s%]|$)
        | (?:many|few|countless|dozens|hundreds|thousands|millions|scores|people)\b
        | half\b(?!-)
        | (?:an?\s)?(?:[\w-]+\s)?(?:majority|minority|plurality)(?=\sof\b|$)
        | (?:an?|one|two|three|four)[\s-]
            (?:thirds?|quarters?|fifths?|sixths?|tenths?)(?=\sof\b|$)
        | (?<!the\s)most\b  # not "the most senior clerk"
        | (?:\d+|one|two|three|four|five|six|seven|eight|nine)\s(?:in|out\sof)\s
            (?:\d+|every|three|four|five|six|seven|eight|nine|ten)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "a survey by Roof", "an earlier version of [this article]"
_WRITTEN_THINGS = frozenset(read_words("written_things"))
_PHRASE_END = re.compile(
    r"\s(?:about|at|by|for|from|in|of|on|to|with|which|who|that)\s|\[|$"
)
# "Ann Lee, the mayor, on Monday said"
_TIME_BEFORE_VERB = re.compile(
    r"(,?)\s(?:late\s|early\s)?(?:on\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?:\s(?:morning|afternoon|evening|night))?|today|yesterday)$"
)
_TIME_BEFORE_NAME = re.compile(  # "On Monday Lee said"
    r"(?:(?:On|Last|This|Late|Early)\s)+[A-Z][a-z]{2,5}day\s(?=[A-Z])"
)
_AGE = re.compile(r",\s\d{1,3}(?=,\s\w)")  # "Ann Lee, 54, a welder, said"
_ASIDE = re.compile(r"\s?[(\[][^()\[\]]*[)\]]")  # "Ann Berg (Labor)", "he [Lind]"
_DETERMINER = re.compile(
    r"(?:the|a|an|one|some|many|most|its|his|her|their|two|three)\s", re.IGNORECASE
)
# Longer phrases are parts of a sentence, not a speaker. Chosen by hand.
_MAX_SPEAKER_WORDS = 9
# A longer text between commas is a separate clause.
_MAX_APPOSITION_CHARACTERS = 100
_MAX_NAME_CHARACTERS = 40


def find_subject(left: str) -> str | None:
    """Return the noun phrase at the end of `left`, before any apposition."""
    left = _AGE.sub("", _TIME_BEFORE_VERB.sub(r"\1", left.rstrip()))
    if not left.endswith(","):
        return extract_speaker(_find_last_clause(left))
    # "Jan Novak, the prime minister, said"
    head, _, apposition = left[:-1].rpartition(",")
    if not head or "¤" in apposition or len(apposition) > _MAX_APPOSITION_CHARACTERS:
        return None
    return resolve_apposition(_find_last_clause(head), apposition)


def _find_last_clause(text: str) -> str:
    """Return the last clause; nothing if its start is ambiguous."""
    start = 0
    is_ambiguous = False
    for match in _CLAUSE_START.finditer(text):
        if _joins_names(text, match):
            is_ambiguous = True
            continue
        # "The office and the union", "the union that Lee leads": the second of two
        # subjects is not the speaker.
        is_subject = match.group().strip().lower() in _SUBJECT_JOINERS and not (
            FINITE_VERB.search(text[start : match.start()])
        )
        start, is_ambiguous = match.end(), is_subject
    clause = text[start:].strip()
    if is_ambiguous and not _COORDINATED_NAME.fullmatch(clause):
        return ""
    # "Lee, Lind and Dahl": three names
    before = text[:start].rstrip(", ")
    is_list = " and " in clause and before != "" and find_names(before) == (before,)
    return "" if is_list else clause


def _joins_names(text: str, match: re.Match[str]) -> bool:
    if match.group().strip().lower() != "and":
        return False
    word_before = text[: match.start()].rpartition(" ")[2]
    return word_before[:1].isupper() and text[match.end() : match.end() + 1].isupper()


def resolve_apposition(head: str, apposition: str | None) -> str | None:
    """Return the person in "Jane Roe, the director" or the reverse."""
    apposition = (apposition or "").strip()
    if is_full_name(apposition):
        return strip_title(find_names(apposition)[0])
    return extract_speaker(head)


def is_full_name(text: str) -> bool:
    """Return whether a text is one full name, possibly after an office."""
    names = find_names(text)
    if len(names) != 1 or len(text) >= _MAX_NAME_CHARACTERS:
        return False
    return " " in names[0] and text.endswith(names[0])


def find_leading_subject(masked: str) -> str | None:
    """Return the subject that opens a sentence with "and said"."""
    verb = FINITE_VERB.search(masked)
    opening = masked[: verb.start()] if verb else ""
    return find_subject(opening) if opening.strip() else None


def extract_source(text: str) -> str | None:
    """Return the speaker in a phrase after "according to"."""
    source = extract_speaker(text)
    if source is None or find_names(source):
        return source
    # Figures, reports, and contracts do not speak.
    head = source.partition(" of ")[0].rpartition(" ")[2]
    return source if may_speak(head) else None


def extract_speaker(text: str) -> str | None:
    """Return the speaker in a phrase: the final name, or the entire phrase."""
    text = _TIME_BEFORE_NAME.sub("", _ASIDE.sub("", text.strip()))
    if _SHARE.match(text) or _is_written(text):
        return None
    phrase = _SPEAKER_END.split(text, maxsplit=1)[0].strip(" \"“”'")
    head, _, last = phrase.rpartition(" ")
    if head and get_part_of_speech(last) == "r":  # "Voss tonight"
        phrase = head
    if not phrase or _NOT_A_SPEAKER.match(phrase):
        return None
    if pronoun := _ENDS_IN_PRONOUN.search(phrase):
        return pronoun.group()
    return _extract_named_speaker(phrase)


def _is_written(phrase: str) -> bool:
    """Whether a phrase is about a report or the like, not a person."""
    end = _PHRASE_END.search(phrase)
    noun = phrase[: end.start() if end else None].rpartition(" ")[2].lower()
    return noun in _WRITTEN_THINGS or noun.removesuffix("s") in _WRITTEN_THINGS


def _extract_named_speaker(phrase: str) -> str | None:
    """Return the name that ends a phrase, or else the entire phrase."""
    names = find_names(phrase)
    final_names = [name for name in names if phrase.endswith(name)]
    before = phrase.removesuffix(final_names[-1]) if final_names else ""
    is_object = _ENDS_IN_PREPOSITION.search(before)
    if _COORDINATION.search(before[-len(" and ") :]) and not is_object:
        return phrase if _COORDINATED_NAME.fullmatch(phrase) else None
    if final_names and not is_object:
        return strip_title(final_names[-1])
    # Without "the" or "some", it must be a word for people, such as "residents".
    is_noun_phrase = names or _DETERMINER.match(phrase)
    noun = phrase.partition(" for ")[0].rpartition(" ")[2]
    if not is_noun_phrase and not may_speak(noun.lower()):
        return None
    return phrase if len(phrase.split()) <= _MAX_SPEAKER_WORDS else None
