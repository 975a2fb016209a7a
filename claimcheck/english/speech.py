"""Find the speaker that a sentence itself names.

Only the form of the sentence counts, and only reliable forms: a speaker who is merely
likely is not returned. `quotations` uses the surrounding sentences, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.lexicon import BASE_FORMS
from claimcheck.english.names import find_names, strip_title
from claimcheck.english.subjects import (
    FINITE_VERB,
    extract_source,
    extract_speaker,
    find_leading_subject,
    find_subject,
    is_full_name,
    match_any,
    resolve_apposition,
)
from claimcheck.resources import read_words

_ADVERBS = f"(?:{match_any('reporting_adverbs')})"
_SPEECH_VERBS = match_any("speech_verbs")
_VERBS_BEFORE_THAT = match_any("verbs_before_that")
_VERBS_WITH_NAMED_SUBJECT = match_any("verbs_with_named_subject")
# A sentence without one of these reports no speech. Most sentences have none, so this
# lookup avoids the regular expressions.
_SPEECH_MARKER_WORDS = frozenset(
    phrase.split()[0]
    for name in ("speech_verbs", "verbs_before_that", "verbs_with_named_subject")
    for phrase in read_words(name)
) | frozenset(("quoted", "quotes", "according", "According"))
_TELL_VERBS = ("told", "tells")  # they need a listener, so they are never inverted
_WORD = re.compile(r"\w+")

# "wrote in a blog on Friday that", "reported in its newsletter"
_MEDIUM = r"""
    (?:
        \s(?:in|on)\s(?:[\w’'-]+\s){0,3}?
        (?:article|blog|book|column|diary|e-?mail|essay|filing|letter|memo|message
            |newsletter|note|op-ed|paper|post|report|statement|tweet)
        (?:\s[\w’'-]+){0,4}?
    )?
"""
# In all patterns "¤" is a character of quoted text, see `detect_speech`.
_SPEECH_VERB = re.compile(
    rf"""
    \b(?:(?:has|have|had)\s+)?
    (?:{_ADVERBS}\s+)*
    (?:
        (?P<strong>{_SPEECH_VERBS})\b
            # "said to be", "says so", "told nobody"
            (?!\s+(?:to\s+(?:be|have)|so|than|nothing|nobody|no\ one)\b)
            (?<!told(?=\s+(?:on|of|apart)\b))    # "the years told on him"
            (?!                                 # a book "tells the story"
                \s+(?:an?|the|his|her|its|their)\s+(?:\w+\s+)?
                (?:tales?|story|stories|history)\b
            )
        | (?P<that>{_VERBS_BEFORE_THAT})\b
            (?={_MEDIUM}\s*(?:,|:|that\b|how\b|whether\b|["“”¤])|{_MEDIUM}\s*\.?$)
        | (?<=¤\ )(?P<inverted>{_VERBS_BEFORE_THAT})\b
        | (?P<named>{_VERBS_WITH_NAMED_SUBJECT})\b
    )
    """,
    re.VERBOSE,
)
# 'Ann Lee: "It rose."', '"It rose." - Ann Lee, mayor', '"It rose." (Cllr. Lee)'
_SIGNED_QUOTATION = re.compile(
    r"""
    (?P<before>[A-Z][^:\"“”\n]{2,40}):\s(?P<first>[\"“])[^\"“”]+[\"”]
    |[\"“](?:[^\"“”\s]+\s){3,}[^\"“”\s]+[\"”]\s
        (?:[–—-]\s?(?P<behind>[A-Z][^.!?\"“”]{2,80})
        |\((?P<bracketed>[A-Z][^()\"“”]{2,80})\)[.]?)
    """,
    re.X,
)
_INVERTED_QUESTION = re.compile(
    r"(?:(?:Wh(?:at|en|ere|y)|How)\s)?(?:[Ww]ill|[Ww]ould|[Dd]oes|[Dd]id|[Dd]o|[Cc]an"
    r"|[Cc]ould|[Ss]hould|[Mm]ay|[Mm]ight)\s[^\"“”?]{1,300}\?$"
)
_WAS_QUOTED_AS_SAYING = re.compile(
    rf"""
    \b(?:was|were|is|has\ been|had\ been)\s+(?:{_ADVERBS}\s+)*
    (?:quoted|cited|reported)\b[^¤]*?\bas\s+(?:saying|telling)\b
    """,
    re.VERBOSE,
)
_QUOTED_AS_SAYING = re.compile(
    r"\b(?:quoted|cited|quotes|cites)\s+(?P<who>[^,¤]{2,80}?)"
    r"\s+as\s+(?:saying|telling)\b"
)
_ACCORDING_TO = re.compile(r"\b[Aa]ccording to\s+(?P<who>[^,.;¤]{2,90})")
_MAX_OPENING_CHARACTERS = 3  # before "according to" at the start of a sentence
_ENDS_IN_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|it)\s+(?:\w+ly\s+)?$"
)
# "as long as Mao said it was"
_ENDS_IN_COMPARISON = re.compile(
    r"\b(?:than|as\s+\w+\s+as)\s+(?:[\w.’'-]+\s+){0,3}[\w.’'-]+$", re.IGNORECASE
)
# "an endeavor that calls for", "texted to say"
_ENDS_IN_NON_SPEECH = re.compile(r"\b(?:that|which|(?<!on )to)$")
# "whom Lind called a liar"
_ENDS_IN_OBJECT_OF_CLAUSE = re.compile(r"\bwhom\s+(?:the\s+)?(?:[\w.’'-]+\s*){1,4}$")
# "If Lind says that ...", "Neither Lind nor Brandt said", "Although Lind said so, ..."
_SUBORDINATE_CLAUSE = re.compile(
    r"""
    (?: ^ | [,;¤]\s* | \b(?:and|but)\s )
    (?:even\s)?
    (?:if|unless|neither|although|though|after|because|before|since|until|when|while
        |whereas)\s
    [^,;]*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PARTICLE = re.compile(r"\s(?:for|off|in|up|upon)\b")
# "Lind, whose rival said 300 votes were stolen, won": "won" is not the rival's words
_ENDS_IN_RELATIVE_CLAUSE = re.compile(
    r",\s+(?:\w+\s+){0,2}(?:whose|whom|which|who)\b[^,]*$"
)
_RELATIVE_CLAUSE = re.compile(r"\b(?:who|whose|which)\b[^,]*")
_NOT_BEFORE_SPEECH = (
    _ENDS_IN_COMPARISON,
    _ENDS_IN_NON_SPEECH,
    _ENDS_IN_RELATIVE_CLAUSE,
    _SUBORDINATE_CLAUSE,
)
# After this, somebody else may speak: "Lind said 40, but Brandt says 30".
_OTHER_SIDE = re.compile(r"(?:,\s+(?:but|and|while)|;)\s+(?!that\b)")
# "Lind said 40, Brandt said it was 30", "Lind says 40 and Brandt says 30"
_ENDS_IN_OTHER_SPEAKER = re.compile(
    r"(?:[,:]|\s(?:and|but|while|though|whereas))\s+(?P<who>(?:[A-Z][\w.’'-]*\s){1,4})$"
)
# "did not say", "never told"
_NEGATED = re.compile(r"(?:\bnot|\bnever|n['’]t)\b", re.IGNORECASE)
_ENDS_IN_CONJUNCTION = re.compile(r"(?:\s|^)(?:and|but|or)$", re.IGNORECASE)
# Includes curly single quotation marks, but not the apostrophes of "it’s" and "the
# ‘90s".
_QUOTED_TEXT = re.compile(
    r"""
    (?:«[^»]*|„[^“”\"]*) (?P<close_foreign>[»“”\"]?)
    | »[^«»]*« (?P<inward>)
    | (?P<open>[\"“]) [^\"”]* (?P<close>[\"”]?)
    | (?P<single>‘)(?!\d\ds?\b) [^’]*(?:’(?=\w)[^’]*)* (?P<close_single>’?)
    """,
    re.VERBOSE,
)
FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us)\b")
_THIRD_PERSON_PRONOUNS = frozenset(("he", "she", "they", "it"))
_TITLE = r"\b[A-Z][a-z]{1,4}\.\s(?=[A-Z])|\b[A-Z]\.\s?"  # "Supt. Roe", "J. Roe"
_AFTER_VERB = re.compile(
    rf"\s+(?P<head>(?:{_TITLE}|[^,.;¤])+)(?:,\s+(?P<name>(?:{_TITLE}|[^,.;¤])+))?"
)
_THAT = re.compile(r"\bthat\b")
_MAX_CHARACTERS_TO_THAT = 60  # from a verb of speech
# "said the port" names the speaker; "said the port would close" does not.
_CLAUSE_MARKER = re.compile(
    r"""
    \b(?:
        (?:who|which|that|whose)
        | (?P<verb>
            is|are|was|were|has|have|had|does|did|do|will|would|can|could|may|might
            |must|should
        )
    )\b
    """,
    re.VERBOSE,
)
_MAX_CONTEXT_CHARACTERS = 500  # around a verb, searched for its subject


# Who says what is quoted, if the text does not make it certain.
UNKNOWN_SPEAKER = "an unknown speaker"


@dataclass(frozen=True, slots=True)
class Speech:
    """The speaker as named in the sentence, and the start of their words.

    `speaker` may be UNKNOWN_SPEAKER. `content_start` is None if the words come before
    the verb.
    """

    speaker: str
    content_start: int | None


def mask_quotations(text: str) -> tuple[str, str]:
    """Replace quoted characters with "¤"; also return a mark left open."""
    unclosed = ""

    def mask(match: re.Match[str]) -> str:
        nonlocal unclosed
        closings = ("close", "close_single", "close_foreign")
        is_inward = match["inward"] is not None
        is_closed = is_inward or any(match[name] for name in closings)
        unclosed = "" if is_closed else match.group()[0]
        return "¤" * len(match.group())

    return _QUOTED_TEXT.sub(mask, text), unclosed


@lru_cache(maxsize=4_096)
def detect_speech(text: str) -> Speech | None:
    """Return the speech in a sentence, or None; pronouns are not resolved."""
    if speech := _read_signature(_SIGNED_QUOTATION.fullmatch(text)):
        return speech
    if _SPEECH_MARKER_WORDS.isdisjoint(_WORD.findall(text)):
        return None
    if _INVERTED_QUESTION.match(text):
        return None  # "Will Lind say why?" reports nothing
    # Quoted text is masked, so that a verb in it is not mistaken for the reporting
    # verb.
    masked, _ = mask_quotations(text)
    if match := _WAS_QUOTED_AS_SAYING.search(masked):
        return _build_speech(find_subject(masked[: match.start()]), match.end())
    if match := _QUOTED_AS_SAYING.search(masked):
        return _build_speech(extract_speaker(match["who"]), match.end())
    source = _ACCORDING_TO.search(masked)
    if source and source.start() < _MAX_OPENING_CHARACTERS:
        speech = _build_speech(extract_source(source["who"]), source.end())
        return _check_only_speaker(speech, text, masked, source.end())
    for match in _SPEECH_VERB.finditer(masked):
        if speech := _parse_speech_at(match, masked):
            return _check_only_speaker(speech, text, masked, match.end())
    return _build_speech(extract_source(source["who"]), None) if source else None


def _read_signature(match: re.Match[str] | None) -> Speech | None:
    """Return the speech of a quotation beside a name, and nothing else."""
    if match is None:
        return None
    who = match["before"] or match["behind"] or match["bracketed"]
    name, _, office = who.removeprefix("Said ").partition(",")
    bare = strip_title(name)
    if find_names(bare) != (bare,) or (match["before"] and office):
        return None
    # A single word without a title may be a work, or a place.
    if bare == name and " " not in name:
        return None
    return Speech(bare, match.start("first") if match["first"] else None)


def _check_only_speaker(
    speech: Speech | None, text: str, masked: str, start: int
) -> Speech | None:
    """Return the speech, unless somebody else speaks in a later clause."""
    if speech is None or _names_other_speaker(speech.speaker, masked, start):
        return None
    other_side = _OTHER_SIDE.search(masked, start)
    if other_side is None:
        return speech
    end = other_side.end() + _MAX_CONTEXT_CHARACTERS
    other = detect_speech(text[other_side.end() : end])
    if other is None or is_third_person_pronoun(other.speaker):
        return speech
    names_same = other.speaker in speech.speaker or speech.speaker in other.speaker
    return speech if names_same else None


def _names_other_speaker(speaker: str, masked: str, start: int) -> bool:
    """Whether another name is followed by a verb of speech and words."""
    end = start + _MAX_CONTEXT_CHARACTERS
    for match in _SPEECH_VERB.finditer(masked, start, end):
        before = masked[max(0, match.start() - _MAX_CONTEXT_CHARACTERS) : match.start()]
        other = _ENDS_IN_OTHER_SPEAKER.search(before)
        is_followed = _WORD.search(masked, match.end()) is not None
        if other and is_followed and other["who"].strip() not in speaker:
            return True
    return False


def is_third_person_pronoun(speaker: str) -> bool:
    """Return whether a speaker is only "he", "she", "they", or "it"."""
    return speaker.lower() in _THIRD_PERSON_PRONOUNS


def _parse_speech_at(match: re.Match[str], masked: str) -> Speech | None:
    """Return the speech that a verb of speech reports, or None."""
    # A longer context would take quadratic time in a sentence full of verbs.
    before = masked[max(0, match.start() - _MAX_CONTEXT_CHARACTERS) : match.start()]
    left = before.rstrip()
    if _ENDS_IN_PASSIVE.search(before) or _reports_nothing(match, left):
        return None
    speaker_after_verb = _find_speaker_after_verb(match, masked, left)
    if speaker_after_verb:
        return Speech(speaker_after_verb, None)
    if _ENDS_IN_CONJUNCTION.search(left):
        subject = find_leading_subject(masked)
    else:
        subject = find_subject(left)
    if subject is None:
        return None
    if match["named"] and not _is_person(subject):
        return None
    if _is_content_before_verb(match, masked, left):
        # "Lind disagreed." says nothing more.
        is_alone = _WORD.findall(left) == _WORD.findall(subject)
        return None if is_alone and "¤" not in masked else Speech(subject, None)
    return Speech(subject, _find_content_start(match, masked))


def _reports_nothing(match: re.Match[str], left: str) -> bool:
    """Return whether the context shows that the verb reports no speech."""
    if any(pattern.search(left) for pattern in _NOT_BEFORE_SPEECH):
        return True
    if match["named"] and _ENDS_IN_OBJECT_OF_CLAUSE.search(left):
        return True
    # "called for calm", "called off the match"
    if match["named"] and _PARTICLE.match(match.string, match.end()):
        return True
    last_word = left.rpartition(" ")[2]
    return _NEGATED.search(f"{last_word} {match.group()}") is not None


def _find_speaker_after_verb(
    match: re.Match[str], masked: str, left: str
) -> str | None:
    """Return the speaker of `"...," said X`, or None."""
    is_strong = match["strong"] and match["strong"] not in _TELL_VERBS
    if not (match["inverted"] or match["that"] or is_strong):
        return None
    # An inverted verb follows the words that it reports.
    if not left.endswith(("¤", ",")):
        return None
    after = _AFTER_VERB.match(masked, match.end())
    if after is None:
        return None
    if not left.endswith(","):
        return resolve_apposition(after["head"], after["name"])
    if _is_reported_content(after["head"]) or _is_subject(left, after["head"]):
        return None
    if after["name"] and is_full_name(after["name"].strip()):
        return resolve_apposition(after["head"], after["name"])
    return extract_source(after["head"])


def _is_subject(left: str, head: str) -> bool:
    """Return whether "The director, Ann Lee," is the subject of "said"."""
    if find_names(head) == (strip_title(head.strip()),):
        return False
    subject = find_subject(left)
    if subject is None or not find_names(subject):
        return False
    main_clause = _RELATIVE_CLAUSE.sub("", left)
    has_verb = FINITE_VERB.search(main_clause) is not None
    return not (has_verb or any(map(_is_past_form, _WORD.findall(main_clause))))


def _is_person(subject: str) -> bool:
    return bool(find_names(subject)) or is_third_person_pronoun(subject)


def _is_content_before_verb(match: re.Match[str], masked: str, left: str) -> bool:
    """Return whether the words of the speaker come before the verb."""
    after = masked[match.end() : match.end() + _MAX_CONTEXT_CHARACTERS]
    if "¤" in left and not after.lstrip().startswith("that "):
        return True
    rest = after.replace("reporters", "").replace("journalists", "")
    return _WORD.search(rest) is None


def _is_reported_content(text: str) -> bool:
    """Return whether words after "said" are the content, not the speaker."""
    clause = _CLAUSE_MARKER.search(text)
    if clause and clause["verb"]:
        return True
    head = text[: clause.start()] if clause else text
    return any(_is_past_form(word) for word in head.split())


def _is_past_form(word: str) -> bool:
    return word in BASE_FORMS or (word.islower() and word.endswith("ed"))


def _find_content_start(match: re.Match[str], masked: str) -> int:
    """Return the content's start: after the verb, or at a nearby "that"."""
    if not match["named"] and match["strong"] not in _TELL_VERBS:
        return match.end()
    end = match.end() + _MAX_CHARACTERS_TO_THAT
    that = _THAT.search(masked, match.end(), end)
    return that.start() if that else match.end()


def _build_speech(speaker: str | None, content_start: int | None) -> Speech | None:
    return Speech(speaker, content_start) if speaker else None
