"""Find speakers: the labels of transcripts, captions, and replies to messages.

Only reliable forms count: a name with a colon is a speaker if the document has the form
of a conversation, because a heading may look the same. A wrong speaker is worse than
none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claimcheck.resources import read_words
from claimcheck.text.common_words import get_genders, may_be_name
from claimcheck.text.mapping import drop_overlaps
from claimcheck.text.messages import find_reply_labels
from claimcheck.text.noise import is_captions

_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?"
_CAPITALIZED = r"[^\W\d_a-z][\w.’'-]*"
_TITLES = "|".join(read_words("speaker_titles"))
# A label is at the start of a line, after the number of the line and its time, or after
# the marks of a caption or of bold type.
_DAY = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[ \t]+)?"
_TIME_BEFORE = (
    rf"(?:[\[(]?{_DAY}{_TIME}(?:[ \u202f][AaPp][Mm])?(?:[ ]?(?:-|–|-->)[ ]?{_TIME})?"
    r"[\])]?[ \t]+(?:[-–—|][ \t]+)?)?"
)
_LINE_NUMBER = r"(?:\d{1,2}[ \t]{1,30})?"
_LINE_START = rf"^[ \t]*{_LINE_NUMBER}{_TIME_BEFORE}(?:>>[ \t]*)?\*{{0,2}}"
_COLON_LABEL = re.compile(
    rf"""
    {_LINE_START}
    (?P<name>[^\W\d_a-z][^:\n<>"“”!?;*=|]{{0,60}}?)
    (?:[ ][\[(]{_TIME}[\])])?
    (?:\*\*:|:\*\*|:)(?=[ \t]+\S|[ \t]*$)
    """,
    re.M | re.X,
)
# "Mr. SANTOS. Madam Speaker, I rise": the form of parliamentary records.
_RECORD_LABEL = re.compile(
    rf"""
    ^[ \t]*
    (?P<name>
        (?:{_TITLES}|MR|MRS|MS|DR)\.?[ ]
            (?:[A-Z]\.[ ])?[A-Z][a-z]?[A-Z'’-]+(?:[ ][A-Z][A-Z'’-]+)?
            (?:[ ]of[ ][A-Z]\w+(?:[ ][A-Z]\w+)?)?
        | The[ ][A-Z]{{3,}}(?:[ ][A-Z]{{3,}}){{0,3}}(?:[ ]pro[ ]tempore)?
    )
    (?:[ ]\([^()\n]{{1,60}}\))?
    (?:\.(?=\s+[A-Z\"“(\[]) | [ ][-–—](?=[ ]+[A-Z\"“]))
    """,
    re.M | re.X,
)
# "Senator Warren. Thank you": only the title distinguishes it from a sentence's end.
# "Mme la ministre. Merci" is in the records of France, and "LIND. Who?" in plays.
_HEARING_LABEL = re.compile(
    rf"""
    ^[ \t]*
    (?P<name>
        (?:{_TITLES}|M|Mme)\.?[ ]
        (?:[A-Z][a-z]\w*(?:[ -][A-Z]\w+){{0,2}}|l[ae][ ][\w'’ ]{{3,60}})
        |[A-Z]{{3,20}}(?:[ ][A-Z]{{2,20}})?
    )
    \.(?=\s+[A-Z\"“(\[])
    """,
    re.M | re.X,
)
_QUESTION_LABEL = re.compile(
    rf"^[ \t]*{_LINE_NUMBER}\*{{0,2}}"
    r"(?P<name>Q|A|Question|Answer|QUESTION|ANSWER)(?:[.:]\*{0,2}|(?=[ \t]{2}))"
    r"(?=[ \t]+\S)",
    re.M,
)
_SPEAKER_NAME = rf"(?P<name>{_CAPITALIZED}(?:[ ](?:{_CAPITALIZED}|\d{{1,2}})){{0,4}})"
# "Anna Brandt  0:03": the form of meeting software, above each contribution.
_TIMED_LABELS = (
    re.compile(
        rf"^[ \t]*[\[(]?{_SPEAKER_NAME}[\])]?[ \t]{{0,9}}[|·•,:–—-]?[ \t]{{1,9}}"
        rf"[\[(]?{_TIME}"
        rf"(?:[ \t]?[AaPp][Mm])?[\])]?:?[ \t]*$",
        re.M,
    ),
    re.compile(rf"^[ \t]*[\[(]?{_TIME}[\])]?[ \t]+{_SPEAKER_NAME}:?[ \t]*$", re.M),
    # "10:04:12 From Anna Brandt to Everyone:", in the chat of a meeting
    re.compile(
        rf"^[ \t]*{_TIME}[ \t]+From[ \t]+{_SPEAKER_NAME}[ \t]+to[ \t]+[^:\n]{{1,40}}:",
        re.M,
    ),
)
# Forms of records that are hardly ever in other texts: "Ann Lee -- Chief Executive
# Officer" on a line of its own, and "Ann Lee (PPE). – Madam President, ..."
_RARE_LABEL = re.compile(
    rf"""
    ^[ \t]*(?:
        (?P<role>Operator)[ \t]*$
        |{_SPEAKER_NAME}(?:
            [ ]--[ ][^\n]{{2,80}}$
            |(?:[ ]\([^()\n]{{1,60}}\))?(?:,[ ][^.\n]{{3,60}})?\.[ ][–—-](?=[ ])
        )
    )
    """,
    re.M | re.X,
)
_MIN_RARE_LABELS = 3
_LOWERCASE_LABEL = re.compile(r"^[ \t]*(?P<name>[a-z]{2,20}):(?=[ \t]+\S)", re.M)
_BRACKETED_LABEL = re.compile(
    rf"^(?:-[ ])?[\[(](?P<name>{_CAPITALIZED}(?:[ ]{_CAPITALIZED}){{0,3}})[\])]:?"
    r"(?=[ \t]*\S)",
    re.M,
)
# WebVTT voices; an empty one is a change to an unknown speaker.
_VOICE = re.compile(r"<v(?:\.[\w.-]{1,60})?(?:[ \t]+(?P<name>[^<>\n]{1,120}))?>")

_QUESTIONS, _ANSWERS = frozenset(("q", "question")), frozenset(("a", "answer"))
_LETTERED_ITEM = re.compile(r"^[ \t]*B[.:][ \t]", re.M)
_NOT_SPEAKERS = frozenset(read_words("not_speakers"))
_ROLES = frozenset(read_words("speaker_roles"))
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")  # "(via Zoom)"
_MAX_NAME_WORDS = 6
_NAME_PARTICLES = frozenset(
    "and de del der di du for la le of on pro tempore the to van von".split()
)
_TITLE_WORDS = frozenset(title.lower() for title in read_words("speaker_titles"))
# Shares and counts below were chosen by hand.
_MIN_PROSE_SHARE = 0.7  # of the labeled lines; forms and lists of values have fewer
_MIN_PROSE_WORDS = 8
_MAX_INDENT = 40  # characters before the text of a line, with its number
_TWO_LINES = re.compile(
    r"\s{0,40}(?P<line>\S[^\n]{0,400})\n?[0-9 \t]{0,40}(?P<next>[^\n]?)"
)
# With a smaller share of labeled paragraphs, a text is only partly a conversation.
_MIN_LABELED_SHARE = 0.25
_SPOKEN = re.compile(r"\b(?:I|[Ww]e|[Yy]ou|[Mm]y|[Oo]ur|[Yy]our)\b")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")


@dataclass(frozen=True, slots=True, order=True)
class SpeakerLabel:
    """The characters [start, end) that name the speaker of what follows.

    `speaker` is None if unknown.
    """

    start: int
    end: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Speakers:
    """The labels of a text in order, and the offsets where speakers start."""

    labels: tuple[SpeakerLabel, ...]
    turns: tuple[tuple[int, str | None], ...]

    def find(self, offset: int) -> str | None:
        """Return the speaker at an offset, if certain."""
        index = bisect_right(self.turns, offset, key=lambda turn: turn[0])
        return self.turns[index - 1][1] if index else None

    def starts_turn(self, start: int, end: int) -> bool:
        """Whether another speaker, or a label, begins in [start, end)."""
        index = bisect_right(self.turns, start - 1, key=lambda turn: turn[0])
        return index < len(self.turns) and self.turns[index][0] < end


def find_speakers(text: str) -> Speakers:
    """Find the labels in a text, and the turns that they start."""
    labels, turns = find_reply_labels(text)
    found = [SpeakerLabel(label.start, label.end, label.speaker) for label in labels]
    if not found:
        found = _find_voices(text) or _find_conversation(text)
        turns = list(_list_turns(text, found))
    return Speakers(tuple(found), tuple(turns))


def _find_voices(text: str) -> list[SpeakerLabel]:
    if "<v" not in text:
        return []
    labels: list[SpeakerLabel] = []
    for match in _VOICE.finditer(text):
        name = " ".join((match["name"] or "").split())
        labels.append(SpeakerLabel(match.start(), match.end(), name or None))
    return labels


def _find_conversation(text: str) -> list[SpeakerLabel]:
    """Return the labels of a transcript; none if the text may not be one."""
    timed = [match for form in _TIMED_LABELS for match in form.finditer(text)]
    timed = [match for match in timed if _is_name(match["name"])]
    if len(timed) > 1:
        return sorted(map(_make_label, timed))
    rare = list(_RARE_LABEL.finditer(text))
    if len(rare) >= _MIN_RARE_LABELS:
        return list(map(_make_label, rare))
    named = _find_named(text)
    found = [
        *_find_questions(text, named),
        *_RECORD_LABEL.finditer(text),
        *_keep_recurring(filter(_is_hearing_label, _HEARING_LABEL.finditer(text))),
        *(_find_bracketed(text) if is_captions(text) else ()),
        *named,
    ]
    if not found:
        found = _keep_recurring(filter(_is_first_name, _LOWERCASE_LABEL.finditer(text)))
    labels = sorted(map(_make_label, found))
    return drop_overlaps(labels, lambda label: (label.start, label.end))


def _is_hearing_label(match: re.Match[str]) -> bool:
    name = match["name"]
    return not name.isupper() or _names_person(name)


def _is_first_name(match: re.Match[str]) -> bool:
    return match["name"] in _ROLES or bool(get_genders(match["name"]))


def _find_bracketed(text: str) -> list[re.Match[str]]:
    """Return the labels "[Ann Lee]" of captions, but not "[Applause]"."""
    labels: list[re.Match[str]] = []
    for match in _BRACKETED_LABEL.finditer(text):
        name = match["name"]
        # "(FAA) said" is the rest of a sentence.
        is_acronym = (
            "(" in match[0] and " " not in name and not get_genders(name.lower())
        )
        if _names_person(name) and not is_acronym:
            labels.append(match)
    return labels


def _names_person(name: str) -> bool:
    words = name.lower().split()
    return all(may_be_name(word) or get_genders(word) for word in words)


def _names_person_fully(name: str) -> bool:
    words = _normalize(name)
    return " " in words and _names_person(words)


def _find_questions(text: str, named: list[re.Match[str]]) -> list[re.Match[str]]:
    """Find the labels "Q." and "A.", unless they belong to a lettered list.

    In a press conference, `named` people answer.
    """
    found = list(_QUESTION_LABEL.finditer(text))
    names = [match["name"].lower() for match in found]
    is_answered = named or not _ANSWERS.isdisjoint(names)
    is_interview = not _QUESTIONS.isdisjoint(names) and is_answered
    if not is_interview or names[0] in _ANSWERS or _LETTERED_ITEM.search(text):
        return []
    return found


def _keep_recurring(matches: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """Return the matches if there are two names and at least one recurs."""
    found = list(matches)
    counts = Counter(_drop_title(match["name"]) for match in found)
    is_dialogue = len(counts) > 1 and max(counts.values()) > 1
    return found if is_dialogue else []


def _find_named(text: str) -> list[re.Match[str]]:
    """Return the labels "NAME:" and "Name:" of a conversation."""
    found = [match for match in _COLON_LABEL.finditer(text) if _is_label(match, text)]
    capitals = {match for match in found if match["name"].isupper()}
    if is_captions(text):
        people = [match for match in found if _names_person_fully(match["name"])]
        # The lines of captions are too short to tell prose from values.
        return list(_accept_labels(found, capitals, text).union(people))
    is_talk = any(_is_certain(match["name"]) for match in found)
    capitals = {match for match in capitals if _names_person(_normalize(match["name"]))}
    accepted = _accept_labels(found, capitals if is_talk else set(), text)
    prose = [match for match in accepted if _introduces_prose(match, text)]
    is_prose = len(prose) >= _MIN_PROSE_SHARE * len(accepted)
    return list(accepted) if is_prose else []


def _accept_labels(
    found: list[re.Match[str]], known: set[re.Match[str]], text: str
) -> set[re.Match[str]]:
    """Return the labels that are certain, also because of the `known` ones."""
    certain = [match for match in found if match in known or _is_certain(match["name"])]
    full_names = [match for match in found if _is_full_name(match["name"])]
    accepted = set(_keep_recurring([*certain, *full_names]))
    names = {_normalize(match["name"]) for match in certain}
    if len(names) > 1 or (names and _QUESTION_LABEL.search(text)):
        accepted.update(certain)
        accepted.update(
            match for match in full_names if _names_person_fully(match["name"])
        )
    if dialogue := _find_dialogue(found, text):
        roles = [match for match in certain if _normalize(match["name"]) in _ROLES]
        accepted.update(dialogue, roles)
    accepted.update(_find_short_names(found, accepted) or _find_answers(found, text))
    return accepted


def _find_dialogue(found: list[re.Match[str]], text: str) -> list[re.Match[str]]:
    """Return the labels, of any words, of speakers who talk to each other.

    A dictionary cannot tell: Strand, Hart, and Courier are names, too. Lists have
    recurring labels as well, but nobody asks, or is named in capitals, in them.
    """
    counts = Counter(_drop_title(match["name"]) for match in found)
    turns = [
        match
        for match in found
        if len(_shorten(match["name"])) > 1 or _normalize(match["name"]) in _ROLES
        if counts[_drop_title(match["name"])] > 1
        or _follows_question(text, match.start())
    ]
    turns = _keep_recurring(turns)
    for match in turns:
        name, line = match["name"], _get_line(match, text)
        if "?" in line or _is_certain(name):
            return turns
        if name.isupper() and (_names_person(_normalize(name)) or _SPOKEN.search(line)):
            return turns
    return []


def _find_short_names(
    found: list[re.Match[str]], accepted: set[re.Match[str]]
) -> list[re.Match[str]]:
    """Return one-word labels: last names of accepted labels, or a dialogue.

    A single word may be a heading, unless two words alternate, as in a dialogue.
    """
    last_names = {_normalize(match["name"]).split()[-1] for match in accepted}
    short = [match for match in found if " " not in _normalize(match["name"])]
    names = [match for match in short if _names_person(_normalize(match["name"]))]
    counts = Counter(_normalize(match["name"]) for match in names)
    recurring = [name for name, count in counts.items() if count > 1]
    if len(recurring) > 1 or (recurring and accepted):
        return names
    return [match for match in short if _normalize(match["name"]) in last_names]


def _find_answers(found: list[re.Match[str]], text: str) -> list[re.Match[str]]:
    """Return the labels of an interview in which only the answers have one."""
    answers = [match for match in found if _follows_question(text, match.start())]
    names = {_normalize(match["name"]) for match in answers}
    name = names.pop() if len(answers) > 1 and len(names) == 1 else ""
    is_person = name and (_is_full_name(name.title()) or _names_person(name))
    return [match for match in found if is_person and _normalize(match["name"]) == name]


def _follows_question(text: str, offset: int) -> bool:
    before = text[max(0, offset - _MAX_INDENT) : offset]
    return before.rstrip('\r\n\t *_>"”’)').endswith("?")


def _is_full_name(name: str) -> bool:
    """Whether a label has several words, not all of them common."""
    words = [word.strip(".") for word in _normalize(name).split()]
    if words[0] in _TITLE_WORDS or words[:1] == ["the"]:
        return len(words) > 1
    return len(words) > 1 and any(map(may_be_name, words))


def _is_label(match: re.Match[str], text: str) -> bool:
    name = match["name"]
    if name.startswith("By ") or not _is_name(name):
        return False
    # A headline in capitals has a colon in its middle.
    line = _get_line(match, text)
    return not (line.isupper() and len(line.split()) > 1)


def _get_line(match: re.Match[str], text: str) -> str:
    """Return the rest of the line of a label."""
    line_end = text.find("\n", match.end())
    return text[match.end() : line_end if line_end > 0 else len(text)]


def _is_name(name: str) -> bool:
    """Whether a label has the form of a name or an office."""
    words = _shorten(name).split()
    if not 0 < len(words) <= _MAX_NAME_WORDS or _normalize(name) in _NOT_SPEAKERS:
        return False
    return all(
        word[:1].isupper() or word.lstrip("#").isdigit() or word in _NAME_PARTICLES
        for word in words
    )


def _is_certain(name: str) -> bool:
    """Whether a label is almost certainly a speaker's."""
    short = _shorten(name)
    words = short.split()
    if _normalize(name) in _ROLES:
        return True
    if _ASIDE.search(name) and _is_full_name(name):
        return True  # "Hugh Lane (Ayr)"
    if not short.replace("Mc", "MC").isupper():
        return False
    return len(words) > 1 or words[0].rstrip(".").lower() in _TITLE_WORDS


def _introduces_prose(match: re.Match[str], text: str) -> bool:
    """Whether a sentence, rather than a value, follows a label."""
    following = _TWO_LINES.match(text, match.end())
    if following is None:
        return False
    if following["next"][:1].islower():
        return True  # the sentence continues
    words = following["line"].split()
    return len(words) >= _MIN_PROSE_WORDS or words[-1][-1] in ".?!…-—"


def _make_label(match: re.Match[str]) -> SpeakerLabel:
    name = match.groupdict().get("role") or match["name"]
    return SpeakerLabel(match.start(), match.end(), _shorten(name.removeprefix("BY ")))


def _shorten(name: str) -> str:
    """Return a name without remarks: "ANN LEE, HOST" -> "ANN LEE"."""
    without_asides = _ASIDE.sub("", name)
    return " ".join(without_asides.split(",")[0].split())


def _normalize(name: str) -> str:
    return _shorten(name).rstrip(".").lower()


def _drop_title(name: str) -> str:
    """Return a name without its title: "Mr Hugh Lane" is "hugh lane"."""
    title, _, rest = _normalize(name).partition(" ")
    return rest if rest and title.rstrip(".") in _TITLE_WORDS else f"{title} {rest}"


def _list_turns(
    text: str, labels: list[SpeakerLabel]
) -> Iterator[tuple[int, str | None]]:
    """Yield the offsets at which the speaker changes."""
    is_conversation = _is_dense(text, labels)
    others = _find_other_labels(text) if labels else []
    has_only_answers = len({label.speaker for label in labels}) == 1
    for index, label in enumerate(labels):
        yield label.start, label.speaker
        is_last = index + 1 == len(labels)
        limit = len(text) if is_last else labels[index + 1].start
        end = limit
        if has_only_answers and not is_last and _follows_question(text, end):
            end = _find_question(text, label.end, end)
        # Notes that nobody says may follow a conversation.
        if is_last or not is_conversation:
            end = _find_turn_end(text, label.end, end)
        other = bisect_right(others, label.start)
        end = min([end, *others[other : other + 1]])
        if end < limit:
            yield end, None


def _find_question(text: str, start: int, end: int) -> int:
    """Return the start of the last paragraph, which nobody says."""
    paragraphs = [match.end() for match in _BLANK_LINE.finditer(text, start, end)]
    return next((other for other in reversed(paragraphs) if other < end), end)


def _find_other_labels(text: str) -> list[int]:
    """Return the starts of lines that look like labels of other speakers."""
    found = [match for match in _COLON_LABEL.finditer(text) if _is_label(match, text)]
    return [match.start() for match in found]


def _is_dense(text: str, labels: list[SpeakerLabel]) -> bool:
    if is_captions(text):
        return True  # in captions, a speaker continues until the next label
    if not labels:
        return False
    middle = text[labels[0].start : labels[-1].end]
    paragraphs = len(_BLANK_LINE.findall(middle)) + 1
    return len(labels) >= _MIN_LABELED_SHARE * paragraphs


def _find_turn_end(text: str, position: int, end: int) -> int:
    """Return the end of the paragraph that follows a label, before `end`."""
    if is_captions(text):
        return end
    while position < end and text[position].isspace():
        position += 1
    paragraph = _BLANK_LINE.search(text, position, end)
    return paragraph.end() if paragraph else end
