"""Find bare URLs in a text, and the labels that introduce them."""

from __future__ import annotations

import re

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
