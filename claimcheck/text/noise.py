"""Page noise: characters that are in a text but are not part of what it says.

Each find has a reason, which the ledger reports. The rules look at form alone (a bare
URL, a line of dashes, a label before a link), never at a particular site. Patterns meet
whole documents, so each starts with a character that a search can skip to, and looks
back from there at what must come before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from claimcheck.text.messages import find_message_parts

FORM_FEED = "\f"
RUNNING_HEAD, RUNNING_FOOT, PAGE_NUMBER = "running head", "running foot", "page number"
SUBTITLE_CUE, MARKUP = "subtitle number and time", "markup"

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
_MAX_LINE_CONTEXT = 400
_MAX_LABEL_DISTANCE = 200  # characters between the start of a label and its URL
_LINE_BREAK = re.compile(r"[\r\n]")

# Whole lines of noise by reason. They are searched for together, because each search
# reads all of the text. Only the first is noise wherever it is: the others can be the
# end or the start of a sentence, so that they must stand alone.
_LINE_PATTERNS = {
    "a line of signs": r"[-=_*~\#•·—–+|]{3,}|\|[-|:\ ]{3,}\|",
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
        |Click[ ]here.{0,60})
        """,
    "page number": r"""
        (?:[-–—][ \t]{0,3})?[Pp](?i:age)[ ]\d{1,4}[ ](?i:of)[ ]\d{1,4}
        (?:[ \t]{0,3}[-–—])?
        """,
    "time": r"[\[(]?(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?[\])]?",
}
_LINE_REASONS = tuple(_LINE_PATTERNS)
_ANY_LINE_PATTERN = "|".join(f"({form})" for form in _LINE_PATTERNS.values())
_NOISE_LINE = re.compile(rf"\n[ \t]*(?:{_ANY_LINE_PATTERN})[ \t]*\r?$", re.M | re.X)
_NEXT_LINE_START = re.compile(r"(?:\r\n|\r|\n)[ \t]*(\w)")
_SENTENCE_END_MARKS = '.!?:…"”’)]'
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
    </?(?:[cibu]|ruby|rt|lang|font)(?:[.\s][^<>\n]{0,60})?>
    |</v>|<\d\d:\d\d[:.\d]*>
    |\{\\an\d\}
    """,
    re.X,
)
_FRONT_MATTER_LINE = re.compile(r"\w[\w-]*:|[ \t-]")  # how one starts
_CODE_FENCE = re.compile(r"^(```|~~~)[^\n`]*$", re.M)
# The marks of emphasis and code in Markdown, in pairs around words.
_EMPHASIS = re.compile(
    r"""
    (?<![\w*])(?P<stars>\*{1,3})(?=[^\s*])[^*\n]{1,300}(?<=[^\s*])(?P=stars)(?![\w*])
    |(?<![\w_])(?P<bars>_{1,3})(?=[^\s_])[^_\n]{1,300}(?<=[^\s_])(?P=bars)(?![\w_])
    |(?<![\w~])(?P<tildes>~~)(?=[^\s~])[^~\n]{1,300}(?<=[^\s~])(?P=tildes)(?![\w~])
    |(?<![\w`])(?P<ticks>`{1,2})(?=[^\s`])[^`\n]{1,300}(?<=[^\s`])(?P=ticks)(?![\w`])
    """,
    re.X,
)
_LINK = re.compile(
    r"""
    (?P<start>!?\[)(?P<text>[^\[\]\n]{0,300}(?:\n[^\[\]\n]{1,300})?)
    (?P<end>\]\([^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?
        (?:[ \n]"[^"\n]{0,200}")?\)
        |\]\[[^\[\]\n]{0,100}\])
    """,
    re.X,
)
_LINK_DEFINITION = re.compile(
    r"^[ ]{0,3}\[[^\[\]\n]{1,100}\]:[ \t]+\S[^\n]{0,1000}$", re.M
)
_SOUND = re.compile(
    r"""
    [\[(](?:music|musik|musique|música|applause|laughter|laughs|cheers|cheering
        |crosstalk|silence|pause|coughs|coughing|sighs|chuckles|beep|bell\ rings
    )(?:\ (?:playing|continues|and\ [a-z]+|stops|fades))?[.]?[\])]
    |♪+
    """,
    re.I | re.X,
)
_LEADING_TIME = re.compile(
    r"^[ \t]*[\[(]\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?[\])](?=[ \t])", re.M
)
# "[B7] 900", as the reader of spreadsheets writes it
_CELL_REFERENCE = re.compile(r"(?:^|(?<=\t))\[[A-Z]{1,3}[1-9]\d{0,6}\](?=\ )", re.M)
# Each pattern is tried only on a text that contains its mark.
_MARKED_PATTERNS = (
    ("-->", _SUBTITLE_LINES, SUBTITLE_CUE),
    ("-->", _SUBTITLE_MARKUP, "caption markup"),
    ("[", _FOOTNOTE, "footnote mark"),
    ("]:", _LINK_DEFINITION, "link"),
    (":", _LEADING_TIME, "time"),
    ("] ", _CELL_REFERENCE, "cell reference"),
    ("", _RAISED_NOTE, "footnote mark"),
    ("", _SOUND, "sound"),
)


@dataclass(frozen=True, slots=True, order=True)
class Noise:
    """The characters [start, end) of the source, set aside for `reason`."""

    start: int
    end: int
    reason: str

    @property
    def splits_quotes(self) -> bool:
        """Whether a quote leaves it out, and has one part on each side."""
        return self.reason != MARKUP


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
    found += _find_noise_lines(text)
    found += _find_markup(text)
    for mark, pattern, reason in _MARKED_PATTERNS:
        if mark in text:
            for match in pattern.finditer(text):
                found.append(Noise(match.start(), match.end(), reason))
    for start, end, reason in find_message_parts(text):
        found.append(Noise(start, end, reason))
    return _drop_overlaps(found)


def _find_noise_lines(text: str) -> Iterator[Noise]:
    """Yield the lines that are noise, and not part of a sentence."""
    # A search skips to a line break faster than to "^"; hence the added one.
    for match in _NOISE_LINE.finditer(f"\n{text}"):
        start, end = match.start(), match.end() - 1
        reason = _LINE_REASONS[(match.lastindex or 0) - 1]
        if reason == _LINE_REASONS[0] or _stands_alone(text, start, end):
            yield Noise(start, end, reason)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the sentences around a line end before it and start after it."""
    after = _NEXT_LINE_START.match(text, end)
    if after and after.group(1).islower():
        return False
    lines_before = text[max(0, start - _MAX_LINE_CONTEXT) : start].splitlines()
    before = lines_before[-1].rstrip() if lines_before else ""
    # A title is the only line before a byline that has no full stop.
    is_title = len(lines_before) == 1 and start < _MAX_LINE_CONTEXT
    return not before or is_title or before[-1] in _SENTENCE_END_MARKS


def _find_markup(text: str) -> Iterator[Noise]:
    """Yield the marks of links, emphasis, and code in Markdown."""
    if "](" in text or "][" in text:
        for link in _LINK.finditer(text):
            if link["start"].startswith("!"):
                yield Noise(link.start(), link.end(), "picture")
                continue
            yield Noise(*link.span("start"), "link")
            yield Noise(*link.span("end"), "link")
    for match in _EMPHASIS.finditer(text):
        width = len(match[match.lastgroup or 0])
        yield Noise(match.start(), match.start() + width, MARKUP)
        yield Noise(match.end() - width, match.end(), MARKUP)


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
