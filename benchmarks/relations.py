"""How English words are related: synonyms, hypernyms, antonyms, cognates.

Used to make wrong claims (`units.py`); checking gains nothing from it.

The data is WordNet's, packed by `benchmarks/pack_words.py`. All words here are stems
(`claimcheck.english.lexicon.stem`), so that inflections share their senses.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from claimcheck.english.lexicon import WORD_CACHE_SIZE
from claimcheck.verification.checks.antonyms import load_antonyms

FOLDER = Path(__file__).with_name("wordnet")

# More steps up the hierarchy relate nearly everything: all nouns are "entities".
_MAX_STEPS = 3

Senses = frozenset[int]
_NO_SENSES: Senses = frozenset()


class Relation(StrEnum):
    """How a claim's word is related to the evidence's, closest first."""

    SYNONYM = "synonym"
    COGNATE = "cognate"
    GENERAL = "more general"
    OPPOSITE = "opposite"
    SPECIFIC = "more specific"
    SIBLING = "sibling"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TextSenses:
    """The stems of a text, and all the senses that any of them has."""

    forms: frozenset[str]
    senses: Senses


@dataclass(frozen=True, slots=True)
class WordSenses:
    """The WordNet senses of a word, by number, and the senses around them.

    `hypernyms` and `hyponyms` are up to three steps away; `siblings` are one step up
    and one down. Tuples, because they are smaller than sets.
    """

    form: str
    senses: tuple[int, ...] = ()
    hypernyms: tuple[int, ...] = ()
    hyponyms: tuple[int, ...] = ()
    siblings: tuple[int, ...] = ()

    def find_relation(self, text: TextSenses) -> Relation:
        """Return the closest relation of this word to any word of a text."""
        if not text.senses.isdisjoint(self.senses):
            return Relation.SYNONYM
        if _overlaps(text, *_find_cognates(self.form)):
            return Relation.COGNATE
        if not text.senses.isdisjoint(self.hyponyms):
            return Relation.GENERAL
        if _overlaps(text, *_find_opposites(self.form)):
            return Relation.OPPOSITE
        if not text.senses.isdisjoint(self.hypernyms):
            return Relation.SPECIFIC
        if not text.senses.isdisjoint(self.siblings):
            return Relation.SIBLING
        return Relation.NONE


def _overlaps(text: TextSenses, senses: Iterable[int], forms: Iterable[str]) -> bool:
    return not text.senses.isdisjoint(senses) or not text.forms.isdisjoint(forms)


@lru_cache(maxsize=WORD_CACHE_SIZE)
def look_up_senses(form: str) -> WordSenses:
    """Look up the senses of a stem; empty if WordNet does not contain it."""
    senses = _load_senses_by_form().get(form)
    if senses is None:
        return WordSenses(form)
    parents, children = _load_network().parents, _load_children()
    return WordSenses(
        form,
        senses,
        hypernyms=_collect_reachable_senses(senses, parents),
        hyponyms=_collect_reachable_senses(senses, children),
        siblings=tuple(_follow_links(_follow_links(senses, parents), children)),
    )


def collect_senses(forms: frozenset[str]) -> TextSenses:
    """Collect all the senses of a set of stems."""
    senses = _load_senses_by_form()
    return TextSenses(
        forms, _NO_SENSES.union(*[senses.get(form, ()) for form in forms])
    )


@lru_cache(maxsize=WORD_CACHE_SIZE)
def _find_cognates(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Find the senses and the stems that share a root with a stem."""
    cognates = _load_cognates()
    synonyms = _collect_forms(_load_senses_by_form().get(form, ()))
    senses = _get_paired_senses(cognates, form)
    return tuple(senses), tuple(_get_paired_forms(cognates, synonyms))


