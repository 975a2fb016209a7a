"""Page noise: characters that are in a text but are not part of what it says.

Each find has a reason, which the ledger reports. The rules look at form alone (a bare
URL, a line of dashes, a label before a link), never at a particular site. Patterns meet
whole documents, so each starts with a character that a search can skip to, and looks
back from there at what must come before.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

FORM_FEED = "\f"
RUNNING_HEAD, RUNNING_FOOT, PAGE_NUMBER = "running head", "running foot", "page number"
SUBTITLE_CUE = "subtitle number and time"

_PAGE_NUMBER_LINE = re.compile(
    r"""
    [ \t]*
    (?:[-–—|•]\s*)?                    # the opening dash of "- 7 -"
    (?:page\s+|p\.\s*)?
    (?:\d{1,4}|[ivxl]{1,6})            # "7" or "vii"
    (?:\s*(?:of|/)\s*\d{1,4})?         # "of 12"
    (?:\s*[-–—|•])?
    [ \t]*
    """,
    re.I | re.X,
)
# It starts only at the start of a line, or a blank line would be tried at each space.
_LINE_WITH_TEXT = re.compile(r"(?<![^\r\n\f])[^\r\n\f]*\S[^\r\n\f]*")
# Lines at the top and at the bottom of a page in which its furniture is looked for.
_EDGE_LINES = 2
_MAX_RUNNING_LINE_CHARACTERS = 120
# A head that alternates between left and right pages is on half of them, and title
# pages have none; hence a share below one half. Both numbers were chosen by hand.
_MIN_REPEATED_PAGES = 2
_MIN_REPEATED_SHARE = 0.4

_URL = re.compile(
    r"""
    [hHwW](?<=\b.)                     # a first letter at the start of a word
    (?:(?<=[hH])[tT][tT][pP][sS]?://|(?<=[wW])[wW][wW]\.)
    [^\s<>\"“”]+
    """,
    re.X,
)
_URL_MARKS = ("://", "www.", "WWW.", "Www.")  # a text without one of these has no URL
_URL_TAIL = ".,;:!?'’)]"  # at the end of a URL, the sentence's
_REST_OF_URL = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*([^\s<>\"“”]+)[ \t]*(?=\r|\n|$)")
_URL_BREAKS = "-/_=&?.%"  # characters after which layout may break a URL
_URL_LABEL = re.compile(r"[ \t]*[A-Z][\w ]{1,30}:")
_MAX_LABEL_DISTANCE = 200  # characters between the start of a label and its URL
_LINE_BREAK = re.compile(r"[\r\n]")

# Whole lines of noise by reason. They are searched for together, because each search
# reads all of the text.
_LINE_PATTERNS = {
    "a line of signs": r"[-=_*~\#•·—–+|]{3,}",
    "byline": r"""
        by[ ][A-Z][\w.'’-]+(?:[ ][A-Z][\w.'’-]+){1,3}
        (?:,?[ ](?:and|,)[ ][A-Z][\w.'’ -]+)?
        """,
    "page furniture": r"""
        (?:advertisement
        |sponsored
        |share[ ](?:this[ ])?(?:article|story)
        |sign[ ]up[ ].{0,60}newsletter.{0,20}
        |subscribe(?:[ ]now|[ ]today)?
        |follow[ ]us[ ]on[ ].{1,40}
        |read[ ](?:more|also|next)\b.{0,120}
        |related[ ](?:articles|stories|topics)
        |all[ ]rights[ ]reserved\.?
        |(?:©|\(c\)|copyright).{0,100}
        |photo(?:graph)?(?:[ ]by|:).{1,80}
        |click[ ]here.{0,60})
        """,
    "page number": r"(?:[-–—]\s*)?page[ ]\d{1,4}[ ]of[ ]\d{1,4}(?:\s*[-–—])?",
}
_LINE_REASONS = tuple(_LINE_PATTERNS)
_NOISE_LINE = re.compile(
    rf"\n[ \t]*(?:{'|'.join(f'({form})' for form in _LINE_PATTERNS.values())})[ \t]*$",
    re.I | re.M | re.X,
)
# A note follows a word or a stop: "m²" and "E = mc²" are not notes.
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
    |\AWEBVTT[^\n]*(?:\n(?!\r?\n)[^\n]*)*
    |^(?:NOTE|STYLE|REGION)\b[^\n]*(?:\n(?!\r?\n)[^\n]*){0,40}(?=\r?\n\r?\n)
    """,
    re.M | re.X,
)
_SUBTITLE_MARKUP = re.compile(
    r"""
    </?(?:[cibuv]|ruby|rt|lang|font)(?:[.\s][^<>\n]{0,60})?>
    |<\d\d:\d\d[:.\d]*>
    |\{\\an\d\}
    """,
    re.X,
)
_FRONT_MATTER_LINE = re.compile(r"\w[\w-]*:|[ \t-]")  # how one starts
_CODE_FENCE = re.compile(r"^(```|~~~)[^\n`]*$", re.M)
_EMPHASIS = re.compile(r"\*\*(?=[^\s*])|(?<=[^\s*])\*\*")
# Each pattern is tried only on a text that contains its mark.
_MARKED_PATTERNS = (
    ("-->", _SUBTITLE_LINES, SUBTITLE_CUE),
    ("-->", _SUBTITLE_MARKUP, "markup"),
    ("**", _EMPHASIS, "markup"),
    ("[", _FOOTNOTE, "footnote mark"),
    ("", _RAISED_NOTE, "footnote mark"),
)


@dataclass(frozen=True, slots=True, order=True)
class Noise:
    """The characters [start, end) of the source, set aside for `reason`."""

    start: int
    end: int
    reason: str


def find_noise(text: str) -> tuple[Noise, ...]:
    """Return the page noise of a text, in order, without overlaps."""
    urls = _find_urls(text)
    found = [
        *urls,
        *_find_url_labels(text, urls),
        *_find_code_blocks(text),
        *_find_page_furniture(text),
    ]
    if front_matter := find_front_matter(text):
        found.append(Noise(0, front_matter, "front matter"))
    # A search skips to a line break faster than to "^"; hence the added one.
    for match in _NOISE_LINE.finditer(f"\n{text}"):
        reason = _LINE_REASONS[(match.lastindex or 0) - 1]
        found.append(Noise(match.start(), match.end() - 1, reason))
    for mark, pattern, reason in _MARKED_PATTERNS:
        if mark in text:
            for match in pattern.finditer(text):
                found.append(Noise(match.start(), match.end(), reason))
    return _drop_overlaps(found)


def find_front_matter(text: str) -> int:
    """Return the end of the front matter that a text starts with, or 0.

    Front matter is a line "---", fields "name: value", and another line "---".
    """
    if not text.startswith(("---\n", "---\r\n")):
        return 0
    position = text.index("\n") + 1
    first = position
    while (line_end := text.find("\n", position)) >= 0:
        line = text[position : line_end + 1]
        if position > first and line.rstrip("\r\n") == "---":
            return position + len("---")
        if not _FRONT_MATTER_LINE.match(line):
            return 0
        position = line_end + 1
    return 0


def _drop_overlaps(found: list[Noise]) -> tuple[Noise, ...]:
    """Keep the noise that starts first, and of those the longest."""
    distinct: list[Noise] = []
    end = 0
    for noise in sorted(found, key=lambda noise: (noise.start, -noise.end)):
        if end <= noise.start < noise.end:
            distinct.append(noise)
            end = noise.end
    return tuple(distinct)


def _find_page_furniture(text: str) -> list[Noise]:
    """Find running heads, running feet and page numbers."""
    if FORM_FEED not in text:
        return []
    edges = _find_edge_lines(text)
    forms = Counter((edge.reason, _mask_numbers(text, edge)) for edge in edges)
    pages = text.rstrip().count(FORM_FEED) + 1
    min_count = max(_MIN_REPEATED_PAGES, _MIN_REPEATED_SHARE * pages)
    found: list[Noise] = []
    for edge in edges:
        if _is_page_number(text, edge.start, edge.end):
            found.append(Noise(edge.start, edge.end, PAGE_NUMBER))
            continue
        is_repeated = forms[edge.reason, _mask_numbers(text, edge)] >= min_count
        if is_repeated and edge.end - edge.start <= _MAX_RUNNING_LINE_CHARACTERS:
            found.append(edge)
    return found


def _find_edge_lines(text: str) -> list[Noise]:
    """Return the first and last lines of each page, with head or foot."""
    edges: list[Noise] = []
    page_start = 0
    for page in text.split(FORM_FEED):
        page_end = page_start + len(page)
        matches = _LINE_WITH_TEXT.finditer(text, page_start, page_end)
        lines = [match.span() for match in matches]
        # Few lines are a slide, or the end of a text: they may be all that it says.
        if len(lines) < 2 * _EDGE_LINES:
            numbers = [line for line in lines[1:] if _is_page_number(text, *line)]
            lines = lines[:1] + numbers
        for start, end in lines[:_EDGE_LINES]:
            edges.append(Noise(start, end, RUNNING_HEAD))
        for start, end in lines[_EDGE_LINES:][-_EDGE_LINES:]:
            edges.append(Noise(start, end, RUNNING_FOOT))
        page_start = page_end + 1
    return edges


def _is_page_number(text: str, start: int, end: int) -> bool:
    return _PAGE_NUMBER_LINE.fullmatch(text, start, end) is not None


def _mask_numbers(text: str, line: Noise) -> str:
    """Replace digits and Roman numerals, which change from page to page."""
    folded = " ".join(text[line.start : line.end].split()).lower()
    return re.sub(r"\d+|\b[ivxl]+\b", "#", folded)


def _find_urls(text: str) -> list[Noise]:
    found: list[Noise] = []
    if not any(mark in text for mark in _URL_MARKS):
        return found
    for match in _URL.finditer(text):
        start, end = match.span()
        bracketed = start > 0 and text[start - 1] in "(<["
        if found and start - bracketed < found[-1].end:
            continue
        start, end = _trim_url(text, start, end, bracketed=bracketed)
        end = _extend_over_line_break(text, end)
        found.append(Noise(start, end, "bare URL"))
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
    # The sentence keeps its full stop, and a bracket that the URL did not open.
    return start, url_end


def _extend_over_line_break(text: str, end: int) -> int:
    """Return the end of a URL that may continue on the next line.

    The next line must be one word that a sentence would not leave alone on a line, and
    the first part must stop where a URL may be broken.
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


def _find_url_labels(text: str, urls: list[Noise]) -> list[Noise]:
    """Find lines such as "Original url:" that only introduce a URL."""
    labels: list[Noise] = []
    for url in urls:
        first = max(0, url.start - _MAX_LABEL_DISTANCE)
        end = first + len(text[first : url.start].rstrip())
        line_break = max(text.rfind("\n", first, end), text.rfind("\r", first, end))
        start = max(line_break + 1, first)
        is_label = _URL_LABEL.fullmatch(text, start, end)
        if is_label and _LINE_BREAK.search(text, end, url.start):
            labels.append(Noise(start, end, "label of a URL"))
    return labels


def _find_code_blocks(text: str) -> list[Noise]:
    """Find fenced code blocks, from opening fence to closing fence."""
    found: list[Noise] = []
    if "```" not in text and "~~~" not in text:
        return found
    opening: re.Match[str] | None = None
    for fence in _CODE_FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif fence.group(1) == opening.group(1):
            found.append(Noise(opening.start(), fence.end(), "code"))
            opening = None
    return found
