"""A sentence in the parts that can be checked one by one, each a list of ranges of the sentence.

Only cuts that the form makes safe: "that A and that B", "A whereas B", "A, a position X said B".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from claimcheck.english.lexicon import BASE_FORMS
from claimcheck.english.names import find_names, strip_title
from claimcheck.text.sentences import Sentence

_ADVERBS = r"(?:also|then|later|earlier|now|still|repeatedly|previously|once|often|recently|since|never|not|reportedly|publicly)"
_SPEECH_VERBS = r"said|says|say|told|tells|claimed|claims|argued|argues|insisted|insists|maintains|tweeted|testified|acknowledged|conceded"
_VERBS_BEFORE_THAT = (
    r"added|adds|noted|notes|stated|states|wrote|writes|reported|reports|predicted|predicts|suggested|suggests|explained"
    r"|explains|confirmed|confirms|admitted|admits|declared|declares|believes|believed|thinks|alleged|alleges|asserted"
    r"|recalled|concluded|concludes|pointed out|estimated|estimates|cautioned|complained|agreed|warned|warns|announced"
    r"|promised|pledged|vowed|found|hopes|hoped|replied|asked|continued|joked|recounted|remarked|responded"
)
_STORY_OBJECT = r"(?:an?|the|his|her|its|their)\s+(?:\w+\s+)?(?:tales?|story|stories|history)\b"  # a book tells one; nobody speaks
_VERBS_WITH_NAMED_SUBJECT = r"cited|cites|called|calls|accused|accuses|denied|denies|warned|warns|announced|promised|urged|urges|described|describes|dismissed|criticized|criticised|praised|condemned"
# a sentence without one of these tells of nobody's words: most are so
_SPEECH_MARKER_WORDS = frozenset(
    verb.split()[0]
    for verb in f"{_SPEECH_VERBS}|{_VERBS_BEFORE_THAT}|{_VERBS_WITH_NAMED_SUBJECT}".split(
        "|"
    )
) | frozenset(("quoted", "quotes", "according", "According"))
_WORD = re.compile(r"\w+")
_SPEECH_VERB = re.compile(
    rf"\b(?:(?:has|have|had)\s+)?(?:{_ADVERBS}\s+)*"
    rf"(?:(?P<strong>{_SPEECH_VERBS})\b(?!\s+to\s+(?:be|have)\b|\s+{_STORY_OBJECT})"
    rf"|(?P<that>{_VERBS_BEFORE_THAT})\b(?=\s*(?:,|:|that\b|how\b|whether\b|[\"“”¤])|\s*\.?$)"
    rf"|(?<=¤ )(?P<inverted>{_VERBS_BEFORE_THAT})\b"
    rf"|(?P<named>{_VERBS_WITH_NAMED_SUBJECT})\b)"
)
_WAS_QUOTED_AS_SAYING = re.compile(
    rf"\b(?:was|were|is|has been|had been)\s+(?:{_ADVERBS}\s+)*(?:quoted|cited|reported)\b[^¤]*?\bas\s+(?:saying|telling)\b"
)
_QUOTED_AS_SAYING = re.compile(
    r"\b(?:quoted|cited|quotes|cites)\s+(?P<who>[^,¤]{2,80}?)\s+as\s+(?:saying|telling)\b"
)
_ACCORDING_TO = re.compile(r"\b[Aa]ccording to\s+(?P<who>[^,.;¤]{2,90})")
_ENDS_IN_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|it)\s+(?:\w+ly\s+)?$"
)
_CLAUSE_START = re.compile(
    r"[,;:¤—–]\s*|\s(?:but|and|whereas|while|because|after|when|as|that|which|who)\s|^(?:but|and|as|while|when|after)\s",
    re.I,
)
_ENDS_IN_COMPARISON = re.compile(
    r"\b(?:than|as\s+\w+\s+as)\s+(?:[\w.’'-]+\s+){0,3}[\w.’'-]+$", re.I
)  # "as long as Mao said it was"
QUOTATION_MARK = re.compile(r"[\"“”]")
FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us)\b")
_PRONOUN = re.compile(r"^(?:he|she|they|it)$", re.I)
_ENDS_IN_PRONOUN = re.compile(r"(?<![\w'’])(?:he|she|they|it)$", re.I)
_TELL_VERBS = ("told", "tells")  # somebody: never turned around
# "an endeavor that calls for", "texted to say"
_ENDS_IN_NON_SPEECH = re.compile(r"\b(?:that|which|(?<!on )to)$")
_QUOTED_TEXT = re.compile(r"[\"“][^\"”]*[\"”]?")
_THAT = re.compile(r"\bthat\b")
_TITLE = r"(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Lt|Col|St)\.\s|\b[A-Z]\.\s?"
_AFTER_VERB = re.compile(
    rf"\s+((?:{_TITLE}|[^,.;¤])+)(?:,\s+(?P<name>(?:{_TITLE}|[^,.;¤])+))?"
)
# "said the port" names who says it, "said the port would close" what is said
_CLAUSE_MARKER = re.compile(
    r"\b(?:(?:who|which|that|whose)|(?P<verb>is|are|was|were|has|have|had|does|did|do|will|would|can|could|may|might|must|should))\b"
)
_OPENING_NAME = re.compile(r"((?:[A-Z][\w'’-]+\s){1,3}[A-Z][\w'’-]+),\s")
_ENDS_IN_CONJUNCTION = re.compile(r"(?:\s|^)(?:and|but|or)$", re.I)
_ENDS_IN_PREPOSITION = re.compile(r"\b(?:of|for|at)\s+(?:the\s+)?$")
_FINITE_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|did|does|do|will|would|can|could|may|might|\w{2,}ed|\w{3,}s(?=\s(?:the|a|an|that|to)\s))\b"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """The speaker as the sentence names them, and where in it what they say begins (None: before the verb)."""

    speaker: str
    content_start: int | None


@lru_cache(maxsize=4_096)  # who "he" is takes a look at the sentences before, each time
def detect_speech(text: str) -> Speech | None:
    """Return who says this sentence, or None; pronouns are not resolved."""
    if _SPEECH_MARKER_WORDS.isdisjoint(_WORD.findall(text)):
        return None
    outside = _QUOTED_TEXT.sub(lambda match: "¤" * len(match.group()), text)
    if match := _WAS_QUOTED_AS_SAYING.search(outside):
        return _build_speech(_find_subject(outside[: match.start()]), match.end())
    if match := _QUOTED_AS_SAYING.search(outside):
        return _build_speech(_extract_speaker(match["who"]), match.end())
    for match in _SPEECH_VERB.finditer(outside):
        if speech := _parse_speech_at(match, outside):
            return speech
    if match := _ACCORDING_TO.search(outside):
        return _build_speech(
            _extract_speaker(match["who"]), match.end() if match.start() < 3 else None
        )
    return None


def resolve_speeches(sentences: Sequence[Sentence]) -> list[Speech | None]:
    """Return each sentence's speech; resolve pronouns and continued quotations."""
    full: dict[str, str] | None = None
    found: list[Speech | None] = []
    for place, sentence in enumerate(sentences):
        speech = detect_speech(sentence.text)
        before = (
            sentences[place - 1]
            if place and sentences[place - 1].block == sentence.block
            else None
        )
        previous = found[-1] if found else None
        if speech and _PRONOUN.match(speech.speaker):
            who = find_antecedent(
                sentences, place, previous.speaker if previous else None
            )
            speech = Speech(who, speech.content_start) if who else None
        elif (
            speech is None
            and before
            and previous
            and _continues_quotation(before.text, sentence.text)
        ):
            speech = Speech(previous.speaker, 0)
        if speech:
            full = map_full_names(sentences) if full is None else full
            speech = Speech(
                full.get(speech.speaker, speech.speaker), speech.content_start
            )
        found.append(speech)
    return found


