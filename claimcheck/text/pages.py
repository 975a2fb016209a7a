"""Page furniture of texts with form feeds: running heads and feet, page numbers. By form and repetition alone."""

from __future__ import annotations

import re
from collections import Counter

FORM_FEED = "\f"
RUNNING_HEAD, RUNNING_FOOT, PAGE_NUMBER = "running head", "running foot", "page number"

_PAGE_NUMBER = re.compile(
    r"[ \t]*(?:[-–—|•]\s*)?(?:page\s+|p\.\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*[-–—|•])?[ \t]*",
    re.I,
)
_PAGE_LINE = re.compile(r"[^\r\n\f]*\S[^\r\n\f]*")
_EDGE_LINES = 2  # at the top and at the bottom of a page
_LONGEST = 120
_LEAST_PAGES = 2
_SHARE_OF_PAGES = 0.4  # a head that alternates between left and right pages is on half of them


def page_furniture(text: str) -> list[tuple[int, int, str]]:
    """The (start, end, reason) of the lines at the edges of pages that are no part of the text, in order."""
    if FORM_FEED not in text:
        return []
    edges = list(_edges(text))
    forms = Counter((side, _form(text[start:end])) for start, end, side in edges)
    pages = text.rstrip().count(FORM_FEED) + 1
    found = []
    for start, end, side in edges:
        line = text[start:end]
        if _PAGE_NUMBER.fullmatch(line):
            found.append((start, end, PAGE_NUMBER))
        elif len(line) <= _LONGEST and forms[side, _form(line)] >= max(_LEAST_PAGES, _SHARE_OF_PAGES * pages):
            found.append((start, end, RUNNING_HEAD if side == "top" else RUNNING_FOOT))
    return found


def _edges(text: str) -> list[tuple[int, int, str]]:
    """The first and last lines of each page; of a page with few lines each once."""
    found = []
    start = 0
    for page in text.split(FORM_FEED):
        lines = [(start + match.start(), start + match.end()) for match in _PAGE_LINE.finditer(page)]
        if len(lines) < 2 * _EDGE_LINES:  # a slide, or the end of a text: its lines may be all that it says
            lines = [
                line for line in lines if _PAGE_NUMBER.fullmatch(text, *line) or _is_first(line, start, text)
            ]
        top = lines[:_EDGE_LINES]
        bottom = [line for line in lines[-_EDGE_LINES:] if line not in top]
        found += [(*line, "top") for line in top] + [(*line, "bottom") for line in bottom]
        start += len(page) + 1
    return found


def _is_first(line: tuple[int, int], start: int, text: str) -> bool:
    """Whether nothing but white space stands before a line on its page."""
    return not text[start : line[0]].strip()


def _form(line: str) -> str:
    """The line without what changes from page to page."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", " ".join(line.split()).lower())
