"""Find earlier fact checks that are similar to a claim.

BM25 finds candidates by words. They are ranked by their shared words, weighted by
rarity in both directions, and by runs of four characters, which also match what a
stemmer misses. docs/evaluation.md compares this with BM25 alone.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain

from claimcheck.english.lexicon import find_synonym_sets
from claimcheck.english.terms import extract_terms
from claimcheck.models.known import ClaimMatch, KnownClaim

_CANDIDATES = 50
_GRAM = 4
# The best of 0, 0.3, 0.5, 0.7, and 1 on articles that benchmarks/matching.py does not
# use for its results; 0.5 is 0.01 behind, which may be chance.
_GRAM_WEIGHT = 0.3
# The squared beta of the F score; the best of 1/4, 1/2, 1, 2, and 4 on the same
# articles and on the posts of benchmarks/posts_development.tsv.
_CLAIM_WEIGHT = 2
# A synonym counts less than the same word. Of 0.3, 0.5, and 0.7, on the same queries.
_SYNONYM_WEIGHT = 0.5
_NON_WORD = re.compile(r"\W+")
# Texts with a lower score share only a name. Chosen by hand, from matches of news
# sentences with unrelated claims.
MIN_SCORE = 0.2


@dataclass(frozen=True, slots=True)
class _Profile:
    """The words and runs of characters by which a text is compared."""

    forms: frozenset[str]
    grams: Counter[str]

    @classmethod
    def of(cls, text: str) -> _Profile:
        forms = frozenset(term.form for term in extract_terms(text))
        flat = f" {_NON_WORD.sub(' ', text.lower())} "
        starts = range(len(flat) - _GRAM + 1)
        return cls(forms, Counter(flat[start : start + _GRAM] for start in starts))


class _Rarity:
    """The rarity of words and runs of characters in a collection."""

    def __init__(self, profiles: Sequence[_Profile]) -> None:
        self._size = len(profiles)
        self._forms = Counter[str]()
        self._grams = Counter[str]()
        for profile in profiles:
            self._forms.update(profile.forms)
            self._grams.update(profile.grams.keys())

    def weigh_forms(self, forms: Iterable[str]) -> float:
        """Return the sum of the words' weights, computed as in BM25."""
        counts, size = self._forms, self._size
        return sum(
            math.log(1 + (size - counts[form] + 0.5) / (counts[form] + 0.5))
            for form in forms
        )

    def weigh_grams(self, grams: Counter[str]) -> dict[str, float]:
        """Return the weight of each run: its frequency times its rarity."""
        counts, size = self._grams, self._size + 1
        return {
            gram: count * math.log(size / (counts[gram] or 1))
            for gram, count in grams.items()
        }


class _Vector:
    """A text, weighted by the rarity of its words and runs of characters."""

    def __init__(self, profile: _Profile, rarity: _Rarity) -> None:
        self._rarity = rarity
        self._forms = profile.forms
        self._meanings = {form: find_synonym_sets(form) for form in profile.forms}
        self._said = frozenset(chain.from_iterable(self._meanings.values()))
        self._forms_weight = rarity.weigh_forms(profile.forms)
        self._grams = rarity.weigh_grams(profile.grams)
        self._length = math.sqrt(sum(value**2 for value in self._grams.values()))

    def compare(self, other: _Vector) -> float:
        """Return the similarity of two texts, from 0 to 1."""
        grams = _GRAM_WEIGHT * self._compare_grams(other)
        return (1 - _GRAM_WEIGHT) * self._compare_forms(other) + grams

    def _compare_forms(self, other: _Vector) -> float:
        """Return the F score of the shared weight in both texts.

        This text is the claim, and its share counts more.
        """
        shared = self._rarity.weigh_forms(self._forms & other._forms)
        reworded = [
            form
            for form, meanings in self._meanings.items()
            if form not in other._forms and not meanings.isdisjoint(other._said)
        ]
        shared += _SYNONYM_WEIGHT * self._rarity.weigh_forms(reworded)
        total = _CLAIM_WEIGHT * self._forms_weight + other._forms_weight
        return (1 + _CLAIM_WEIGHT) * shared / total if total else 0.0

    def _compare_grams(self, other: _Vector) -> float:
        """Return the cosine similarity."""
        shared = self._grams.keys() & other._grams.keys()
        product = sum(self._grams[gram] * other._grams[gram] for gram in shared)
        lengths = self._length * other._length
        return product / lengths if lengths else 0.0


class KnownClaims(AbstractContextManager["KnownClaims"]):
    """Fact checks in memory, searched by their claims and titles."""

    def __init__(self, known: Iterable[KnownClaim]) -> None:
        self._known = list(known)
        self._rarity = _Rarity([_Profile.of(item.text) for item in self._known])
        self._vectors: dict[int, list[_Vector]] = {}  # of compared claims only
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE words USING fts5 "
            "(text, title, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany(
            "INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)",
            (
                (number, item.text, item.title or "")
                for number, item in enumerate(self._known)
            ),
        )

    def __len__(self) -> int:
        return len(self._known)

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def match(self, claim: str, limit: int = 5) -> list[ClaimMatch]:
        """Return the fact checks most similar to a claim, best first."""
        vector = _Vector(_Profile.of(claim), self._rarity)
        matches = []
        for number in self._find_candidates(claim):
            # A title is often the claim in other words.
            score = max(map(vector.compare, self._get_vectors(number)))
            matches.append(ClaimMatch(self._known[number], round(min(score, 1.0), 3)))
        matches.sort(key=lambda match: -match.score)
        return matches[:limit]

    def _get_vectors(self, number: int) -> list[_Vector]:
        if number not in self._vectors:
            item = self._known[number]
            texts = [text for text in (item.text, item.title) if text]
            self._vectors[number] = [
                _Vector(_Profile.of(text), self._rarity) for text in texts
            ]
        return self._vectors[number]

    def _find_candidates(self, claim: str) -> Sequence[int]:
        words = dict.fromkeys(term.word for term in extract_terms(claim))
        # Quotation marks make each word a literal; FTS5 would otherwise parse it.
        literals = [f'"{word}"' for word in words if '"' not in word]
        if not literals:
            return ()
        rows = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? "
            "ORDER BY bm25(words), rowid LIMIT ?",
            (" OR ".join(literals), _CANDIDATES),
        )
        return [number for (number,) in rows]
