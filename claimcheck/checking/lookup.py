"""The words of documents as written, what stands between two white spaces, and the forms in them.

Documents are made of the same written words again and again: a process looks at each once, and finds a document's
sentences by them, without a look at every word.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from claimcheck.checking.terms import form_of, words_of
from claimcheck.grounding.lexicon import REMEMBERED


class Lookup:
    """Every written word met so far, by the forms in it. With more than `most` it begins anew."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: set[str] = set()
        self._by_form: dict[str, tuple[str, ...]] = {}  # tuples: Python's search for garbage passes over them
        self._learning = Lock()

    def holding(self, forms: Iterable[str], written: set[str]) -> dict[str, set[str]]:
        """Those of the written words that hold any of the forms, and which of them. Threads may share it."""
        with self._learning:
            by_form = self._learn(written)
        found: dict[str, set[str]] = {}
        for form in forms:
            for word in by_form.get(form, ()):
                if word in written:
                    found.setdefault(word, set()).add(form)
        return found

    def _learn(self, written: set[str]) -> dict[str, tuple[str, ...]]:
        if len(self._known) > self._most:
            self._known, self._by_form = set(), {}  # who looks into the old ones goes on with them
        new = written - self._known
        for word in new:
            for form in map(form_of, words_of(word)):
                self._by_form[form] = (*self._by_form.get(form, ()), word)
        self._known |= new
        return self._by_form


LOOKUP = Lookup()
