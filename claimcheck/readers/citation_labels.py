"""Find citations in a paragraph, and which of them only name their source.

"(Reuters)", "[1]", and "Source: the ministry" are labels, not part of the sentence. A
link on words of the sentence is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from claimcheck.readers.author_years import find_author_years
from claimcheck.readers.bibliography import KEY_MARK
from claimcheck.readers.draft_page import FOOTNOTE_ANCHOR, DraftBlock, Link
from claimcheck.readers.references import (
    ADDRESS,
    FILE,
    FROM_RAISED,
    References,
    complete_address,
)
from claimcheck.resources import read_words

# ChatGPT writes "【1†source】".
_NUMBERS = re.compile(
    r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]|【(\d{1,3})(?:[†:][^【】]{0,60})?】"
)
_RAISED = re.compile(r"(?<=\S)[⁰¹²³⁴-⁹]+(?:\s?[,–-]\s?[⁰¹²³⁴-⁹]+)*")
# "km²" and "10³" are not notes; "in 1889²" has one.
_UNIT = re.compile(r"\b[kcmd]?m$|\b(?:ft|in|mi|CO|s)$|(?<!\d{3})\d$")
# Copied text loses what is raised: "built in 1962.1 It was old.2,3"
_FLAT = re.compile(
    r"""
    (?: (?<=[^\W\d_][.!?]) | (?<=[.!?]["”’)]) | (?<=\b1\d\d\d\.) | (?<=\b20\d\d\.) )
    \d{1,3} (?: \s?[,–-]\s? \d{1,3} )* (?= \s+["“]?[A-ZÀ-Þ] | \s*$ )
    """,
    re.X,
)
_BEFORE_NUMBER = re.compile(r"\b(?:fig|no|nr|pp?|vol|sec|art|para|ch)\.$", re.I)
_BRACKETED = re.compile(r"[(\[][^()\[\]\d]+[)\]]")
_RANGE = re.compile(r"(?<!\d)(\d{1,4})\s{0,3}[–-]\s{0,3}(\d{1,4})(?!\d)")
_MAX_RANGE = 50  # of numbers, "[1-50]"
NUMBER_LABEL = re.compile(r"\W{0,2}[\d⁰¹²³⁴-⁹]{1,3}\W?|\[\^[^\]\s]+\]|[*†‡§]{1,3}")

# Words in a link that show that it leads to a source.
_SOURCE_WORD = re.compile(
    r"\b(?:sources?|links?|here|reports?|stud(?:y|ies)|papers?|articles?|(?:web)?pages?"
    r"|(?:web)?sites?|archives?|pdf|releases?|statements?|data(?:set|base)?|blogs?"
    r"|posts?|transcripts?|documents?|surveys?|fact.checks?|quelle)\b",
    re.I,
)
_LEAD_IN = re.compile(
    r"""
    (?: (?<!\s)\s+ )?  # not \s*: in a run of spaces only the first is tried
    (?P<open> [(\[]\s* )?
    (?P<word>
        \b (?: sources? | see(?:\ also)? | cf\. | via | quellen?
              | read\ more(?:\ at|\ on)? ) \b (?P<colon>:)? \s*
    )?
    (?P<dash> [–—-]\s* )? $
    """,
    re.I | re.X,
)
_CLOSE = re.compile(r"\s*(?:[,;][^()\[\]]{0,60})?\.?[)\]]")
_BETWEEN = re.compile(r"\s*(?:[,;&|/–-]|and)?\s*")
_SENTENCE_END = re.compile(r"\s*(?:[.!?…]+[\"”’)]*(?=\s|$)|$)")
_NEXT_SENTENCE = re.compile(r"\s+(?=[A-Z“\"])|\s*$")
_AFTER_END = re.compile(r"[.!?…][\"”’)]*\s*$")
_ENDED_BY_PUNCTUATION = re.compile(r"[.!?…,;:–—)\"”]\s*$")
_WORD_BEFORE = re.compile(r"(\w+)\W*$")
# "She told Reuters", "by Reuters": the name belongs to the sentence.
_NAME_FOLLOWS = frozenset([*read_words("function_words"), *read_words("speech_verbs")])
_MAX_LABEL_WORDS = 12
_MAX_NAME_WORDS = 6
# How many characters before a label are examined.
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation's range in its paragraph, and the keys or addresses it has.

    `is_label` is true if it only names a source and is not part of the sentence.
    """

    start: int
    end: int
    targets: tuple[str, ...]
    is_label: bool


def find_citations(block: DraftBlock, references: References) -> list[Citation]:
    """Return the citations of a paragraph, in order.

    A link in "[1, 2]" or "(Smith, 2019)" wins over the number or the name.
    """
    links = list(_find_links(block, references))
    linked = {place for link in links for place in range(link.start, link.end)}
    written = [
        *_find_numbers(block.text),
        *_find_raised_numbers(block.text, references),
        *_find_flat_numbers(block.text, references),
        *_find_addresses(block.text),
        *_find_author_years(block, references),
    ]
    unlinked = [
        item for item in written if linked.isdisjoint(range(item.start, item.end))
    ]
    ordered: list[Citation] = []
    for item in sorted([*links, *unlinked], key=lambda item: item.start):
        if not ordered or item.start >= ordered[-1].end:
            ordered.append(item)
    return _find_labels(block, ordered)


def _find_links(block: DraftBlock, references: References) -> Iterator[Citation]:
    for link in block.links:
        label = block.text[link.start : link.end].strip()
        is_number = bool(NUMBER_LABEL.fullmatch(label))
        target = _name_target(link, label, references) if is_number else link.target
        if target.startswith("#") and target not in references and not is_number:
            continue  # links to another part of the draft
        is_name = is_number or bool(_BRACKETED.fullmatch(label))
        is_label = is_name or _is_address_of(label, target)
        yield Citation(link.start, link.end, (target,), is_label)


def _name_target(link: Link, label: str, references: References) -> str:
    """Return the number of a missing note, as the reader sees it."""
    is_missing = link.target.startswith("#") and link.target not in references
    number = re.search(r"\d+", label.translate(FROM_RAISED))
    if is_missing and number and not link.target.startswith(f"#{FOOTNOTE_ANCHOR}"):
        return f"[{number[0]}]"
    return link.target


def _find_numbers(text: str) -> Iterator[Citation]:
    for match in _NUMBERS.finditer(text):
        keys = _list_keys(match[1] or match[2])
        yield Citation(match.start(), match.end(), keys, True)


def _find_raised_numbers(text: str, references: References) -> Iterator[Citation]:
    for match in _RAISED.finditer(text):
        keys = _list_keys(match[0].translate(FROM_RAISED))
        before = text[max(0, match.start() - 4) : match.start()]
        # "x³" is unlikely to have a note, too.
        ends = bool(references) and before[-1] in '.,;:!?)”"'
        is_note = ends or all(key in references for key in keys)
        if is_note and not _UNIT.search(before):
            yield Citation(match.start(), match.end(), keys, True)


def _find_flat_numbers(text: str, references: References) -> Iterator[Citation]:
    for match in _FLAT.finditer(text):
        keys = _list_keys(match[0])
        # Unlike brackets, such a number is a note only if there is a reference.
        is_known = all(key in references for key in keys)
        before = text[max(0, match.start() - 6) : match.start()]
        if is_known and not _BEFORE_NUMBER.search(before):
            yield Citation(match.start(), match.end(), keys, True)


def _find_author_years(block: DraftBlock, references: References) -> Iterator[Citation]:
    found = find_author_years(block.text, references, is_style=references.has_authors)
    for item in found:
        yield Citation(item.start, item.end, item.keys, not item.in_sentence)


def _find_addresses(text: str) -> Iterator[Citation]:
    for match in ADDRESS.finditer(text):
        target = complete_address(match[0])
        yield Citation(match.start(), match.end(), (target,), True)


def _list_keys(text: str) -> tuple[str, ...]:
    numbers = re.findall(r"\d+", _RANGE.sub(_expand_range, text))
    return tuple(f"[{number}]" for number in numbers)


def _expand_range(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    return ",".join(map(str, range(first, min(last, first + _MAX_RANGE) + 1)))


def _is_address_of(label: str, target: str) -> bool:
    """Whether a link's label is its address, or the name of its file."""
    if _is_key_of(label, target):
        return False
    if target.startswith("#") or ADDRESS.fullmatch(label):
        return True
    return bool(FILE.fullmatch(label)) and unquote(target).endswith(label)


def _is_key_of(label: str, target: str) -> bool:
    """Whether a label is a key of a bibliography: "@smith2019 found that"."""
    return target == f"#{FOOTNOTE_ANCHOR}{KEY_MARK}{label}"


def names_source(label: str, target: str) -> bool:
    """Whether a label names its source: a site, a file, or "the report"."""
    if _is_key_of(label, target):
        return True
    if _SOURCE_WORD.search(label):
        return len(label.split()) <= _MAX_LABEL_WORDS
    name = re.sub(r"[\W_]", "", label.lower())
    parts = urlsplit(target)
    if parts.hostname:
        words = parts.hostname.split(".")[:-1]
    else:
        words = re.split(r"[\W_]+", PurePosixPath(unquote(parts.path)).stem.lower())
    known = [word for word in words if len(word) > 2 and word != "www"]
    return any(word in name or name in word for word in known)


def _find_labels(block: DraftBlock, citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations; labels have the range of the entire label.

    Consecutive citations are one label. Its brackets and "see" are part of it.
    """
    labeled: list[Citation] = []
    row: list[Citation] = []
    for index, citation in enumerate(citations):
        row.append(citation)
        following = citations[index + 1] if index + 1 < len(citations) else None
        if following and _BETWEEN.fullmatch(block.text, citation.end, following.start):
            continue
        bounds = _Row(block, row).find_label()
        labeled += row if bounds is None else _widen(row, *bounds)
        row = []
    return labeled


class _Row:
    """Citations with nothing between them, and the text around them."""

    def __init__(self, block: DraftBlock, row: Sequence[Citation]) -> None:
        self._text = block.text
        self._tag = block.tag
        self._start, self._end = row[0].start, row[-1].end
        names = [block.text[item.start : item.end].strip() for item in row]
        self._first_name = names[0]
        self._words = sum(len(name.split()) for name in names)
        self._are_labels = all(item.is_label for item in row)
        self._are_names = all(
            item.is_label or names_source(name, item.targets[0])
            for item, name in zip(row, names, strict=True)
        )
        context = max(0, self._start - _CONTEXT)
        lead_in = _LEAD_IN.search(block.text, context, self._start)
        assert lead_in is not None  # the pattern can match the empty string
        self._lead_in = lead_in
        self._before = block.text[context : lead_in.start()].rstrip()
        self._stop = _SENTENCE_END.match(block.text, self._end)

    def find_label(self) -> tuple[int, int] | None:
        """Return the label's range; None if it is part of the sentence."""
        return (
            self._find_brackets()
            or self._find_separate_sentence()
            or self._find_introduced()
            or self._find_last_words()
        )

    def _find_brackets(self) -> tuple[int, int] | None:
        """Find "(Reuters, 4 May)"; "(5,895 m)" is a fact with a link."""
        close = _CLOSE.match(self._text, self._end)
        is_fact = self._first_name[:1].isdigit() and not self._are_names
        if not self._lead_in["open"] or close is None or is_fact:
            return None
        return self._lead_in.start(), close.end()

    def _find_separate_sentence(self) -> tuple[int, int] | None:
        """Find "The ferry sank. Reuters.": a name alone is not a sentence."""
        is_first = not self._before
        is_apart = self._tag in ("p", "td") if is_first else self._ends_sentence()
        if not is_apart or not (self._are_names or self._words <= 2):
            return None
        if self._stop is not None:
            return self._lead_in.start(), self._stop.end()
        if not is_first and _NEXT_SENTENCE.match(self._text, self._end):
            return self._lead_in.start(), self._end
        return None

    def _ends_sentence(self) -> bool:
        return bool(_AFTER_END.search(self._before))

    def _find_introduced(self) -> tuple[int, int] | None:
        """Find "Source: the ministry", and numbers and addresses anywhere."""
        if self._lead_in["colon"]:
            return self._lead_in.start(), self._end
        return (self._start, self._end) if self._are_labels else None

    def _find_last_words(self) -> tuple[int, int] | None:
        """Find "It sank in 2019 — Reuters", but not "She told Reuters"."""
        is_last = self._stop is not None and self._words <= _MAX_NAME_WORDS
        if not is_last or not self._are_names:
            return None
        if self._lead_in["dash"] or _ENDED_BY_PUNCTUATION.search(self._before):
            return self._lead_in.start(), self._end
        previous = _WORD_BEFORE.search(self._before)
        is_object = previous is None or previous[1].lower() in _NAME_FOLLOWS
        if is_object or _SOURCE_WORD.search(self._first_name):
            return None
        return self._start, self._end


def _widen(row: Sequence[Citation], start: int, end: int) -> list[Citation]:
    """Return the citations as labels that cover a range of the text."""
    labels = [replace(item, is_label=True) for item in row]
    labels[0] = replace(labels[0], start=start)
    labels[-1] = replace(labels[-1], end=end)
    for index in range(len(labels) - 1):
        labels[index] = replace(labels[index], end=labels[index + 1].start)
    return labels


def cut_labels(
    text: str, citations: Sequence[Citation]
) -> tuple[str, list[tuple[int, int]]]:
    """Return the text without labels, and the range of each citation in it.

    A label is about the character before it.
    """
    plain = _Plain()
    position = 0
    ranges: list[tuple[int, int]] = []
    for citation in citations:
        plain.add(text[position : citation.start])
        position = citation.end
        if citation.is_label:
            plain.close_gap()
            place = max(plain.length, 1)
            ranges.append((place - 1, place))
        else:
            start = plain.length
            plain.add(text[citation.start : citation.end])
            ranges.append((start, plain.length))
    plain.add(text[position:])
    return "".join(plain.parts).replace("\n", " "), ranges


class _Plain:
    """Joins the text between the labels."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self._is_open = False  # a label was cut, and no text has followed yet
        self._space = ""

    def add(self, text: str) -> None:
        """Add text; after a label, separate it with a space if necessary."""
        if self._is_open and text:
            self._is_open = False
            if not text[0].isspace() and text[0] not in ".,;:!?)…":
                text = (self._space or " " * text[0].isalnum()) + text
        self.parts.append(text)
        self.length += len(text)

    def close_gap(self) -> None:
        """Drop the space before a label."""
        last = self.parts.pop()
        words = last.rstrip()
        if last or not self._is_open:
            self._space = last[len(words) :]
        self._is_open = True
        self.parts.append(words)
        self.length -= len(last) - len(words)
