"""Names of the claim that the evidence does not mention in any form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names, find_proper_names
from claimcheck.english.terms import US_ABBREVIATIONS, extract_words, normalize_word
from claimcheck.models.verdict import Difference

_MAX_ACRONYM_LETTERS = 6
# The text between the initials of "World Health Organization". Every repetition is
# bounded: otherwise a text of one endless word takes quadratic time.
_BETWEEN_INITIALS = r"[\w'’-]{0,40}\s{1,9}(?:(?:of|for|and|the|on|in)\s{1,9}){0,2}"
_PRONOUNS = frozenset(
    "he she they it him her them his hers its their who whose i my we our".split()
)


def find_unsupported(
    claim: str, premise: str, document_forms: frozenset[str]
) -> list[Difference]:
    """Return the claim's names that the premise does not mention.

    Where it says "she", the claim's subject may be named anywhere in the document.
    """
    words = extract_words(premise)
    forms = frozenset(map(normalize_word, words))
    premise_names = [set(_list_forms(name)) for name in find_names(premise)]
    forms_of_subject = frozenset[str]()
    if not _PRONOUNS.isdisjoint(words):
        forms_of_subject = document_forms
    differences = []
    for name in find_proper_names(claim):
        name_forms = _list_forms(name)
        is_subject = claim.find(name) <= len("The ")
        if is_subject and forms_of_subject.issuperset(name_forms):
            continue
        is_mentioned = _is_mentioned(name_forms, premise_names, forms)
        if not (is_mentioned or _has_abbreviation(name, premise)):
            differences.append(Difference("name", name, None))
    return differences


def _list_forms(name: str) -> list[str]:
    """Return the forms of a name's words, without initials."""
    words = [word for word in extract_words(name) if word not in FUNCTION_WORDS]
    full_words = [word for word in words if len(word) > 1]
    return list(map(normalize_word, words if len(words) == 1 else full_words))


def _is_mentioned(
    name: Sequence[str], premise_names: Sequence[set[str]], forms: frozenset[str]
) -> bool:
    """Return whether a premise has a name, a part of it, or more of it.

    "Lee" and "Ann Lee" are one name; "Bo Lee" and "Ann Lee" are two.
    """
    if forms.issuperset(name):
        return True
    if not premise_names:
        # In a text without capitals, the last name is the best evidence.
        return not forms.isdisjoint(name[-1:])
    return any(
        other and (other.issubset(name) or other.issuperset(name))
        for other in premise_names
    )


def _has_abbreviation(name: str, text: str) -> bool:
    """Return whether the text has a name's initials, or what they mean."""
    letters = "US" if name in US_ABBREVIATIONS else name.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= _MAX_ACRONYM_LETTERS:
        pattern = _BETWEEN_INITIALS.join(map(re.escape, letters))
        return re.search(rf"\b{pattern}", text) is not None
    # The other way round: "World Health Organization" is in a text as "WHO".
    initials = [word[0] for word in name.split() if word[0].isupper()]
    pattern = r"\.?".join(map(re.escape, initials))
    return len(initials) > 1 and re.search(rf"\b{pattern}\b", text) is not None
