"""Resolve Pandoc's citations ("[see @smith2019, p. 3]") by a bibliography.

A citation becomes a note: `draft_page` renders both in the same way. The front matter
names the bibliography, "bibliography: refs.bib". Otherwise it is any BibTeX file beside
the draft, because Pandoc may have been told its name on the command line.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import import_required
from claimcheck.readers.decode import decode
from claimcheck.readers.draft_page import FOOTNOTE_ANCHOR
from claimcheck.readers.markup import EXTRA
from claimcheck.text.markdown import find_front_matter

KEY_MARK = "@"
# https://pandoc.org/MANUAL.html#citation-syntax, without keys in braces.
_KEY = re.compile(r"(?<![\w.])@(\w(?:[\w:.#$%&+?~/-]{0,99}\w)?)")
_CITATION = re.compile(r"\[([^\[\]\n]{0,300})\]")
_SPACED_CITATION = re.compile(rf"[ ]?{_CITATION.pattern}")
_NAMED = re.compile(r"^bibliography:[ \t]*(.*(?:\n[ \t]*-[ \t].*)*)", re.M)
_FILE_NAME = re.compile(r"[^\s\[\],'\"-][^\n\[\],'\"]*")
_MARKUP = re.compile(r"[\\{}]")
# Of a draft without a bibliography: "[@smith2019]" is a citation, "[@reuters]" is not.
_YEAR_DIGITS = re.compile(r"\d\d")
_MAX_FILE_BYTES = 20 << 20


def resolve_keys(text: str, folder: Path) -> str:
    """Return a Markdown draft whose citations by key are footnotes.

    Raises:
        InputError: a bibliography can't be read.
    """
    if not _KEY.search(text):
        return text
    entries = _read_bibliographies(text, folder)
    cited: dict[str, None] = {}

    def mark(key: str) -> str:
        cited[key] = None
        return f"[^{KEY_MARK}{key}]"

    def replace_group(match: re.Match[str]) -> str:
        keys = _KEY.findall(match[1])
        if not keys or not any(key in entries or _is_dated(key) for key in keys):
            return match[0]
        return "".join(map(mark, keys))

    def replace_single(match: re.Match[str]) -> str:
        # "@smith2019 found": the name is part of the sentence.
        is_marked = match.string[: match.start()].endswith("[^")
        if is_marked or match[1] not in entries:
            return match[0]
        cited[match[1]] = None
        return f"[{match[1]}](#{FOOTNOTE_ANCHOR}{KEY_MARK}{match[1]})"

    text = _CITATION.sub(replace_group, text)
    text = _KEY.sub(replace_single, text)
    notes = [f"[^{KEY_MARK}{key}]: {entries[key]}" for key in cited if entries.get(key)]
    return "\n\n".join([text, *notes])


def cut_keys(sentence: str) -> str:
    """Return a sentence without citations by key."""

    def cut(match: re.Match[str]) -> str:
        return "" if _KEY.search(match[1]) else match[0]

    return _SPACED_CITATION.sub(cut, sentence)


def _is_dated(key: str) -> bool:
    return bool(_YEAR_DIGITS.search(key))


def _read_bibliographies(text: str, folder: Path) -> dict[str, str]:
    """Return the source of each key in the bibliographies of a draft."""
    named = _NAMED.search(text, 0, find_front_matter(text))
    names = _FILE_NAME.findall(named[1]) if named else []
    paths = [folder / name.strip() for name in names]
    for path in paths:
        # A draft of a stranger must not name other files on this machine.
        is_inside = path.resolve().is_relative_to(folder.resolve())
        if not is_inside or not path.is_file():
            raise InputError(
                f"{path.name}: the bibliography is not in the folder of the draft"
            )
    entries: dict[str, str] = {}
    for path in paths or sorted(folder.glob("*.bib")):
        for key, fields in _read_entries(path):
            entries.setdefault(key, _choose_source(fields))
    return entries


def _read_entries(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the key and the fields of each entry of BibTeX or CSL JSON."""
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise InputError(f"{path.name}: has more than {_MAX_FILE_BYTES >> 20} MB")
    text, _ = decode(path.read_bytes(), path.name)
    if path.suffix.lower() != ".json":
        yield from _read_bibtex(text, path.name)
        return
    try:
        items: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{path.name}: is not valid JSON") from None
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and "id" in item:
            fields = {name.lower(): str(value) for name, value in item.items()}
            yield fields["id"], fields


def _read_bibtex(text: str, source: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    bibtexparser = import_required("bibtexparser", EXTRA, source, "a bibliography")
    # It logs each damaged entry; the citation of one is reported as undefined.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    for entry in bibtexparser.parse_string(text).entries:
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        yield entry.key, fields


def _choose_source(fields: Mapping[str, str]) -> str:
    """Return the address or file of an entry, or else its title."""
    if url := fields.get("url"):
        return _MARKUP.sub("", url)
    if doi := fields.get("doi"):
        name = _MARKUP.sub("", doi)
        return name if "://" in name else f"https://doi.org/{name}"
    if fields.get("archiveprefix", "").lower() == "arxiv" and "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    for name in ("file", "howpublished", "note", "title"):
        if value := fields.get(name):
            return " ".join(_MARKUP.sub("", value.replace(r"\url", "")).split())
    return ""
