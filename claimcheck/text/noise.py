"""Find page noise: characters in a text that are not part of what it says.

Each find has a reason, which the ledger reports. The rules depend on form alone (a bare
URL, a line of dashes, a label before a link), never on a particular site. Patterns run
over entire documents, so each starts with a character that a search can skip to, and
checks the text before it with a lookbehind. A line that only introduces a bare URL is
noise as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claimcheck.text.common_words import may_be_person
from claimcheck.text.mapping import drop_overlaps
from claimcheck.text.markdown import MARKUP, find_markdown
from claimcheck.text.messages import find_message_parts
from claimcheck.text.running_heads import find_line_numbers, find_page_furniture

SUBTITLE_CUE, TIME = "subtitle number and time", "time"

_MAX_LINE_CONTEXT = 400
_MIN_TIMES = 3  # on lines of their own; sentences have hardly one

# Entire lines of noise, by reason. They are searched for together, because each search
# reads the entire text. Only the first is noise anywhere: the others can also be the
# start or end of a sentence, so they count only if they are isolated.
_LINE_PATTERNS = {
    "a line of signs": r"[-=_*~\#•·—–+|](?:[ ]?[-=_*~\#•·—–+|]){2,}|\|[-|:\ ]{3,}\|",
    "byline": r"""
        (?:By|BY|Von|Par|Por)[ ][A-Z][\w.'’-]+(?:[ ][A-Z][\w.'’-]+){1,3}
        (?:,?[ ](?:and|,)[ ][A-Z][\w.'’ -]+)?
        """,
    "page furniture": r"""
        (?:(?:Advertisement|ADVERTISEMENT|Sponsored|SPONSORED)
        |(?:Share|SHARE)[ ](?:this[ ])?(?:article|story)
        |Sign[ ]up[ ](?:for|to)[ ].{0,60}newsletter.{0,20}
        |Subscribe(?:[ ]now|[ ]today)?
        |Follow[ ]us[ ]on[ ].{1,40}
        |(?:Read|READ)[ ](?:more|also|next|MORE|ALSO|NEXT)
            (?::.{1,120}|[ ](?:about|on)\b.{1,60}[^.!?])?
        |Related[ ](?:articles|stories|topics)
        |(?:All[ ]rights[ ]reserved|ALL[ ]RIGHTS[ ]RESERVED)\.?
        |(?:©|\([cC]\)|Copyright|COPYRIGHT)[ ]*(?:©|\([cC]\))?[ ]*
            (?:\d{4}(?:[-–]\d{2,4})?)?,?(?:[ ](?:by|[A-Z&][\w.&'’-]*),?){0,8}
            \.?(?:[ ]All[ ]rights[ ]reserved)?\.?
        |Photo(?:graph)?(?:[ ]by|:)[ ].{1,80}[^.!?]
        |Click[ ]here.{0,60}
        |(?i:for[ ]immediate[ ]release|(?:press|news|media)[ ]release
            |embargoed[ ]until[ ].{1,40})[.:]?)
        """,
    "page number": r"""
        (?:[-–—][ \t]{0,3})?[Pp](?i:age)[ ]\d{1,4}[ ](?i:of)[ ]\d{1,4}
        (?:[ \t]{0,3}[-–—])?
        """,
    TIME: r"[\[(]?(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?[\])]?",
}
_LINE_REASONS = tuple(_LINE_PATTERNS)
_ANY_LINE_PATTERN = "|".join(f"({form})" for form in _LINE_PATTERNS.values())
_NOISE_LINE = re.compile(rf"\n[ \t]*(?:{_ANY_LINE_PATTERN})[ \t]*\r?$", re.M | re.X)
_NEXT_LINE_START = re.compile(r"(?:\r\n|\r|\n)[ \t]*(\w)")
_SENTENCE_END_MARKS = '.!?:…"”’)]'
# A note follows a word or punctuation: "m²" and "E = mc²" are not notes.
_FOOTNOTE = re.compile(
    r"""
    \[(?<=(?:[^\W\d_]|[.,;:!?\"”’)%])\[)
    (?:\d{1,3}|[a-z]|note[ ]\d{1,2}|citation[ ]needed)\]
    (?:\[(?:\d{1,3}|[a-z]|note[ ]\d{1,2}|citation[ ]needed)\])*
    """,
    re.I | re.X,
)
_RAISED_NOTE = re.compile(
    r"""
    [¹²³⁰⁴-⁹]
    (?:(?<=[^\W\d_]{4}[¹²³⁰⁴-⁹])|(?<=[.,;!?\"”’)][¹²³⁰⁴-⁹]))
    [¹²³⁰⁴-⁹]{0,2}(?=\W|$)
    """,
    re.X,
)
_SUBTITLE_LINES = re.compile(
    r"""
    ^(?:[ \t]*\d+[ \t]*\r?\n)?         # the number of a cue, and its time
    [ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[^\r\n]*
    |^\[[\d:.,]{9,12}[ \t]+-->[ \t]+[\d:.,]{9,12}\][ \t]*   # as Whisper prints
    |\AWEBVTT[^\n]*(?:\n(?!\r?\n)[^\n]*)*
    |^(?:NOTE|STYLE|REGION)\b[^\n]*(?:\n(?!\r?\n)[^\n]*){0,40}(?=\r?\n\r?\n)
    """,
    re.M | re.X,
)
_SUBTITLE_MARKUP = re.compile(
    r"""
    </?(?:[cibu]|ruby|rt|lang|font)(?:[.\s][^<>\n]{0,60})?>
    |</v>|<\d\d:\d\d[:.\d]*>
    |\{\\an\d\}
    """,
    re.X,
)
# "[Ann]: It rained." is not one: an address has no spaces.
_LINK_DEFINITION = re.compile(
    r"""
    ^[ ]{0,3}\[[^\[\]\n^][^\[\]\n]{0,99}\]:[ \t]+
    (?=\S{0,200}[/#<]|\S{0,200}\w\.\w)\S{1,1000}
    (?:[ \t]+["'(][^\n]{0,300}["')])?[ \t]*\r?$
    """,
    re.M | re.X,
)
_SOUND = re.compile(
    r"""
    [\[(♪]\ ?(?:music|musik|musique|música|applause|laughter|laughs|cheers|cheering
        |crosstalk|inaudible|unintelligible|indistinct
        |silence|pause|coughs|coughing|sighs|chuckles|beep|bell\ rings
    )(?:\ (?:playing|continues|and\ [a-z]+|stops|fades))?[.]?\ ?[\])♪]
    |♪[^♪\n]{1,200}♪ | ♪+
    """,
    re.I | re.X,
)
# "[DOOR SLAMS]", "[in French]" and "(phone rings)" at the start of a line of captions,
# but not "(FAA) said" and "[The mayor] said"
_CAPTION_SOUND = re.compile(
    r"""
    ^(?:-[ ]?)?(?:
        [\[(](?P<alone>[^\[\]()\n]{2,60})[\])](?=[ \t]*\r?$)
        |\[(?P<noted>[a-z][^\[\]\n]{1,60}|[^\[\]a-z\n]{2,60})\]
        |\((?=[^()\n]{1,60}[ ])(?P<aside>[a-z][^()\n]{1,60}|[^()a-z\n]{2,60})\)
    )
    """,
    re.M | re.X,
)
_LEADING_TIME = re.compile(
    r"^[ \t]*[\[(]\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?[\])](?=[ \t]*\S)", re.M
)
# "0:03 The ferry", pasted from a page with a video
_BARE_LEADING_TIME = re.compile(r"^[ \t]*(\d{1,2}(?::\d\d){1,2})(?=[ \t]+\S)", re.M)
_FIRST_MINUTE = ("0:", "00:")  # the times of a schedule start later
# "[B7] 900", as the spreadsheet reader writes it
_CELL_REFERENCE = re.compile(r"(?:^|(?<=\t))\[[A-Z]{1,3}[1-9]\d{0,6}\](?=\ )", re.M)
_CUE_TIME = re.compile(r"\d\d:\d\d[.,]\d{3}[ \t]+-->")
_MAX_CUE_OFFSET = 10_000  # of the first cue, after notes and styles
_CAPTION_PATTERNS = (
    (_SUBTITLE_LINES, SUBTITLE_CUE),
    (_SUBTITLE_MARKUP, "caption markup"),
)
_PATTERNS = (
    (_FOOTNOTE, "footnote mark"),
    (_LINK_DEFINITION, "link"),
    (_LEADING_TIME, TIME),
    (_CELL_REFERENCE, "cell reference"),
    (_RAISED_NOTE, "footnote mark"),
    (_SOUND, "sound"),
)
_URL = re.compile(
    r"""
    [hHwW](?<=\b.)                     # a first letter at the start of a word
    (?:(?<=[hH])[tT][tT][pP][sS]?://|(?<=[wW])[wW][wW]\.)
    [^\s<>\"“”]+
    """,
    re.X,
)
_URL_MARKS = ("://", "www.", "WWW.", "Www.")  # a text without one of these has no URL
_URL_TAIL = ".,;:!?'’)]"  # at the end of a URL, these belong to the sentence
_REST_OF_URL = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*([^\s<>\"“”]+)[ \t]*(?=\r|\n|$)")
_URL_BREAKS = "-/_=&?.%"  # characters after which layout may break a URL
_URL_LABEL = re.compile(r"[ \t]*[A-Z][\w ]{1,30}:")
_MAX_LABEL_DISTANCE = 200  # characters between the start of a label and its URL
_LINE_BREAK = re.compile(r"[\r\n]")
# The characters [start, end) of the source, and the reason to set them aside.
_Cut = tuple[int, int, str]


@dataclass(frozen=True, slots=True, order=True)
class Noise:
    """The characters [start, end) of the source, set aside for `reason`."""

    start: int
    end: int
    reason: str

    @property
    def splits_quotes(self) -> bool:
        """Whether a quote skips it and has a part on each side."""
        return self.reason != MARKUP


def find_noise(text: str) -> tuple[Noise, ...]:
    """Return the page noise of a text, in order, without overlaps."""
    cuts = [
        *find_urls(text),
        *find_page_furniture(text),
        *find_line_numbers(text),
        *find_markdown(text),
        *find_message_parts(text),
    ]
    found = [Noise(*cut) for cut in cuts]
    found += _find_noise_lines(text)
    found += _find_leading_times(text)
    patterns = list(_PATTERNS)
    if is_captions(text):
        patterns += _CAPTION_PATTERNS
        found += _find_caption_sounds(text)
    for pattern, reason in patterns:
        matches = pattern.finditer(text)
        found += [Noise(match.start(), match.end(), reason) for match in matches]
    # Of those that start together, the longest counts.
    found = [noise for noise in found if noise.start < noise.end]
    found.sort(key=lambda noise: (noise.start, -noise.end))
    return tuple(drop_overlaps(found, lambda noise: (noise.start, noise.end)))


def _find_leading_times(text: str) -> list[Noise]:
    times = list(_BARE_LEADING_TIME.finditer(text))
    if len(times) < _MIN_TIMES or not times[0][1].startswith(_FIRST_MINUTE):
        return []
    return [Noise(match.start(), match.end(), TIME) for match in times]


def is_captions(text: str) -> bool:
    """Whether a text has the form of subtitles."""
    return _CUE_TIME.search(text, 0, _MAX_CUE_OFFSET) is not None


def _find_caption_sounds(text: str) -> Iterator[Noise]:
    """Yield the descriptions of sounds, but not the names of speakers."""
    for match in _CAPTION_SOUND.finditer(text):
        if not may_be_person(match[match.lastgroup or 0]):
            yield Noise(match.start(), match.end(), "sound")


def _find_noise_lines(text: str) -> Iterator[Noise]:
    """Yield the lines that are noise, and not part of a sentence."""
    # A search skips to a line break faster than to "^"; hence the added one.
    matches = list(_NOISE_LINE.finditer(f"\n{text}"))
    reasons = [_LINE_REASONS[(match.lastindex or 0) - 1] for match in matches]
    # Times on many lines are those of a transcript, also inside of a sentence.
    sure = {_LINE_REASONS[0]}
    if reasons.count(TIME) >= _MIN_TIMES:
        sure.add(TIME)
    for match, reason in zip(matches, reasons, strict=True):
        start, end = match.start(), match.end() - 1
        if reason in sure or _is_isolated(text, start, end):
            yield Noise(start, end, reason)


def _is_isolated(text: str, start: int, end: int) -> bool:
    """Whether the sentences around a line end before it and start after it."""
    after = _NEXT_LINE_START.match(text, end)
    if after and after.group(1).islower():
        return False
    lines_before = text[max(0, start - _MAX_LINE_CONTEXT) : start].splitlines()
    before = lines_before[-1].rstrip() if lines_before else ""
    # The only line before a byline that may lack a full stop is the title.
    is_title = len(lines_before) == 1 and start < _MAX_LINE_CONTEXT
    return not before or is_title or before[-1] in _SENTENCE_END_MARKS


def find_urls(text: str) -> list[_Cut]:
    """Return the bare URLs of a text, and lines that only introduce one."""
    if not any(mark in text for mark in _URL_MARKS):
        return []
    urls = _find_bare_urls(text)
    cuts = [(start, end, "bare URL") for start, end in urls]
    return cuts + _find_labels(text, urls)


def _find_bare_urls(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in _URL.finditer(text):
        start, end = match.span()
        bracketed = start > 0 and text[start - 1] in "(<["
        if found and start - bracketed < found[-1][1]:
            continue
        start, end = _trim_url(text, start, end, bracketed=bracketed)
        end = _extend_over_line_break(text, end)
        found.append((start, end))
    return found


def _trim_url(text: str, start: int, end: int, *, bracketed: bool) -> tuple[int, int]:
    """Return a URL's range with its brackets, without final punctuation."""
    if bracketed and text[end : end + 1] == ">":
        return start - 1, end + 1
    url_end = start + len(text[start:end].rstrip(_URL_TAIL))
    if url_end == end:
        return start - bracketed, end
    if bracketed and text[url_end] in ")]":
        return start - 1, url_end + 1
    # The sentence keeps its full stop, and a bracket not opened within the URL.
    return start, url_end


def _extend_over_line_break(text: str, end: int) -> int:
    """Return the end of a URL that may continue on the next line.

    The next line must be a single word that would not be alone on a line in prose, and
    the first part must end at a character after which URLs are broken.
    """
    rest = _REST_OF_URL.match(text, end)
    if rest is None or text[end - 1] not in _URL_BREAKS or _is_url(rest.group(1)):
        return end
    if text[end - 1] == "/" and not re.search(r"[\d/_=-]", rest.group(1)):
        return end
    return rest.end(1)


def _is_url(word: str) -> bool:
    start = 1 if word[0] in "(<[" else 0
    return _URL.match(word[start:]) is not None


def _find_labels(text: str, urls: list[tuple[int, int]]) -> list[_Cut]:
    """Find lines such as "Original url:" that only introduce a URL."""
    labels: list[_Cut] = []
    for url_start, _ in urls:
        first = max(0, url_start - _MAX_LABEL_DISTANCE)
        end = first + len(text[first:url_start].rstrip())
        line_break = max(text.rfind("\n", first, end), text.rfind("\r", first, end))
        start = max(line_break + 1, first)
        is_label = _URL_LABEL.fullmatch(text, start, end)
        if is_label and _LINE_BREAK.search(text, end, url_start):
            labels.append((start, end, "label of a URL"))
    return labels
