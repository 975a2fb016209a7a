"""Who does it to whom: two names around a verb, the other way round; or somebody else before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile, islice
from typing import NamedTuple

from claimcheck.english.lexicon import BASES, FORMS_OF_BE, LIGHT
from claimcheck.english.names import named_in
from claimcheck.english.terms import form_of, words_in
from claimcheck.english.vocabulary import part_of_speech
from claimcheck.english.wordnet import SAME_SENSE, Relation, may_mean
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_PASSIVE = re.compile(r"\bby\s+(?:the\s+)?$", re.I)
_OPENING = len("The ")
_VERB = re.compile(
    r"(?:,\s+who)?\s+(?:(?:has|have|had|also|then|later|now|first)\s+)*"
    r"(?P<passive>(?:(?:was|were|is|are|be|been|being)\s+)+)?(?P<verb>[a-z]+)\b"
)
_DONE_BY = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\s+by\s+(?P<doer>(?:[\w'’-]+[ ]?){1,6})"
)
_PRONOUNS = frozenset("he she it they them him i we you who which that this these those one others".split())
_POSSESSIVES = frozenset("his her its their my our your".split())
_CLAUSES = re.compile(r"[;:]\s+|,?\s+(?:but|and|while|whereas|although)\s+")
_MAY_BE = (*SAME_SENSE, Relation.SPECIFIC)  # "a foundation" may be "the National Sleep Foundation"
_REACH = 6  # words from a verb to what it is done to
_LONGEST_SUBJECT = 6  # words
_BETWEEN = 60  # characters: further apart the verb is about something else
# verbs that hold in both directions
_MUTUAL = frozenset(
    map(
        form_of,
        "meet marry play join share talk agree say tell be have do get know and with including".split(),
    )
)


class _Done(NamedTuple):
    """A name and the verb that follows it: what they do or, passive, what is done to them; and both as written."""

    name: str
    verb: str
    passive: bool
    words: str


def contradictions(pair: Pair) -> list[Difference]:
    """The first two names whose roles the evidence turns around."""
    names = [name for name in named_in(pair.claim) if name in pair.evidence]
    for left in names:
        for right in names:
            ours = _acts(pair.claim, left, right)
            for turned, theirs in (
                (True, _acts(pair.evidence, right, left)),
                (False, _acts(pair.evidence, left, right)),
            ):
                # the other way round in the same voice, or the same way round in the other voice
                if ours and theirs and _one_act(ours[0], theirs[0]) and turned == (ours[1] == theirs[1]):
                    return [Difference("order", ours[2], theirs[2])]
    return []


def missing(pair: Pair) -> list[Difference]:
    """The claim's doer, where the evidence sentence has the same verb with another doer, and not them; or them as the one
    to whom it is done."""
    ours = _doer(pair.claim)
    if ours is None:
        return _other_agent(pair)
    if pair.claim.find(ours.name) > _OPENING:
        return []
    done_to = None if ours.passive else _done_to(ours.name, ours.verb, pair.around)
    if theirs := done_to or _another(ours, pair):
        return [Difference("order", ours.words, theirs)]
    return _other_agent(pair)


def _another(ours: _Done, pair: Pair) -> str | None:
    """Who else does it in a sentence that the claim rests on, and to the same; none where one with the verb has the name."""
    done = _after(ours.verb, words_in(pair.claim))
    found = None
    for place in pair.alignment.picked:
        forms = pair.source.forms(place)
        if form_of(ours.verb) not in forms:
            continue
        if any(form_of(word) in forms for word in words_in(ours.name)):
            return None
        theirs = _doer(pair.source.sentences[place].text, ours)
        same = theirs and (not done or done & _after(ours.verb, pair.source.words(place)))
        if theirs and same and not _one(ours.name, theirs.name, pair):
            found = found or theirs.words
    return found


def _after(verb: str, words: Sequence[str]) -> set[str]:
    """The forms of the telling words that follow a verb."""
    following = dropwhile(lambda word: form_of(word) != form_of(verb), words)
    return set(_telling(list(islice(following, 1, 1 + _REACH))))


def _done_to(name: str, verb: str, text: str) -> str | None:
    """The words by which a text makes a name the one to whom it is done: "succeeds Ann Lee"; none where it does it too."""
    found = re.search(rf"\b([a-z]+)\s+(?:the\s+)?{re.escape(name)}", text)
    if found is None or form_of(found[1]) != form_of(verb):
        return None
    doers = (_VERB.match(text, match.end()) for match in re.finditer(re.escape(name), text))
    return None if any(after and form_of(after["verb"]) == form_of(verb) for after in doers) else found[0]


def _other_agent(pair: Pair) -> list[Difference]:
    """The claim's doer, named first or after "by", where the evidence sentence says who else did it, and to the same."""
    ours = _Deed.passive(pair.claim) or _Deed.active(pair.claim)
    if ours is None:
        return []
    found = None
    for clause in _CLAUSES.split(pair.evidence):
        theirs = _Deed.passive(clause) or _Deed.active(clause)
        if theirs is None or form_of(theirs.verb) != form_of(ours.verb):
            continue
        if _may_be(theirs.doer, ours.doer) or _may_be(ours.doer, theirs.doer):
            return []
        if _PRONOUNS.isdisjoint(theirs.doer) and (ours.to & theirs.to or theirs.by):
            found = found or theirs
    return [Difference("order", ours.words, found.words)] if found else []