@lru_cache(maxsize=WORD_CACHE_SIZE)
def _find_opposites(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Find the senses and the stems that are opposed to a stem.

    These are its antonyms, the antonyms of words similar to it, and words similar to
    these: WordNet gives antonyms only to the commonest adjective of a group.
    """
    antonyms = load_antonyms()
    senses = _load_senses_by_form().get(form, ())
    opposed_senses = _NO_SENSES.union(
        *[_get_paired_senses(antonyms, word) for word in _add_similar_forms(form)]
    )
    synonyms = _collect_forms(_get_similar_senses(senses).union(senses))
    opposed_forms = _get_paired_forms(antonyms, synonyms)
    return (
        tuple(opposed_senses | _get_similar_senses(opposed_senses)),
        tuple(opposed_forms.union(*map(_add_similar_forms, opposed_forms))),
    )


def _add_similar_forms(form: str) -> set[str]:
    """Return the stem and the forms of the senses similar to its own."""
    similar = _get_similar_senses(_load_senses_by_form().get(form, ()))
    return {form} | _collect_forms(similar)


def _collect_forms(senses: Iterable[int]) -> set[str]:
    forms = _load_network().forms
    return set[str]().union(*[forms[sense] for sense in senses])


def _get_similar_senses(senses: Iterable[int]) -> Senses:
    return _follow_links(senses, _load_network().similar)


def _get_paired_senses(pairs: dict[str, set[str]], form: str) -> Senses:
    senses = _load_senses_by_form()
    return _NO_SENSES.union(*[senses.get(other, ()) for other in pairs.get(form, ())])


def _get_paired_forms(pairs: dict[str, set[str]], forms: Iterable[str]) -> set[str]:
    """Return the stems paired with any of the forms that WordNet contains."""
    paired = set[str]().union(*[pairs.get(form, ()) for form in forms])
    return paired & _load_senses_by_form().keys()


def _collect_reachable_senses(
    senses: Iterable[int], links: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """Collect the senses that are one to `_MAX_STEPS` links away."""
    reachable = frontier = _follow_links(senses, links)
    for _ in range(_MAX_STEPS - 1):
        frontier = _follow_links(frontier, links)
        reachable |= frontier
    return tuple(reachable)


def _follow_links(senses: Iterable[int], links: Sequence[tuple[int, ...]]) -> Senses:
    return _NO_SENSES.union(*[links[sense] for sense in senses])


class _Network(NamedTuple):
    """For each WordNet sense: its forms, its parents, and similar senses.

    Tuples of strings and numbers, because Python's garbage collector would traverse a
    hundred thousand sets or objects again and again.
    """

    forms: list[tuple[str, ...]]
    parents: list[tuple[int, ...]]
    similar: list[tuple[int, ...]]


@cache
def _load_network() -> _Network:
    network = _Network([], [], [])
    for line in _read_lines("senses"):
        forms, parents, similar = line.split(";")
        network.forms.append(tuple(forms.split()))
        network.parents.append(tuple(map(int, parents.split())))
        network.similar.append(tuple(map(int, similar.split())))
    return network


@cache
def _load_children() -> list[tuple[int, ...]]:
    """Return the hyponyms of each sense, the inverse of `parents`."""
    parents_by_sense = _load_network().parents
    children: list[tuple[int, ...]] = [()] * len(parents_by_sense)
    for sense, parents in enumerate(parents_by_sense):
        for parent in parents:
            children[parent] = (*children[parent], sense)
    return children


@cache
def _load_senses_by_form() -> dict[str, tuple[int, ...]]:
    senses: dict[str, tuple[int, ...]] = {}
    for number, forms in enumerate(_load_network().forms):
        for form in forms:
            senses[form] = (*senses.get(form, ()), number)
    return senses


@cache
def _load_cognates() -> dict[str, set[str]]:
    """Map each word to the words of the same root."""
    pairs: dict[str, set[str]] = {}
    for line in _read_lines("cognates"):
        left, right = line.split()
        pairs.setdefault(left, set()).add(right)
        pairs.setdefault(right, set()).add(left)
    return pairs


def _read_lines(name: str) -> list[str]:
    return lzma.decompress((FOLDER / f"{name}.xz").read_bytes()).decode().splitlines()
