"""The words of documents as written, what stands between two white spaces, and the forms in them.

Documents are made of the same written words again and again: a process looks at each once, and finds a document's
sentences by them, without a look at every word.
"""

from __future__ import annotations

from collections.abc import Iterable

from claimcheck.checking.terms import form_of, words_of
from claimcheck.grounding.lexicon import REMEMBERED


class Lookup:
    """Every written word met so far, by the forms in it. With more than `most` it begins anew."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._met: tuple[set[str], dict[str, tuple[str, ...]]] = set(), {}

    def holding(self, forms: Iterable[str], written: set[str]) -> dict[str, set[str]]:
        """Those of the written words that hold any of the forms, and which of them."""
        known, by_form = self._met  # another thread may begin anew meanwhile
        if len(known) > self._most:
            known, by_form = self._met = set(), {}
        new = written - known
        for word in new:
            for form in map(form_of, words_of(word)):
                by_form[form] = (*by_form.get(form, ()), word)
        known |= new
        found: dict[str, set[str]] = {}
        for form in forms:
            for word in by_form.get(form, ()):
                if word in written:
                    found.setdefault(word, set()).add(form)
        return found


LOOKUP = Lookup()
