"""Names: one that stands nowhere in the document in any form, and that nothing there can mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, words_in
from claimcheck.core.verdict import Difference
from claimcheck.grounding.lexicon import LIGHT
from claimcheck.text.meaning import SAME_SENSE, meaning_of
from claimcheck.text.names import names_in

_SUBJECT = len("The ")  # where the name of whom a sentence is about begins
_FRAGMENT = 600  # characters: so few sentences may lean on a title or a page around them that names whom they are about
_PRONOUN = re.compile(
    r"\b(?:he|she|they|it|him|her|them|his|hers|its|theirs?|who|whose|this|these|I|my|we|our)\b", re.I
)


def missing(pair: Pair) -> list[Difference]:
    """The claim's names of which the document has no word, but for one that a pronoun or its surroundings may stand for."""
    document = pair.source.document
    fragment = len(document.full_text) < _FRAGMENT
    pronoun = _PRONOUN.search(pair.around) is not None
    if fragment and pronoun:
        return []
    title = {form_of(word) for word in words_in(document.title or "")}
    return [
        Difference("name", name, None)
        for name in names_in(pair.claim)
        if not (fragment or pronoun) or pair.claim.find(name) > _SUBJECT
        if not _stands([form_of(word) for word in words_in(name) if word not in LIGHT], pair, title)
    ]


def _stands(forms: Sequence[str], pair: Pair, title: AbstractSet[str]) -> bool:
    """Whether a word of a name, or one of the same sense or root, stands where the claim's words do."""
    alignment = pair.alignment
    return any(
        form in alignment.everywhere
        or form in alignment.near
        or form in title
        or meaning_of(form).relation_to(alignment.meanings) in SAME_SENSE
        for form in forms
    )
