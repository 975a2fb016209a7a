"""Page noise: what stands in a text but is no part of what it says.

Each find has a reason, which the ledger states. The rules are about form alone (a bare URL, a
line of dashes, a label before a link), never about a certain site.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

FORM_FEED = "\f"
RUNNING_HEAD, RUNNING_FOOT, PAGE_NUMBER = "running head", "running foot", "page number"

_PAGE_NUMBER_LINE = re.compile(
    r"[ \t]*(?:[-–—|•]\s*)?(?:page\s+|p\.\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*[-–—|•])?[ \t]*",
    re.I,
)
_PAGE_LINE = re.compile(r"[^\r\n\f]*\S[^\r\n\f]*")
_EDGE_LINES = 2  # at the top and at the bottom of a page
_MAX_RUNNING_LINE_CHARACTERS = 120
_MIN_REPEATED_PAGES = 2
_MIN_REPEATED_SHARE = (
    0.4  # a head that alternates between left and right pages is on half of them
)


def find_page_furniture(text: str) -> list[tuple[int, int, str]]:
    """Find running heads, running feet and page numbers: (start, end, reason)."""
    if FORM_FEED not in text:
        return []
    edges = list(_find_edge_lines(text))
    forms = Counter(
        (side, _mask_numbers(text[start:end])) for start, end, side in edges
    )
    pages = text.rstrip().count(FORM_FEED) + 1
    found = []
    for start, end, side in edges:
        line = text[start:end]
        if _PAGE_NUMBER_LINE.fullmatch(line):
            found.append((start, end, PAGE_NUMBER))
        elif len(line) <= _MAX_RUNNING_LINE_CHARACTERS and forms[
            side, _mask_numbers(line)
        ] >= max(_MIN_REPEATED_PAGES, _MIN_REPEATED_SHARE * pages):
            found.append((start, end, RUNNING_HEAD if side == "top" else RUNNING_FOOT))
    return found


def _find_edge_lines(text: str) -> list[tuple[int, int, str]]:
    """Find the first and last lines of each page: (start, end, side)."""
    found = []
    start = 0
    for page in text.split(FORM_FEED):
        lines = [
            (start + match.start(), start + match.end())
            for match in _PAGE_LINE.finditer(page)
        ]
        if (
            len(lines) < 2 * _EDGE_LINES
        ):  # a slide, or the end of a text: its lines may be all that it says
            lines = [
                line
                for line in lines
                if _PAGE_NUMBER_LINE.fullmatch(text, *line)
                or _is_first_on_page(line, start, text)
            ]
        top = lines[:_EDGE_LINES]
        bottom = [line for line in lines[-_EDGE_LINES:] if line not in top]
        found += [(*line, "top") for line in top] + [
            (*line, "bottom") for line in bottom
        ]
        start += len(page) + 1
    return found


def _is_first_on_page(line: tuple[int, int], start: int, text: str) -> bool:
    """Whether only white space precedes a line on its page."""
    return not text[start : line[0]].strip()


def _mask_numbers(line: str) -> str:
    """Replace digits and Roman numerals, which change from page to page."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", " ".join(line.split()).lower())