def find_antecedent(
    sentences: Sequence[Sentence], place: int, speaker: str | None
) -> str | None:
    """Return whom a leading "He" or "She" refers to, or None if uncertain.

    That is its speaker, if it opens with them, or its only name. Otherwise it is not certain.
    """
    if not place or sentences[place].block - sentences[place - 1].block > 1:
        return None
    before = sentences[place - 1].text
    people = [name for name in find_names(before) if name in before]
    if speaker and people and (people[0] in speaker or speaker in people[0]):
        return speaker
    return (
        people[0]
        if len(people) == 1 and before.find(people[0]) < 40 and " " in people[0]
        else None
    )


def _parse_speech_at(match: re.Match[str], outside: str) -> Speech | None:
    left = outside[: match.start()].rstrip()
    if _ENDS_IN_PASSIVE.search(outside[: match.start()]) or _ENDS_IN_COMPARISON.search(
        left
    ):
        return None
    if _ENDS_IN_NON_SPEECH.search(left):
        return None
    inverted = (
        match["inverted"]
        or match["that"]
        or (match["strong"] and match["strong"] not in _TELL_VERBS)
    )
    if inverted and re.search(r"[¤,]$", left):  # "...," said X
        after = _AFTER_VERB.match(outside, match.end())
        tells = after and left.endswith(",") and _is_reported_content(after.group(1))
        named = (
            _resolve_apposition(after.group(1), after["name"])
            if after and not tells
            else None
        )
        if named:
            return _build_speech(named, None)
    subject = (
        _find_leading_subject(outside)
        if _ENDS_IN_CONJUNCTION.search(left)
        else _find_subject(left)
    )
    opening = _OPENING_NAME.match(outside)
    if (
        opening
        and match["strong"]
        and not (subject and (find_names(subject) or _PRONOUN.match(subject)))
    ):
        subject = strip_title(
            opening.group(1)
        )  # "Jane Roe, who made "X" the anthem of the city, said"
    if subject is None or (
        match["named"] and not (find_names(subject) or _PRONOUN.match(subject))
    ):
        return None
    quote_before = "¤" in left and not _THAT.match(outside[match.end() :].lstrip())
    ends = not re.search(
        r"\w",
        outside[match.end() :].replace("reporters", "").replace("journalists", ""),
    )
    return _build_speech(
        subject, None if quote_before or ends else _find_content_start(match, outside)
    )