class _Deed(NamedTuple):
    """Who does it, by the forms of their words; the verb; the forms of what it is done to; whether they stand after "by"; all as
    written."""

    doer: list[str]
    verb: str
    to: set[str]
    by: bool
    words: str

    @classmethod
    def passive(cls, text: str) -> _Deed | None:
        """What a text says was done by somebody."""
        match = _DONE_BY.search(text)
        if match is None:
            return None
        to = _telling(words_in(text[: match.start()]))
        return cls(_telling(words_in(match["doer"])), match["verb"], set(to), True, match[0].strip())

    @classmethod
    def active(cls, text: str) -> _Deed | None:
        """What a text says that whom it begins with did: a past right after them; of names `_another` knows more."""
        words = words_in(text)
        for place, word in enumerate(words[: _LONGEST_SUBJECT + 1]):
            if place and (word.endswith("ed") or word in BASES) and _acts_on(word):
                doer = _telling(words[:place])
                common = part_of_speech(words[place - 1]) in "nva"  # no adverb, nor "I've"
                named = any(name.lower().split()[0] in words[:place] for name in named_in(text))
                if not doer or not common or named or not _PRONOUNS.isdisjoint(doer):
                    return None
                to = set(_telling(words[place + 1 : place + 1 + _REACH]))
                return cls(doer, word, to, False, _until(word, text))
            if place and (word in FORMS_OF_BE or word in LIGHT):
                return None
        return None


def _until(word: str, text: str) -> str:
    """A text up to a word of it."""
    found = re.search(rf"\b{re.escape(word)}\b", text, re.I)
    return text[: found.end()].strip() if found else text


def _telling(words: Sequence[str]) -> list[str]:
    return [form_of(word) for word in words if word not in LIGHT and word not in _POSSESSIVES]


def _doer(text: str, like: _Done | None = None) -> _Done | None:
    """What the first name right before a verb does, or the first that does as another one in any form of the verb."""
    for name in named_in(text):
        start = text.find(name)
        after = _VERB.match(text, start + len(name))
        if after and _acts_on(after["verb"].lower()):
            done = _Done(name, after["verb"], bool(after["passive"]), text[start : after.end()])
            if like is None or (form_of(done.verb), done.passive) == (form_of(like.verb), like.passive):
                return done
    return None


def _one(name: str, other: str, pair: Pair) -> bool:
    """Whether two names may be one: the document has a name with a word of each, "Ann Lee", or they mean the same,
    "motorists" and "drivers"."""
    if _may_be(map(form_of, words_in(name)), map(form_of, words_in(other))):
        return True
    words, others = set(name.split()), set(other.split())
    return any(
        not words.isdisjoint(parts) and not others.isdisjoint(parts)
        for sentence in pair.source.sentences
        for parts in map(str.split, named_in(sentence.text))
    )


def _may_be(forms: Iterable[str], others: Iterable[str]) -> bool:
    """Whether a word of one side is one of the other's, or may mean it."""
    known = frozenset(others)
    return any(may_mean(form, known, _MAY_BE) for form in forms)


def _acts(text: str, left: str, right: str) -> tuple[str, bool, str] | None:
    """The verb between two names, whether it is passive, and the words from the first to the second."""
    first = text.find(left)
    second = text.find(right, first + len(left)) if first >= 0 else -1
    if left == right or second < 0 or second - first - len(left) > _BETWEEN:
        return None
    between = text[first + len(left) : second]
    if re.search(r"[.;:,\"“”]|\band\b|\bor\b", between):
        return None
    telling = [word for word in words_in(between) if _acts_on(word)]
    if not telling:
        return None
    return form_of(telling[-1]), bool(_PASSIVE.search(between)), text[first : second + len(right)]


def _one_act(verb: str, other: str) -> bool:
    """Whether two verbs are the same, or one says more of the same: "beat" and "defeat"."""
    return any(
        may_mean(one, frozenset((two,)), (Relation.SYNONYM, Relation.GENERAL))
        for one, two in ((verb, other), (other, verb))
    )


def _acts_on(word: str) -> bool:
    """Whether a word between two names is a verb with a doer and a done-to; "defeated" is one, "defeat" may be none."""
    verb = part_of_speech(BASES.get(word, word)) == "v" or word.endswith("ed")
    return verb and word.isalpha() and form_of(word) not in _MUTUAL
