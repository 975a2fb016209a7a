"""Names: one that stands nowhere in the document in any form, and that nothing there can mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from claimcheck.english.lexicon import LIGHT
from claimcheck.english.names import named_in
from claimcheck.english.terms import COUNTRY, form_of, words_in
from claimcheck.english.wordnet import SAME_SENSE, meaning_of
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_SUBJECT = len("The ")  # where the name of whom a sentence is about begins
_FRAGMENT = 600  # characters: so few sentences may lean on a title or a page around them that names whom they are about
_PRONOUN = re.compile(
    r"\b(?:he|she|they|it|him|her|them|his|hers|its|theirs?|who|whose|this|these|I|my|we|our)\b", re.I
)
_LONGEST_ACRONYM = 6
# bounded: a text of one endless word must not be gone through again from each of its letters
_BETWEEN = r"[\w'’-]{0,40}\s{1,9}(?:(?:of|for|and|the|on|in)\s{1,9}){0,2}"


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
        for name in named_in(pair.claim)
        if not (fragment or pronoun) or pair.claim.find(name) > _SUBJECT
        if not _stands([form_of(word) for word in words_in(name) if word not in LIGHT], pair, title)
        if not _abbreviated(name, document.full_text)
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


def _abbreviated(name: str, text: str) -> bool:
    """Whether a text has a name's initials, or words with the initials that the name is: "US", "United States"."""
    letters = "US" if name in COUNTRY else name.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= _LONGEST_ACRONYM:
        parts, between, end = list(letters), _BETWEEN, ""
    else:
        parts, between, end = [word[0] for word in name.split() if word[0].isupper()], r"\.?", r"\b"
    return len(parts) > 1 and re.search(r"\b" + between.join(map(re.escape, parts)) + end, text) is not None