def _is_reported_content(text: str) -> bool:
    """Return whether words after "said" are the content, not the speaker."""
    clause = _CLAUSE_MARKER.search(text)
    if clause and clause["verb"]:
        return True
    head = text[: clause.start()] if clause else text
    return any(
        word in BASE_FORMS or (word.islower() and word.endswith("ed"))
        for word in head.split()
    )


def _find_content_start(match: re.Match[str], outside: str) -> int:
    """Return where the content begins: after the verb, or after a near "that"."""
    that = _THAT.search(outside, match.end(), match.end() + 60)
    return (
        that.start()
        if that and (match["named"] or match["strong"] in _TELL_VERBS)
        else match.end()
    )


def _build_speech(speaker: str | None, content: int | None) -> Speech | None:
    return Speech(speaker, content) if speaker else None


def _find_subject(left: str) -> str | None:
    """Return the noun phrase that ends `left`, also before an apposition."""
    left = left.rstrip()
    if left.endswith(","):
        head, _, apposition = left[:-1].rpartition(",")
        if not head or "¤" in apposition or len(apposition) > 100:
            return None
        starts = [match.end() for match in _CLAUSE_START.finditer(head)]
        return _resolve_apposition(head[starts[-1] :] if starts else head, apposition)
    starts = [match.end() for match in _CLAUSE_START.finditer(left)]
    return _extract_speaker(left[starts[-1] :] if starts else left)


def _resolve_apposition(head: str, apposition: str | None) -> str | None:
    """Return the name of a person given as "Jane Roe, the director" or reversed."""
    apposition = (apposition or "").strip()
    names = find_names(apposition)
    is_name = (
        len(names) == 1
        and " " in names[0]
        and apposition.endswith(names[0])
        and len(apposition) < 40
    )
    if is_name and not re.search(r"[A-Z][\w.'’-]*$", head.strip()):
        return strip_title(names[0])
    return _extract_speaker(head)


def _find_leading_subject(outside: str) -> str | None:
    """Return the subject that opens the sentence, for "and said" or "but said"."""
    verb = _FINITE_VERB.search(outside)
    opening = outside[: verb.start()] if verb else ""
    return _find_subject(opening) if opening.strip() else None


