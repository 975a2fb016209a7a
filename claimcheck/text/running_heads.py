"""Find what pages repeat: running heads, running feet, and page numbers."""

from __future__ import annotations

import re
from collections import Counter

FORM_FEED = "\f"
RUNNING_HEAD, RUNNING_FOOT, PAGE_NUMBER = "running head", "running foot", "page number"
LINE_NUMBER = "line number"

_NUMBERED_LINE = re.compile(r"^[ \t]*(\d{1,2})(?=[ \t]+\S)", re.M)
# A line that continues a sentence, or starts a clause, a question, or an answer
_UNLISTED = re.compile(
    r"[ \t]{1,40}(?:[^\W\dA-Z]|\([a-z\d]\)|[QA]\.[ \t]|[A-Z][A-Z. ]{2,30}:)"
)
# Of lines with rising numbers, and of those that continue a sentence: lists have fewer.
_MIN_NUMBERED_LINES, _MIN_CONTINUED_LINES = 5, 2
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
# Anchored at the start of a line; otherwise a blank line would be tried at each space.
_LINE_WITH_TEXT = re.compile(r"(?<![^\r\n\f])[^\r\n\f]*\S[^\r\n\f]*")
# How many lines at the top and bottom of a page may be page furniture.
_EDGE_LINES = 2
_MAX_RUNNING_LINE_CHARACTERS = 120
# A head that alternates between left and right pages is on half of them, and title
# pages have none, so the share is below one half. Both numbers were chosen by hand.
_MIN_REPEATED_PAGES = 2
_MIN_REPEATED_SHARE = 0.4

# The characters [start, end) of the source, and the reason to set them aside.
_Cut = tuple[int, int, str]


def find_page_furniture(text: str) -> list[_Cut]:
    """Find running heads, running feet, and page numbers."""
    if FORM_FEED not in text:
        return []
    edges = _find_edge_lines(text)
    forms = Counter((reason, _mask(text, *line)) for *line, reason in edges)
    pages = text.rstrip().count(FORM_FEED) + 1
    min_count = max(_MIN_REPEATED_PAGES, _MIN_REPEATED_SHARE * pages)
    found: list[_Cut] = []
    for start, end, reason in edges:
        if _is_page_number(text, start, end):
            found.append((start, end, PAGE_NUMBER))
            continue
        is_repeated = forms[reason, _mask(text, start, end)] >= min_count
        if is_repeated and end - start <= _MAX_RUNNING_LINE_CHARACTERS:
            found.append((start, end, reason))
    return found


def find_line_numbers(text: str) -> list[_Cut]:
    """Find the line numbers of a court's transcript, or of a bill."""
    found: list[_Cut] = []
    run: list[re.Match[str]] = []
    for match in _NUMBERED_LINE.finditer(text):
        if run and int(match.group(1)) not in (1, int(run[-1].group(1)) + 1):
            found += _list_line_numbers(run)
            run = []
        run.append(match)
    return found + _list_line_numbers(run)


def _list_line_numbers(run: list[re.Match[str]]) -> list[_Cut]:
    continued = [_UNLISTED.match(match.string, match.end()) for match in run]
    is_continued = sum(map(bool, continued)) >= _MIN_CONTINUED_LINES
    if len(run) < _MIN_NUMBERED_LINES or not is_continued:
        return []
    return [(*match.span(), LINE_NUMBER) for match in run]


def _find_edge_lines(text: str) -> list[_Cut]:
    """Return the first and last lines of each page, with head or foot."""
    edges: list[_Cut] = []
    page_start = 0
    for page in text.split(FORM_FEED):
        page_end = page_start + len(page)
        matches = _LINE_WITH_TEXT.finditer(text, page_start, page_end)
        lines = [match.span() for match in matches]
        # A page with few lines is a slide, or the end of a text: keep all of them.
        if len(lines) < 2 * _EDGE_LINES:
            numbers = [line for line in lines[1:] if _is_page_number(text, *line)]
            lines = lines[:1] + numbers
        for start, end in lines[:_EDGE_LINES]:
            edges.append((start, end, RUNNING_HEAD))
        for start, end in lines[_EDGE_LINES:][-_EDGE_LINES:]:
            edges.append((start, end, RUNNING_FOOT))
        page_start = page_end + 1
    return edges


def _is_page_number(text: str, start: int, end: int) -> bool:
    return _PAGE_NUMBER_LINE.fullmatch(text, start, end) is not None


def _mask(text: str, start: int, end: int) -> str:
    """Replace digits and Roman numerals, which change from page to page."""
    folded = " ".join(text[start:end].split()).lower()
    return re.sub(r"\d+|\b[ivxl]+\b", "#", folded)
