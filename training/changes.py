"""Make true and false claims out of true ones.

These are no grammar: each function changes a few words, and about one claim in ten
reads badly. The changed words come from the same document, so that a model cannot
tell a false claim by a word that the premise lacks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from claimcheck.english.terms import get_part_of_speech

_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?: (?:of |the |de |van )?[A-Z][\w'’.-]*)*")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w]|[.,]\d)")
_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|may|might|did)\b"
)
_NOT = re.compile(r"\b(?:not|never) |n['’]t\b")
_PARENTHESIS = re.compile(r" \([^()]*\)")
_LEADING_TIME = re.compile(r"^((?:In|On|During|After|Since|By) [^,]{2,40}), (.+?)\.?$")
_TRAILING_TIME = re.compile(
    r"^(.{15,}?),? ((?:in|on|during|since|by) (?:[A-Z]\w+ )?\d[\w, ]*)\.?$"
)
_TRAILING_CLAUSE = re.compile(
    r"^(.{25,}?), (?:which|who|where|while|although|including|with|[a-z]+ing) .+$"
)
_LIST = re.compile(r"\b([A-Z]\w+(?: [A-Z]\w+)?) and ([A-Z]\w+(?: [A-Z]\w+)?)\b")
_DETAIL = re.compile(
    r"\b(?:in|on|at|by|with|for|from|after|before|during|because of|despite|without)"
    r" [^,.;:()]{6,45}(?=[,.;:])"
)
_SMALL_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve".split()
)
_REWORDED = {
    "began": "started",
    "started": "began",
    "about": "approximately",
    "percent": "per cent",
    "%": " percent",
    "said": "stated",
    "bought": "purchased",
    "killed": "left dead",
    "big": "large",
    "many": "a lot of",
    "often": "frequently",
    "children": "kids",
    "film": "movie",
    "movie": "film",
    "got": "received",
    "wrote": "was the author of",
    "located in": "situated in",
    "known as": "called",
    "starred in": "appeared in",
    "before": "prior to",
    "died": "passed away",
    "did not": "didn't",
    "was not": "wasn't",
    "is not": "isn't",
}
# Words on which a sentence's truth depends: without them it says more.
_QUALIFIERS = re.compile(
    r"""\b(?:second|third|fourth|former|nearly|almost|partly|possibly|probably
    |perhaps|reportedly|allegedly|alleged|supposedly|planned|proposed|attempted
    |suspected|so-called|self-proclaimed|unofficial|fictional|vice|deputy|acting
    |assistant|rarely|seldom|hardly|barely|sometimes|often|mostly|partially|jointly
    |up\ to|less\ than|more\ than|fewer\ than|at\ least|at\ most|about\ half\ of
    |some\ of|most\ of|part\ of|one\ of|tried\ to|failed\ to|refused\ to|hoped\ to
    |planned\ to|wanted\ to|agreed\ to|seems\ to|seemed\ to|is\ said\ to
    |was\ said\ to|is\ expected\ to|was\ expected\ to|was\ supposed\ to)\s""",
    re.VERBOSE,
)
# Before or after a statement, each takes back that it is so, or narrows it.
_RETRACTIONS = (
    "{0}, critics claim.",
    "{0}, prosecutors believe.",
    "{0}, according to a rumor.",
    "{0}, or so he thought.",
    "{0}, if the vote goes as planned.",
    "{0}, it was hoped.",
    "{0} in the novel.",
    "{0} in a computer simulation.",
    "{0} in mice.",
    "{0} in one of the tests.",
    "{0} in a part of the region.",
    "{0}, but only in winter.",
    "{0}, except on Sundays.",
    "{0}. That turned out to be wrong.",
    "{0}. This is a myth.",
    "It is not true that {1}.",
    "It was feared that {1}.",
    "Nobody has shown that {1}.",
    "He denied that {1}.",
    "She had hoped that {1}.",
    "Some people believe that {1}.",
    "There is a legend that {1}.",
    "The committee discussed whether {1}.",
    "Nothing would change even if {1}.",
    "Unless the court decides otherwise, {1}.",
    "Had the plan worked, one could say that {1}.",
)
_NARROWED = (
    (re.compile(r"\b(the) ((?:\w+est|most \w+) )"), ("second", "third", "fourth")),
    (re.compile(r"\b(the) (first )"), ("so-called", "planned")),
    (re.compile(r"(\s)(\d[\d,.]* (?!(?:of|in|and|to)\b)[a-z])"), ("up to", "nearly")),
    (re.compile(r"\b(a|the) ((?:president|chairman|director|head|leader|member) )"),
     ("former", "deputy", "vice")),
    (re.compile(r"(\s)((?:is|was) (?:a|an|the) )"),
     ("probably", "reportedly", "never")),
    (re.compile(r"(\s)((?:won|became|killed|reached|built|bought|left|lost) )"),
     ("almost", "nearly", "reportedly", "never")),
)  # fmt: skip
# Openers of sentences that look like names.
_NOT_NAMES = frozenset(
    "The A An In On At It He She They This That These Those His Her Their Its There "
    "When While After Before But And If As For From By With We You I Some Many Most "
    "Two Three One All No Not".split()
)
Change = Callable[[str, str, random.Random], str | None]


def find_names(text: str) -> list[str]:
    """Return the runs of capitalized words that are not just a sentence's opener."""
    names = []
    for match in _NAME.finditer(text):
        words = match[0].split()
        if words[0] in _NOT_NAMES:
            words = words[1:]
        name = " ".join(words).rstrip(".'’-")
        if len(name) > 2:
            names.append(name)
    return list(dict.fromkeys(names))