def _extract_speaker(text: str) -> str | None:
    """Return the speaker in a noun phrase: the final name, or a short phrase."""
    phrase = re.split(
        r"\s+(?:in|on|at|by|during|after|before|last|this|when|while|to|for|who|from|published|released|issued|conducted)\b\s*|\s+(?:has|have|had)$",
        text.strip(),
        maxsplit=1,
    )[0].strip(" \"“”'")
    if not phrase:
        return None
    if re.match(
        r"(?:\w+ly\s+)?(?:i|we|you|this|that|there|who|which|what|nobody|no one|none)\b",
        phrase,
        re.I,
    ):
        return None
    if pronoun := _ENDS_IN_PRONOUN.search(phrase):
        return pronoun.group()
    names = [name for name in find_names(phrase) if phrase.endswith(name)]
    if names and not _ENDS_IN_PREPOSITION.search(phrase.removesuffix(names[-1])):
        return strip_title(names[-1])
    has_name = bool(find_names(phrase)) or bool(
        re.match(
            r"(?:the|a|an|some|many|most|its|his|her|their|two|three)\s", phrase, re.I
        )
    )
    if not has_name and not re.match(r"[a-z]+s$", phrase):
        return None
    return phrase if len(phrase.split()) <= 9 else None


def _continues_quotation(before: str, text: str) -> bool:
    """Return whether `text` continues the quotation of the previous sentence."""
    open_before = before.count('"') % 2 == 1 or before.count("“") > before.count("”")
    quoted = (
        text[:1] in '"“'
        and text.rstrip(".")[-1:] in '"”'
        and len(_QUOTED_TEXT.findall(text)) == 1
    )
    return open_before or (quoted and bool(_QUOTED_TEXT.search(before)))


def map_full_names(sentences: Sequence[Sentence]) -> dict[str, str]:
    """Map each last name to the full name if the document has only one."""
    endings: dict[str, set[str]] = {}
    for sentence in sentences:
        for name in find_names(sentence.text):
            words = name.split()
            if 2 <= len(words) <= 4 and words[-1].isalpha():
                endings.setdefault(words[-1], set()).add(name)
    return {last: names.pop() for last, names in endings.items() if len(names) == 1}


_AND_THAT = re.compile(r",?\s+and\s+(?=that\s)")
_CONTRAST = re.compile(
    r",?\s+whereas\s+|,\s+while\s+(?=(?:the\s+)?[A-Z])|;\s+(?=(?:the\s+)?[A-Z]\w+\s+[a-z])"
)
_APPOSITIVE_NOUN = r"an?\s+(?:[a-z]+\s+)?(?:position|claim|view|charge|allegation|accusation|statement|assertion|figure|demand)\s+"
_APPOSITION = re.compile(rf",\s+(?={_APPOSITIVE_NOUN}(?!that\b|of\b|to\b))")
_MIN_CLAUSE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """Ranges of a sentence that together say one thing; `is_contrast` when another clause says the opposite side."""

    ranges: tuple[tuple[int, int], ...]
    speech: Speech | None
    is_contrast: bool = False
    referent: tuple[int, int] | None = None


def split_clauses(text: str, speech: Speech | None) -> tuple[Clause, ...]:
    """Split a sentence into clauses; return one clause if no split is safe."""
    if match := _find_cut(_CONTRAST, text):
        right = text[match.end() :]
        return (
            Clause(
                ((0, match.start()),),
                detect_speech(text[: match.start()]),
                is_contrast=True,
            ),
            Clause(((match.end(), len(text)),), detect_speech(right), is_contrast=True),
        )
    if match := _find_cut(_APPOSITION, text):
        start = (
            speech.content_start
            if speech and speech.content_start and speech.content_start < match.start()
            else 0
        )
        return (
            Clause(((0, match.start()),), speech),
            Clause(
                ((match.end(), len(text)),),
                detect_speech(
                    re.sub(_APPOSITIVE_NOUN, "", text[match.end() :], count=1)
                ),
                referent=(start, match.start()),
            ),
        )
    match = _find_cut(_AND_THAT, text)
    if (
        match
        and speech
        and speech.content_start is not None
        and 0 < speech.content_start < match.start()
    ):
        head = text[: speech.content_start].rstrip()
        return (
            Clause(((0, match.start()),), speech),
            Clause(((0, len(head)), (match.end(), len(text))), speech),
        )
    return (Clause(((0, len(text)),), speech),)


def _find_cut(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first match outside quotes with enough words on both sides."""
    for match in pattern.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        quoted = left.count('"') % 2 or left.count("“") > left.count("”")
        if (
            not quoted
            and min(len(left.split()), len(right.split())) >= _MIN_CLAUSE_WORDS
        ):
            return match
    return None
