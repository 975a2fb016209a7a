"""Read a draft's list of references: the source of each number or note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from claimcheck.readers.author_years import list_reference_keys
from claimcheck.readers.draft_page import FOOTNOTE_ANCHOR, DraftBlock

# Addresses as people write them, including bare DOIs.
ADDRESS = re.compile(
    r"(?:https?://|www\.(?=\w)|\bdoi:\s?(?=10\.)|\barXiv:(?=\d{4}\.))"
    r"[^\s<>\"”]*[^\s<>\"”.,;:!?)\]'’]",
    re.I,
)
_SCHEMES = {
    "www.": "https://www.",
    "doi:": "https://doi.org/",
    "arxiv:": "https://arxiv.org/abs/",
}
FILE = re.compile(
    r"""
    (?<![\w./~-]) [\w./~-]+ \.
    (?: txt | md | markdown | html? | xhtml | pdf | docx? | odt | rtf | epub | eml | msg
      | csv | tsv | xlsx | pptx | json | xml | tex | srt | vtt | warc ) \b
    """,
    re.I | re.X,
)
FROM_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_REFERENCE = re.compile(r"\s*(?:\[(\d{1,3})\]:?|([⁰¹²³⁴-⁹]+))\s+")
_LISTED_REFERENCE = re.compile(r"\s*[\[(]?(\d{1,3})[\]).:]{1,2}\s+")
REFERENCES_TITLE = re.compile(
    r"""
    \W* (?:\d+\.?\s)? (?:list\ of\ |selected\ )?
    (?: references?(?:\ list)? | sources?(?:\ cited)? | (?:end|foot)?notes | citations
      | bibliography | literature | works\ cited | quellen | literatur
      | einzelnachweise | références | bibliographie | referencias | fuentes
    ) \W*
    """,
    re.I | re.X,
)
_SAME_SOURCE = re.compile(r"(?:ibid(?:em)?|ebd|ebenda|idem)\b", re.I)
_MAX_TITLE_CHARACTERS = 100


class References(dict[str, list[str]]):
    """The sources of each reference, by its keys.

    The keys are numbers, "[1]", anchors of notes, "#fn1", and authors with the year,
    "(smith, 2019)". All keys of a reference have the same list. `has_authors` is true
    if there is a reference without a number.
    """

    has_authors = False


def split_references(
    blocks: Sequence[DraftBlock],
) -> tuple[References, list[DraftBlock]]:
    """Return the references, and the other paragraphs."""
    linked = {link.target for block in blocks for link in block.links}
    references = References()
    paragraphs = []
    previous: list[str] = []
    section: DraftBlock | None = None  # the title of the list of references
    for block in blocks:
        lines = block.split_lines()
        is_title = _is_references_title(block, lines[0])
        if is_title or block.is_heading:
            section = block if is_title else None
            lines = lines[1:]
        entries = _read_entries(lines, linked, in_references=section is not None)
        previous = _add_entries(references, entries, previous)
        if entries or section is block or block.is_heading:
            continue
        if not _continues(section, block):
            section = None
            paragraphs.append(block)
    return references, paragraphs


def _add_entries(
    references: References,
    entries: Iterable[tuple[list[str], list[str]]],
    previous: list[str],
) -> list[str]:
    """Add references, and return the sources of the last one.

    "Ibid." has the sources of the reference before it, which are `previous`.
    """
    for keys, sources in entries:
        if not _SAME_SOURCE.match(sources[0] if sources else ""):
            previous = sources
        _add_reference(references, keys, previous)
    return previous


def _continues(section: DraftBlock | None, block: DraftBlock) -> bool:
    """Whether a paragraph without a number belongs to a list of references.

    Without a heading, the list ends with its last number.
    """
    return section is not None and (section.is_heading or block.tag == "li")


def _is_references_title(block: DraftBlock, line: DraftBlock) -> bool:
    if not REFERENCES_TITLE.fullmatch(line.text) or line.links:
        return False
    return block.is_heading or block.tag not in ("td", "th", "li")


def _add_reference(
    references: References, keys: Sequence[str], sources: Sequence[str]
) -> None:
    numbers = [key for key in keys if not key.startswith("(")]
    known = [references[key] for key in numbers if key in references]
    shared = known[0] if known else []
    shared += [source for source in sources if source not in shared]
    references.update(dict.fromkeys(numbers, shared))
    for key in keys:
        references.setdefault(key, shared)  # authors may have two in a year
    references.has_authors = references.has_authors or not numbers


def _read_entries(
    lines: Sequence[DraftBlock], linked: set[str], *, in_references: bool
) -> list[tuple[list[str], list[str]]]:
    """Return the keys and the sources of each reference.

    Lines without a key continue the reference before them.
    """
    entries: list[tuple[list[str], int, DraftBlock]] = []
    for line in lines:
        keys, start = _find_keys(line, linked, in_references=in_references)
        if keys:
            entries.append((keys, start, line))
        elif entries:
            entries[-1][2].append(line)
    return [(keys, _list_sources(entry, start)) for keys, start, entry in entries]


def _find_keys(
    line: DraftBlock, linked: set[str], *, in_references: bool
) -> tuple[list[str], int]:
    """Return the keys of a reference, and the offset of its text."""
    keys = [
        f"#{name}"
        for name in line.names
        if f"#{name}" in linked or name.startswith(FOOTNOTE_ANCHOR)
    ]
    match = _REFERENCE.match(line.text)
    if match is None and in_references:
        match = _LISTED_REFERENCE.match(line.text)
    start = match.end() if match else 0
    if match is not None:
        number = next(group for group in match.groups() if group)
        keys.append(f"[{number.translate(FROM_RAISED)}]")
    elif in_references and line.number is not None:
        keys.append(f"[{line.number}]")
    if in_references:
        keys += list_reference_keys(line.text[start:])
    return keys, start


def _list_sources(line: DraftBlock, start: int) -> list[str]:
    """Return the addresses or files in a reference, or else its title."""
    found = [link.target for link in line.links if not link.target.startswith("#")]
    text = line.text
    # A link's label may also be an address.
    for link in reversed(line.links):
        text = text[: link.start] + " " + text[link.end :]
    found += [complete_address(match[0]) for match in ADDRESS.finditer(text)]
    entry = " ".join(text[min(start, len(text)) :].split()).strip("`'\"“”")
    if not found:
        is_file = FILE.fullmatch(entry.replace(" ", "_"))
        found = [entry] if is_file else FILE.findall(entry)
    # A book has no address: the reader must look up its title.
    title = entry[:_MAX_TITLE_CHARACTERS]
    return list(dict.fromkeys(found)) or ([title] if title else [])


def complete_address(text: str) -> str:
    """Return an address with its scheme: "doi:10.1/x", "www.example.org"."""
    for start, scheme in _SCHEMES.items():
        if text.lower().startswith(start):
            return scheme + text[len(start) :].lstrip()
    return text