def swap_names(claim: str, document: str, rng: random.Random) -> str | None:
    """Exchange two names: who did it, and to whom."""
    names = [name for name in find_names(claim) if len(name) > 3]
    separate = [a for a in names if not any(a != b and a in b for b in names)]
    if len(separate) < 2:
        return None
    one, other = rng.sample(separate, 2)
    if _LIST.search(claim):
        return None  # "Ann and Bob" is "Bob and Ann"
    parts = re.split(f"({re.escape(one)}|{re.escape(other)})", claim)
    swapped = {one: other, other: one}
    return "".join(swapped.get(part, part) for part in parts)


def replace_name(claim: str, document: str, rng: random.Random) -> str | None:
    """Replace a name by another one of the document."""
    names = find_names(claim)
    taken = {word for name in names for word in name.split()}
    others = [n for n in find_names(document) if taken.isdisjoint(n.split())]
    if not names or not others:
        return None
    return claim.replace(rng.choice(names), rng.choice(others), 1)


def replace_number(claim: str, document: str, rng: random.Random) -> str | None:
    """Replace a number by another one of the document, or by one close to it."""
    numbers = _NUMBER.findall(claim)
    if not numbers:
        return None
    old = rng.choice(numbers)
    others = [
        number
        for number in dict.fromkeys(_NUMBER.findall(document))
        if number not in numbers and abs(len(number) - len(old)) <= 1
    ]
    if others and rng.random() < 0.7:
        new = rng.choice(others)
    elif old.isdigit():
        new = str(max(1, int(old) + rng.choice([-10, -3, -2, -1, 1, 2, 3, 10])))
    else:
        new = old[:-1] + rng.choice("123456789".replace(old[-1], ""))
    if new == old:
        return None
    return re.sub(rf"(?<![\d.,]){re.escape(old)}(?![\d])", new, claim, count=1)


def replace_word(claim: str, document: str, rng: random.Random) -> str | None:
    """Replace a word by one of the document with the same ending and use."""
    old_words = [
        match
        for match in _WORD.finditer(claim)
        if get_part_of_speech(match[0]) in ("n", "v", "a", "r")
    ]
    rng.shuffle(old_words)
    # A changed verb or last word is the hardest to see.
    old_words.sort(key=lambda m: get_part_of_speech(m[0]) != "v" or rng.random() < 0.5)
    words = list(dict.fromkeys(_WORD.findall(document)))
    rng.shuffle(words)
    for match in old_words[:4]:
        old = match[0]
        for new in words:
            same_kind = new[-2:] == old[-2:] and (
                get_part_of_speech(new) == get_part_of_speech(old)
            )
            if same_kind and new[:4] != old[:4] and new not in claim.lower():
                return claim[: match.start()] + new + claim[match.end() :]
    return None


def negate(claim: str, document: str, rng: random.Random) -> str | None:
    """Deny the claim, or affirm what it denies."""
    if _NOT.search(claim):
        return _NOT.sub("", claim, count=1)
    auxiliaries = list(_AUXILIARY.finditer(claim))
    if not auxiliaries:
        return None
    end = auxiliaries[0].end()
    denial = rng.choice([" not"] * 5 + [" never"])
    return claim[:end] + denial + claim[end:]


