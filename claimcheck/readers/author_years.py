"""Author-year citations, "(Smith & Lee, 2019)", and their references.

A reference has several keys, such as "(smith, 2019)" and "(smith lee, 2019)", because a
citation may name one author, two, or an organization by its initials.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass

from claimcheck.resources import read_words

_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?\b"
# "Smith, J., & Lee, A. (2019). The ferry."
_AUTHORS_BEFORE_YEAR = re.compile(
    rf"\W{{0,3}}([^\W\d_][^()\[\]\d]{{0,200}})[(\[]({_YEAR})"
)
# "Smith J, Lee A. The ferry. 2019;12:3": the year may be anywhere.
_AUTHORS = re.compile(r"\W{0,3}([^\W\d_][^\d\"“]{0,200}?)(?:\.(?=\s)|[:(\d\"“]|$)")
_ANY_YEAR = re.compile(rf"(?<![\w/–-]){_YEAR}")
_MAX_YEARS = 3  # of a reference; one of them is that of its publication
_SEPARATOR = re.compile(r"[,;&/]|\b(?:and|und|et|y)\b")
_OTHERS = re.compile(r"\bet\s+al\b\.?|\bu\.\s?a\.|\band others\b|\b[Ee]ds?\b\.?")
_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?[ -]?){1,3}")
_LAST_INITIALS = re.compile(r"\s(?:[A-ZÀ-Þ]\.?[ -]?){1,3}$")
_POSSESSIVE = re.compile(r"['’]s?$")

_BRACKETS = re.compile(rf"[(\[]([^()\[\]]{{2,300}}?\s{_YEAR}[^()\[\]]{{0,200}})[)\]]")
_CITED = re.compile(
    rf"""
    \s* (?: (?: see | also | cf\. | e\.g\. | vgl\. | siehe | voir | z\.\s?B\. ),? \s+ )*
    (?P<names> [^\d\s] [^\d]{{0,148}}? [^\d\s] ) (?P<comma> , )? \s+
    (?P<years> {_YEAR} (?: \s*[,&]\s* {_YEAR} )* ) (?: \s*[,:] .* )? \s*
    """,
    re.X,
)
_YEAR_IN_BRACKETS = re.compile(rf"[(\[]({_YEAR})(?:[,:][^()\[\]]{{0,40}})?[)\]]")
_MAX_NAMES_BEFORE = 90  # characters of "Smith, Lee, and Kim (2019)"
_PARTICLES = frozenset(
    "van von der den de del della di da la le du ter zu al el".split()
)
_MONTHS = frozenset(read_words("months"))


@dataclass(frozen=True, slots=True)
class AuthorYear:
    """A citation's range in a text, and the keys of its references.

    A reference that the draft lacks has the words of the text, "(Kim, 2018)". In "Smith
    (2019) found" the citation is part of the sentence.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    in_sentence: bool


def list_reference_keys(entry: str) -> list[str]:
    """Return the keys of a reference that starts with its authors."""
    if found := _AUTHORS_BEFORE_YEAR.match(entry):
        years = [found[2]]
    elif found := _AUTHORS.match(entry):
        years = _ANY_YEAR.findall(entry)[:_MAX_YEARS]
    names = _split_names(found[1]) if found else []
    if found is None or not names or not _is_name(found[1]):
        return []
    first = names[0]
    capitals = "".join(word[0] for word in first.split() if word[0].isupper())
    variants = [found[1], " ".join(names[:2]), first, first.split()[-1]]
    if len(capitals) > 1:  # "World Health Organization" is cited as WHO
        variants.append(capitals)
    keys = [_build_key(name, year) for year in years for name in variants]
    return list(dict.fromkeys(keys))


def find_author_years(
    text: str, references: Container[str], *, is_style: bool
) -> Iterator[AuthorYear]:
    """Yield the citations by author and year.

    `is_style` is whether the draft cites so: then a citation may lack its reference.
    Otherwise "(Paris, 2015)" cites nothing.
    """
    yield from _find_bracketed(text, references, is_style=is_style)
    yield from _find_narrative(text, references)


def _find_bracketed(
    text: str, references: Container[str], *, is_style: bool
) -> Iterator[AuthorYear]:
    """Yield citations such as "(Smith, 2015; Lee and Wu, 2016)"."""
    for match in _BRACKETS.finditer(text):
        cited = _read_cited(match[1])
        is_known = is_style and bool(cited) and all(map(_has_form, cited))
        keys = []
        for part in cited:
            for year in _ANY_YEAR.findall(part["years"]):
                key = _find_key(part["names"], year, references)
                is_known = is_known or key is not None
                keys.append(key or f"({part['names']}, {year})")
        if is_known:
            yield AuthorYear(match.start(), match.end(), tuple(keys), False)


def _read_cited(content: str) -> list[re.Match[str]]:
    """Return the parts between semicolons; none if one cites nothing."""
    cited = []
    for text in content.split(";"):
        part = _CITED.fullmatch(text)
        if part is None or not _is_name(part["names"]):
            return []
        cited.append(part)
    return cited


def _find_narrative(text: str, references: Container[str]) -> Iterator[AuthorYear]:
    """Yield citations such as "Smith (2015)"."""
    for match in _YEAR_IN_BRACKETS.finditer(text):
        before = max(0, match.start() - _MAX_NAMES_BEFORE)
        # The longest names that a reference has.
        for word in re.finditer(r"(?<!\S)\S", text[before : match.start()]):
            start = before + word.start()
            names = text[start : match.start()].strip()
            key = _is_name(names) and _find_key(names, match[1], references)
            if key:
                yield AuthorYear(start, match.end(), (key,), True)
                break


def _is_name(words: str) -> bool:
    """Whether words may be the names of authors; "May" and "in" are not."""
    first = words.split(maxsplit=1)[0].strip(",.")
    is_capital = first[:1].isupper() or first in _PARTICLES
    return is_capital and not _MONTHS.intersection(words.lower().split())


def _has_form(cited: re.Match[str]) -> bool:
    """Whether it has the form of a citation: "(Olympics 2012)" does not."""
    has_several = _OTHERS.search(cited["names"]) or _SEPARATOR.search(cited["names"])
    return bool(cited["comma"] or has_several)


def _find_key(names: str, year: str, references: Container[str]) -> str | None:
    authors = _split_names(names)
    # Of two authors, both must be those of the reference.
    for name in (names, " ".join(authors[:2])):
        key = _build_key(name, year)
        if key in references:
            return key
    return None


def _split_names(text: str) -> list[str]:
    """Return the surnames of authors: "Smith, J., & Lee, A." has two."""
    names: list[str] = []
    for part in _SEPARATOR.split(_OTHERS.sub("", text)):
        name = _LAST_INITIALS.sub("", part.strip(" ."))
        is_initials = names and _INITIALS.fullmatch(name)
        if name and not is_initials:
            names.append(name)
    return names


def _build_key(name: str, year: str) -> str:
    plain = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", name.strip(" .,")))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return f"({' '.join(letters.casefold().split())}, {year})"
