"""The tokens of documents, what stands between two white spaces, and the forms of the words in them.

Documents are made of the same tokens again and again: a process looks at each once, and a document's sentences are
found by its tokens, without a look at every word.
"""

from __future__ import annotations

from collections.abc import Iterable

from claimcheck.checking.terms import REMEMBERED, form_of, words_in

_NONE: frozenset[str] = frozenset()


class Tokens:
    """Every token met so far, by the forms in it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: set[str] = set()
        self._holding: dict[str, set[str]] = {}

    def holding(self, forms: Iterable[str], tokens: set[str]) -> dict[str, set[str]]:
        """Those of the tokens that have words of these forms, and which of them."""
        if len(self._known) > self._most:
            self._known, self._holding = set(), {}
        known, holding = self._known, self._holding  # another thread may begin anew meanwhile
        for token in tokens - known:
            for word in words_in(token):
                holding.setdefault(form_of(word), set()).add(token)
            known.add(token)
        found: dict[str, set[str]] = {}
        for form in forms:
            for token in tokens & holding.get(form, _NONE):
                found.setdefault(token, set()).add(form)
        return found


TOKENS = Tokens()