def exaggerate(claim: str, document: str, rng: random.Random) -> str | None:
    """Replace a quantity or a degree of certainty by another."""
    replacements = {
        "some": "all",
        "most": "all",
        "many": "few",
        "may": "will",
        "might": "will",
        "could": "did",
        "often": "never",
        "sometimes": "always",
        "first": "last",
        "before": "after",
        "after": "before",
        "more": "less",
        "less": "more",
        "increase": "decrease",
        "increased": "decreased",
        "rose": "fell",
        "fell": "rose",
        "higher": "lower",
        "lower": "higher",
        "several": "two",
        "only": "also",
        "won": "lost",
        "lost": "won",
        "younger": "older",
        "older": "younger",
        "best": "worst",
        "largest": "smallest",
        "early": "late",
        "late": "early",
    }
    present = [word for word in replacements if re.search(rf"\b{word}\b", claim)]
    if not present:
        return None
    old = rng.choice(present)
    return re.sub(rf"\b{old}\b", replacements[old], claim, count=1)


def add_detail(claim: str, document: str, rng: random.Random) -> str | None:
    """Add a detail that the document gives about something else."""
    details = [text for text in _DETAIL.findall(document) if text not in claim]
    if not details:
        return None
    return f"{claim.rstrip(' .')} {rng.choice(details)}."


# The label of what each change makes: x for "not entailed", c for "contradicted".
FALSE_CHANGES: tuple[tuple[Change, str], ...] = (
    (replace_word, "x"),
    (replace_word, "x"),
    (replace_word, "x"),
    (replace_name, "x"),
    (replace_name, "x"),
    (swap_names, "x"),
    (replace_number, "x"),
    (replace_number, "x"),
    (negate, "c"),
    (exaggerate, "x"),
    (add_detail, "x"),
)


def falsify(claim: str, document: str, rng: random.Random) -> tuple[str, str] | None:
    """Return a false claim and its label, or None if no change applies."""
    changes = list(FALSE_CHANGES)
    rng.shuffle(changes)
    for change, label in changes:
        changed = change(claim, document, rng)
        if changed and changed != claim:
            return changed, label
    return None


def restate(sentence: str, rng: random.Random) -> str:
    """Return a sentence that the given one entails, in other words where possible."""
    text = sentence
    if rng.random() < 0.5:
        text = _PARENTHESIS.sub("", text)
    trailing = _TRAILING_CLAUSE.match(text)
    if trailing and rng.random() < 0.7:
        text = trailing[1] + "."
    leading = _LEADING_TIME.match(text)
    trailing_time = _TRAILING_TIME.match(text)
    if leading and rng.random() < 0.8:
        time, rest = leading.groups()
        moved = f"{rest} {time[0].lower()}{time[1:]}."
        text = moved if rng.random() < 0.6 else f"{rest}."
        text = text[0].upper() + text[1:]
    elif trailing_time and rng.random() < 0.6:
        rest, time = trailing_time.groups()
        if rest.split()[0] in _NOT_NAMES and rest.split()[0] != "I":
            rest = rest[0].lower() + rest[1:]
        text = f"{time[0].upper()}{time[1:]}, {rest}."
    listed = _LIST.search(text)
    if listed and rng.random() < 0.5:
        swapped = f"{listed[2]} and {listed[1]}"
        text = text[: listed.start()] + swapped + text[listed.end() :]
    for old, new in _REWORDED.items():
        if rng.random() < 0.7 and re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text):
            text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text, count=1)
    return _respell_numbers(text, rng)


def _respell_numbers(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return text
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    for value, word in enumerate(_SMALL_NUMBERS):
        if value > 1:
            text = re.sub(rf"(?<![\w.,-]){value}(?![\w.,-])", word, text)
    return text


def weaken(sentence: str, rng: random.Random) -> tuple[str, bool]:
    """Return a weaker sentence, and whether it states part of the original.

    The original does not follow from it.
    """
    narrower = narrow(sentence, rng)
    if narrower and rng.random() < 0.5:
        return narrower, True
    return retract(sentence, rng), False


def narrow(sentence: str, rng: random.Random) -> str | None:
    """Put a word such as "second" or "nearly" where it makes the sentence weaker."""
    for pattern, words in rng.sample(_NARROWED, len(_NARROWED)):
        if pattern.search(sentence):
            word = rng.choice(words)
            return pattern.sub(
                lambda m, word=word: f"{m[1].rstrip()} {word} {m[2]}", sentence, count=1
            )
    return None


def retract(sentence: str, rng: random.Random) -> str:
    """Say that what the sentence says is a rumor, a plan, or wrong."""
    text = sentence.rstrip(" .")
    first = text.partition(" ")[0]
    lowered = text[0].lower() + text[1:] if first in _NOT_NAMES else text
    return rng.choice(_RETRACTIONS).format(text, lowered)


def drop_qualifier(sentence: str, rng: random.Random) -> str | None:
    """Return the sentence without a word on which its truth depends."""
    found = list(_QUALIFIERS.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    text = sentence[: match.start()] + sentence[match.end() :]
    return text[0].upper() + text[1:]