# a letter first: the search can then skip to it; what must stand before it is looked at after
_URL = re.compile(
    r"[hHwW](?<=\b.)(?:(?<=[hH])[tT][tT][pP][sS]?://|(?<=[wW])[wW][wW]\.)[^\s<>\"“”]+"
)
_URL_MARKS = ("://", "www.", "WWW.", "Www.")  # a text without one of these has none
_URL_TAIL = re.compile(r"[.,;:!?'’)\]]+$")
_REST_OF_URL = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*([^\s<>\"“”]+)[ \t]*(?=\r|\n|$)")
_URL_LABEL = re.compile(r"[ \t]*[A-Z][\w ]{1,30}:")
_MAX_LABEL_DISTANCE = 200  # characters in which its label is looked for
_LINE_BREAK = re.compile(r"[\r\n]")
# lines that are nothing else, looked for together: each search goes through all of the text
_LINE_PATTERNS = {
    "a line of signs": r"[-=_*~#•·—–+|]{3,}",
    "byline": r"by [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}(?:,? (?:and|,) [A-Z][\w.'’ -]+)?",
    "page furniture": (
        r"(?:advertisement|sponsored|share (?:this )?(?:article|story)|sign up .{0,60}newsletter.{0,20}"
        r"|subscribe(?: now| today)?|follow us on .{1,40}|read (?:more|also|next)\b.{0,120}"
        r"|related (?:articles|stories|topics)|all rights reserved\.?|(?:©|\(c\)|copyright).{0,100}"
        r"|photo(?:graph)?(?: by|:).{1,80}|click here.{0,60})"
    ),
    "page number": r"(?:[-–—]\s*)?page \d{1,4} of \d{1,4}(?:\s*[-–—])?",
}
# a search skips to a line break faster than to "^"
_NOISE_LINE = re.compile(
    rf"\n[ \t]*(?:{'|'.join(f'({form})' for form in _LINE_PATTERNS.values())})[ \t]*$",
    re.I | re.M,
)
_LINE_REASONS = tuple(_LINE_PATTERNS)
# after a word or a stop; "m²" and "E = mc²" are no notes. The sign stands first in the patterns, and what must stand
# before it is looked at after: a search can then skip to the sign
_FOOTNOTE = re.compile(
    r"\[(?<=(?:[^\W\d_]|[.,;:!?\"”’)%])\[)(?:\d{1,3}|[a-z]|note \d{1,2}|citation needed)\]"
    r"(?:\[(?:\d{1,3}|[a-z]|note \d{1,2}|citation needed)\])*",
    re.I,
)
_RAISED_NOTE = re.compile(
    r"[¹²³⁰⁴-⁹](?:(?<=[^\W\d_]{4}[¹²³⁰⁴-⁹])|(?<=[.,;!?\"”’)][¹²³⁰⁴-⁹]))[¹²³⁰⁴-⁹]{0,2}(?=\W|$)"
)


@dataclass(frozen=True, slots=True, order=True)
class Noise:
    """The characters [start, end) of the source, set aside for `reason`."""

    start: int
    end: int
    reason: str


SUBTITLE_CUE = "subtitle number and time"
_SUBTITLE_LINES = re.compile(
    r"^(?:[ \t]*\d+[ \t]*\r?\n)?[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]+-->[^\r\n]*"  # number and time of a cue
    r"|\AWEBVTT[^\n]*(?:\n(?!\r?\n)[^\n]*)*"
    r"|^(?:NOTE|STYLE|REGION)\b[^\n]*(?:\n(?!\r?\n)[^\n]*){0,40}(?=\r?\n\r?\n)",
    re.M,
)
_SUBTITLE_MARKUP = re.compile(
    r"</?(?:[cibuv]|ruby|rt|lang|font)(?:[.\s][^<>\n]{0,60})?>|<\d\d:\d\d[:.\d]*>|\{\\an\d\}"
)
_FRONT_MATTER = re.compile(
    r"\A---\r?\n(?:\w[\w-]*:[^\n]*\n|[ \t-][^\n]*\n)+?---(?=\r?\n)"
)
_CODE_FENCE = re.compile(r"^(```|~~~)[^\n`]*$", re.M)
_EMPHASIS = re.compile(r"\*\*(?=[^\s*])|(?<=[^\s*])\*\*")
_PATTERNS = (
    (_FRONT_MATTER, "front matter"),
    (_FOOTNOTE, "footnote mark"),
    (_RAISED_NOTE, "footnote mark"),
)


def find_noise(text: str) -> tuple[Noise, ...]:
    """The page noise of a text, in order, without overlaps."""
    urls = _find_urls(text)
    found = [
        *urls,
        *_find_url_labels(text, urls),
        *_find_code_blocks(text),
        *(Noise(*line) for line in find_page_furniture(text)),
    ]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = _PATTERNS
    if "**" in text:
        patterns = ((_EMPHASIS, "markup"), *patterns)
    if "-->" in text:
        patterns = (
            (_SUBTITLE_LINES, SUBTITLE_CUE),
            (_SUBTITLE_MARKUP, "markup"),
            *patterns,
        )
    found.extend(
        Noise(match.start(), match.end() - 1, _LINE_REASONS[(match.lastindex or 0) - 1])
        for match in _NOISE_LINE.finditer(f"\n{text}")
    )
    for pattern, reason in patterns:
        found.extend(
            Noise(match.start(), match.end(), reason)
            for match in pattern.finditer(text)
        )
    return _drop_overlaps(found)


def _find_urls(text: str) -> list[Noise]:
    found: list[Noise] = []
    if not any(mark in text for mark in _URL_MARKS):
        return found
    for match in _URL.finditer(text):
        start, end = match.start(), match.end()
        bracketed = start > 0 and text[start - 1] in "(<["
        start -= bracketed
        if found and start < found[-1].end:
            continue
        if bracketed and end < len(text) and text[end] == ">":
            end += 1
        elif tail := _URL_TAIL.search(text, start, end):
            # the sentence's own full stop stays; so does the bracket that the URL did not open
            end = tail.start() + (1 if bracketed and tail.group()[0] in ")]" else 0)
            start += 1 if bracketed and end == tail.start() else 0
        end = _extend_over_line_break(text, start, end)
        found.append(Noise(start, end, "bare URL"))
    return found


def _is_url(word: str) -> bool:
    return _URL.match(word[1:] if word[0] in "(<[" else word) is not None


def _extend_over_line_break(text: str, start: int, end: int) -> int:
    """Find the end of a URL that is broken over two lines.

    The next line must be one word that a sentence would not leave alone on a line, and the first
    part must stop where a URL may be broken.
    """
    rest = _REST_OF_URL.match(text, end)
    if rest is None or text[end - 1] not in "-/_=&?.%" or _is_url(rest.group(1)):
        return end
    if text[end - 1] == "/" and not re.search(r"[\d/_=-]", rest.group(1)):
        return end
    return rest.end(1)


def _find_url_labels(text: str, urls: list[Noise]) -> list[Noise]:
    """Find lines such as "Original url:" that only introduce a URL."""
    labels = []
    for url in urls:
        first = max(0, url.start - _MAX_LABEL_DISTANCE)
        end = first + len(text[first : url.start].rstrip())
        start = (
            max(text.rfind("\n", first, end), text.rfind("\r", first, end), first - 1)
            + 1
        )
        if _LINE_BREAK.search(text, end, url.start) and _URL_LABEL.fullmatch(
            text, start, end
        ):
            labels.append(Noise(start, end, "label of a URL"))
    return labels


def _find_code_blocks(text: str) -> list[Noise]:
    """Find fenced code blocks, from each opening fence to its closing fence."""
    found: list[Noise] = []
    if "```" not in text and "~~~" not in text:
        return found
    opened: re.Match[str] | None = None
    for fence in _CODE_FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence.group(1) == opened.group(1):
            found.append(Noise(opened.start(), fence.end(), "code"))
            opened = None
    return found


def _drop_overlaps(found: list[Noise]) -> tuple[Noise, ...]:
    kept: list[Noise] = []
    for noise in sorted(found, key=lambda noise: (noise.start, -noise.end)):
        if noise.start < noise.end and (not kept or noise.start >= kept[-1].end):
            kept.append(noise)
    return tuple(kept)
