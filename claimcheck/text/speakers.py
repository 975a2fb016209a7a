"""Find speakers: the labels of transcripts, captions, and replies to messages.

Only reliable forms count: a name with a colon is a speaker if the document has the form
of a conversation, because a heading may look the same. A wrong speaker is worse than
none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from claimcheck.resources import read_words
from claimcheck.text.colon_labels import (
    QUESTION_LABEL,
    ROLES,
    TIME,
    find_colon_labels,
    find_label_starts,
    follows_question,
    is_dialogue,
    is_name,
    shorten,
)
from claimcheck.text.common_words import get_genders, may_be_person
from claimcheck.text.mapping import drop_overlaps
from claimcheck.text.messages import find_reply_labels
from claimcheck.text.noise import is_captions

_CAPITALIZED = r"[^\W\d_a-z][\w.’'-]*"
_TITLES = "|".join(read_words("speaker_titles"))
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
_SPEAKER_NAME = rf"(?P<name>{_CAPITALIZED}(?:[ ](?:{_CAPITALIZED}|\d{{1,2}})){{0,4}})"
# "Anna Brandt  0:03": the form of meeting software, above each contribution.
_TIMED_LABELS = (
    re.compile(
        rf"^[ \t]*[\[(]?{_SPEAKER_NAME}[\])]?[ \t]{{0,9}}[|·•,:–—-]?[ \t]{{1,9}}"
        rf"[\[(]?{TIME}"
        rf"(?:[ \t]?[AaPp][Mm])?[\])]?:?[ \t]*$",
        re.M,
    ),
    re.compile(rf"^[ \t]*[\[(]?{TIME}[\])]?[ \t]+{_SPEAKER_NAME}:?[ \t]*$", re.M),
    # "10:04:12 From Anna Brandt to Everyone:", in the chat of a meeting
    re.compile(
        rf"^[ \t]*{TIME}[ \t]+From[ \t]+{_SPEAKER_NAME}[ \t]+to[ \t]+[^:\n]{{1,40}}:",
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
# With a smaller share of labeled paragraphs, a text is only partly a conversation.
_MIN_LABELED_SHARE = 0.25
_WORD = re.compile(r"\S")
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
    labels: list[SpeakerLabel] = []
    for match in _VOICE.finditer(text):
        name = " ".join((match["name"] or "").split())
        labels.append(SpeakerLabel(match.start(), match.end(), name or None))
    return labels


def _find_conversation(text: str) -> list[SpeakerLabel]:
    """Return the labels of a transcript; none if the text may not be one."""
    timed = [match for form in _TIMED_LABELS for match in form.finditer(text)]
    timed = [match for match in timed if is_name(match["name"])]
    if len(timed) > 1:
        return sorted(map(_make_label, timed))
    rare = list(_RARE_LABEL.finditer(text))
    if len(rare) >= _MIN_RARE_LABELS:
        return list(map(_make_label, rare))
    named = find_colon_labels(text)
    found = [
        *_find_questions(text, named),
        *_RECORD_LABEL.finditer(text),
        *_find_dialogue(_HEARING_LABEL, text),
        *(_find_bracketed(text) if is_captions(text) else ()),
        *named,
    ]
    if not found:
        found = _find_dialogue(_LOWERCASE_LABEL, text)
    labels = sorted(map(_make_label, found))
    return drop_overlaps(labels, lambda label: (label.start, label.end))


def _find_dialogue(form: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Return the matches of a rare form that name two people by turns."""
    found = [match for match in form.finditer(text) if _may_speak(match["name"])]
    return found if is_dialogue(match["name"] for match in found) else []


def _may_speak(name: str) -> bool:
    if name.islower():
        return name in ROLES or bool(get_genders(name))
    return not name.isupper() or may_be_person(name)


def _find_bracketed(text: str) -> list[re.Match[str]]:
    """Return the labels "[Ann Lee]" of captions, but not "[Applause]"."""
    labels: list[re.Match[str]] = []
    for match in _BRACKETED_LABEL.finditer(text):
        name = match["name"].lower()
        # "(FAA) said" is the rest of a sentence.
        is_complete = "[" in match[0] or " " in name or get_genders(name)
        if is_complete and may_be_person(name):
            labels.append(match)
    return labels


def _find_questions(text: str, named: list[re.Match[str]]) -> list[re.Match[str]]:
    """Find the labels "Q." and "A.", unless they belong to a lettered list.

    In a press conference, `named` people answer.
    """
    found = list(QUESTION_LABEL.finditer(text))
    names = [match["name"].lower() for match in found]
    is_answered = named or not _ANSWERS.isdisjoint(names)
    is_interview = not _QUESTIONS.isdisjoint(names) and is_answered
    if not is_interview or names[0] in _ANSWERS or _LETTERED_ITEM.search(text):
        return []
    return found


def _make_label(match: re.Match[str]) -> SpeakerLabel:
    name = match.groupdict().get("role") or match["name"]
    return SpeakerLabel(match.start(), match.end(), shorten(name.removeprefix("BY ")))


def _list_turns(
    text: str, labels: list[SpeakerLabel]
) -> Iterator[tuple[int, str | None]]:
    """Yield the offsets at which the speaker changes."""
    is_conversation = _is_dense(text, labels)
    others = find_label_starts(text) if labels else []
    has_only_answers = len({label.speaker for label in labels}) == 1
    for index, label in enumerate(labels):
        yield label.start, label.speaker
        is_last = index + 1 == len(labels)
        limit = len(text) if is_last else labels[index + 1].start
        end = limit
        if has_only_answers and not is_last and follows_question(text, end):
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
    first = _WORD.search(text, position, end)
    paragraph = _BLANK_LINE.search(text, first.start(), end) if first else None
    return paragraph.end() if paragraph else end
