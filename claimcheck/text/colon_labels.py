"""Find the labels "NAME:" in the text of a conversation.

A heading may look the same, so a label counts only together with the others of a text:
each function that accepts some of them has one rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from claimcheck.resources import read_words
from claimcheck.text.common_words import may_be_name, may_be_person
from claimcheck.text.noise import is_captions

TIME = r"(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?"
# A label is at the start of a line, after the number of the line and its time, or after
# the marks of a caption or of bold type.
LINE_NUMBER = r"(?:\d{1,2}[ \t]{1,30})?"
_DAY = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[ \t]+)?"
_TIME_BEFORE = (
    rf"(?:[\[(]?{_DAY}{TIME}(?:[ \u202f][AaPp][Mm])?(?:[ ]?(?:-|–|-->)[ ]?{TIME})?"
    r"[\])]?[ \t]+(?:[-–—|][ \t]+)?)?"
)
_LINE_START = rf"^[ \t]*{LINE_NUMBER}{_TIME_BEFORE}(?:>>[ \t]*)?\*{{0,2}}"
_COLON_LABEL = re.compile(
    rf"""
    {_LINE_START}
    (?P<name>[^\W\d_a-z][^:\n<>"“”!?;*=|]{{0,60}}?)
    (?:[ ][\[(]{TIME}[\])])?
    (?:\*\*:|:\*\*|:)(?=[ \t]+\S|[ \t]*$)
    """,
    re.M | re.X,
)
QUESTION_LABEL = re.compile(
    rf"^[ \t]*{LINE_NUMBER}\*{{0,2}}"
    r"(?P<name>Q|A|Question|Answer|QUESTION|ANSWER)(?:[.:]\*{0,2}|(?=[ \t]{2}))"
    r"(?=[ \t]+\S)",
    re.M,
)
_NOT_SPEAKERS = frozenset(read_words("not_speakers"))
ROLES = frozenset(read_words("speaker_roles"))
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")  # "(via Zoom)"
_MAX_NAME_WORDS = 6
_NAME_PARTICLES = frozenset(
    "and de del der di du for la le of on pro tempore the to van von".split()
)
_TITLE_WORDS = frozenset(title.lower() for title in read_words("speaker_titles"))
# Shares and counts below were chosen by hand.
_MIN_PROSE_SHARE = 0.7  # of the labeled lines; forms and lists of values have fewer
_MIN_PROSE_WORDS = 8
_MIN_ANSWERS = 2
_MAX_INDENT = 40  # characters before the text of a line, with its number
_TWO_LINES = re.compile(
    r"\s{0,40}(?P<line>\S[^\n]{0,400})\n?[0-9 \t]{0,40}(?P<next>[^\n]?)"
)
_SPOKEN = re.compile(r"\b(?:I|[Ww]e|[Yy]ou|[Mm]y|[Oo]ur|[Yy]our)\b")
# Before a label: white space, and the marks of quotations and emphasis
_MARKS_BEFORE = '\r\n\t *_>"”’)'


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """What may be a label, and what helps to decide.

    `key` is the name without remarks, in lowercase, and `person` also without a title.
    `line` is the rest of its line, and `is_answer` whether a question is before it.
    """

    match: re.Match[str]
    name: str
    key: str
    person: str
    line: str
    is_answer: bool

    @property
    def is_full_name(self) -> bool:
        """Whether it has several words, not all of them common."""
        first, *others = self.key.split()
        if not others:
            return False
        is_titled = first == "the" or first.strip(".") in _TITLE_WORDS
        return is_titled or any(
            may_be_name(word.strip(".")) for word in self.key.split()
        )

    @property
    def is_person(self) -> bool:
        """Whether all of its words may be names."""
        return may_be_person(self.key)

    @property
    def is_certain(self) -> bool:
        """Whether it is almost certainly the label of a speaker."""
        if self.key in ROLES:
            return True
        if _ASIDE.search(self.name) and self.is_full_name:
            return True  # "Hugh Lane (Ayr)"
        is_known = " " in self.key or self.key in _TITLE_WORDS
        return is_known and shorten(self.name).replace("Mc", "MC").isupper()

    @property
    def is_spoken_by_name(self) -> bool:
        """Whether its line is part of a talk, and not of a list."""
        if "?" in self.line or self.is_certain:
            return True
        is_talk = self.is_person or _SPOKEN.search(self.line) is not None
        return is_talk and self.name.isupper()


def find_colon_labels(text: str) -> list[re.Match[str]]:
    """Return the labels "NAME:" and "Name:" of a conversation."""
    found = _list_candidates(text)
    capitals = {label for label in found if label.name.isupper()}
    if is_captions(text):
        accepted = _accept(found, capitals, text)
        # The lines of captions are too short to tell prose from values.
        accepted += [label for label in found if " " in label.key and label.is_person]
        return [label.match for label in dict.fromkeys(accepted)]
    if not any(label.is_certain for label in found):
        capitals = set()
    people = {label for label in capitals if label.is_person}
    accepted = list(dict.fromkeys(_accept(found, people, text)))
    prose = [label for label in accepted if _introduces_prose(label, text)]
    is_prose = len(prose) >= _MIN_PROSE_SHARE * len(accepted)
    return [label.match for label in accepted] if is_prose else []


def find_label_starts(text: str) -> list[int]:
    """Return the starts of lines that look like labels of any speakers."""
    return [label.match.start() for label in _list_candidates(text)]


def _list_candidates(text: str) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    for match in _COLON_LABEL.finditer(text):
        name = match["name"]
        line_end = text.find("\n", match.end())
        line = text[match.end() : line_end if line_end > 0 else len(text)]
        # A headline in capitals has a colon in its middle.
        is_headline = line.isupper() and len(line.split()) > 1
        if is_name(name) and not is_headline and not name.startswith("By "):
            key, person = _normalize(name), _drop_title(name)
            is_answer = follows_question(text, match.start())
            candidates.append(_Candidate(match, name, key, person, line, is_answer))
    return candidates


def _accept(
    found: list[_Candidate], known: set[_Candidate], text: str
) -> list[_Candidate]:
    """Return the labels that are certain, also because of the `known` ones."""
    certain = [label for label in found if label.is_certain or label in known]
    full_names = [label for label in found if label.is_full_name]
    accepted = _keep_dialogue([*certain, *full_names])
    names = {label.key for label in certain}
    if len(names) > 1 or (names and QUESTION_LABEL.search(text)):
        people = [label for label in full_names if label.is_person]
        accepted = [*accepted, *certain, *people]
    if dialogue := _find_dialogue(found):
        roles = [label for label in certain if label.key in ROLES]
        accepted = [*accepted, *dialogue, *roles]
    return accepted + (_find_short_names(found, accepted) or _find_answers(found))


def _keep_dialogue(labels: list[_Candidate]) -> list[_Candidate]:
    return labels if is_dialogue(label.person for label in labels) else []


def is_dialogue(names: Iterable[str]) -> bool:
    """Whether there are two names, and at least one recurs."""
    counts = Counter(names)
    return len(counts) > 1 and max(counts.values()) > 1


def _find_dialogue(found: list[_Candidate]) -> list[_Candidate]:
    """Return the labels, of any words, of speakers who talk to each other.

    A dictionary cannot tell: Strand, Hart, and Courier are names, too. Lists have
    recurring labels as well, but nobody asks, or is named in capitals, in them.
    """
    counts = Counter(label.person for label in found)
    turns: list[_Candidate] = []
    for label in found:
        recurs = counts[label.person] > 1 or label.is_answer
        if recurs and (len(label.key) > 1 or label.key in ROLES):
            turns.append(label)
    is_talk = any(label.is_spoken_by_name for label in turns)
    return _keep_dialogue(turns) if is_talk else []


def _find_short_names(
    found: list[_Candidate], accepted: list[_Candidate]
) -> list[_Candidate]:
    """Return one-word labels: last names of accepted labels, or a dialogue.

    A single word may be a heading, unless two words alternate, as in a dialogue.
    """
    last_names = {label.key.split()[-1] for label in accepted}
    short = [label for label in found if " " not in label.key]
    people = [label for label in short if label.is_person]
    counts = Counter(label.key for label in people)
    recurring = len(counts) - list(counts.values()).count(1)
    if recurring > 1 or (recurring and accepted):
        return people
    return [label for label in short if label.key in last_names]


def _find_answers(found: list[_Candidate]) -> list[_Candidate]:
    """Return the labels of an interview in which only the answers have one."""
    answers = [label for label in found if label.is_answer]
    keys = {label.key for label in answers}
    if len(answers) < _MIN_ANSWERS or len(keys) > 1:
        return []
    first = answers[0]
    is_speaker = first.is_full_name or first.is_person
    return [label for label in found if is_speaker and label.key == first.key]


def follows_question(text: str, offset: int) -> bool:
    """Whether the text before an offset ends in a question."""
    before = text[max(0, offset - _MAX_INDENT) : offset]
    return before.rstrip(_MARKS_BEFORE).endswith("?")


def is_name(name: str) -> bool:
    """Whether a label has the form of a name or an office."""
    words = shorten(name).split()
    if not 0 < len(words) <= _MAX_NAME_WORDS or _normalize(name) in _NOT_SPEAKERS:
        return False
    return all(
        word[:1].isupper() or word.lstrip("#").isdigit() or word in _NAME_PARTICLES
        for word in words
    )


def _introduces_prose(label: _Candidate, text: str) -> bool:
    """Whether a sentence, rather than a value, follows a label."""
    following = _TWO_LINES.match(text, label.match.end())
    if following is None:
        return False
    if following["next"][:1].islower():
        return True  # the sentence continues
    words = following["line"].split()
    return len(words) >= _MIN_PROSE_WORDS or words[-1][-1] in ".?!…-—"


def shorten(name: str) -> str:
    """Return a name without remarks: "ANN LEE, HOST" -> "ANN LEE"."""
    without_asides = _ASIDE.sub("", name)
    return " ".join(without_asides.split(",")[0].split())


def _normalize(name: str) -> str:
    return shorten(name).rstrip(".").lower()


def _drop_title(name: str) -> str:
    """Return a name without its title: "Mr Hugh Lane" is "hugh lane"."""
    title, _, rest = _normalize(name).partition(" ")
    return rest if rest and title.rstrip(".") in _TITLE_WORDS else f"{title} {rest}"
