"""Make quotes with a known location from documents, with a fixed seed.

A quote is unchanged, changed harmlessly, or falsified.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sentencex import segment

# Written for this benchmark from general English, not from claimcheck's word lists.
_SWAPS = dict(
    pair.split("/")
    for pair in """
    large/big big/large purchase/buy purchased/bought assist/help helped/aided
    rapidly/quickly quickly/fast film/movie movie/film city/cities company/companies
    colour/color centre/center organised/organized organization/organisation
    program/programme theatre/theater usually/commonly often/frequently
    located/situated released/issued created/made made/created said/stated says/said
    is/was was/is are/were were/are home/house children/kids school/schools
    town/village award/prize show/display shown/displayed used/utilized received/got
    work/works worked/labored known/recognized important/significant whole/entire
    area/region job/position named/called called/named near/close the/a a/the
    their/the these/those game/games team/squad car/automobile song/track
    album/albums book/volume student/pupil
    """.split()
)
_ADDED = (
    "also",
    "really",
    "just",
    "still",
    "indeed",
    "very",
    "so",
    "then",
    "quite",
    "even",
)
_DROPPED = frozenset(
    "the a an that also very just then really even still own many".split()
) - {"many"}
_OPPOSITES = {
    left: right
    for pair in """
    more/less before/after first/last above/below over/under increased/decreased
    rose/fell won/lost highest/lowest higher/lower up/down all/some north/south
    east/west early/late old/new oldest/newest largest/smallest opened/closed
    began/ended accepted/rejected supported/opposed many/few most/least
    including/excluding
    """.split()
    for left, right in (pair.split("/"), pair.split("/")[::-1])
}
_MONTHS = (
    "January February March April June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NUMBER = re.compile(r"\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten")
_SMALL = "two three four five six seven eight nine ten eleven".split()

EXACT = (
    "exact",
    "white space",
    "quotation marks and dashes",
    "line breaks",
    "hyphenated quote",
    "hyphenated page",
)
HARMLESS = (
    "word changed", "word dropped", "word added", "case and punctuation", "ellipsis",
    "cut by a URL", "cut by a page break", "cut by a footnote mark",
)  # fmt: skip
FALSIFIED = (
    "number",
    "name",
    "date",
    "negation",
    "direction",
    "own words",
    "other document",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A quote and its ranges in the document, of which a falsified one has none."""

    kind: str
    quote: str
    truth: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document and the cases made from it."""

    text: str
    cases: tuple[Case, ...]


def load_articles(data: Path) -> list[str]:
    """Return the distinct texts of the three public sets, in a stable order."""
    files = (
        "E_quotes/wice_evidence.dev.jsonl",
        "E_quotes/pdnc_quotes.dev.jsonl",
        "D_news_summaries/realsumm_cnndm.dev.jsonl",
    )
    found = [
        json.loads(line)["document"]
        for name in files
        for line in (data / name).read_text().splitlines()
    ]
    return list(dict.fromkeys(found))


def make_sheet(texts: list[str], size: int, each: int, seed: int) -> Sheet:
    """Make a document of about `size` characters, and up to `each` cases per kind."""
    rng = random.Random(seed)
    order = rng.sample(texts, len(texts))
    body, used = "", 0
    while len(body) < size and used < len(order):
        body += ("\n\n" if body else "") + order[used].strip()
        used += 1
    body = body[: body.rfind(" ", 0, size + 200)] if len(body) > size + 200 else body
    letters = _keep_letters(body)
    sentences = [
        text
        for text in _split_sentences(body)
        if letters.count(_keep_letters(text)) == 1
    ]
    rng.shuffle(sentences)
    text, cut = _insert_noise(body, sentences, each, rng)
    whole = [sentence for sentence in sentences if sentence in text]
    others = [
        sentence
        for sentence in _split_sentences("\n\n".join(order[used : used + 8]))
        if sentence not in body
    ]
    return Sheet(text, (*cut, *_make_cases(text, whole, others, each, rng)))


def _keep_letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _split_sentences(text: str) -> list[str]:
    # the marks of a heading or a list item do not belong to the sentence
    lines = (re.sub(r"^[\s#*•>|-]+", "", line) for line in text.splitlines())
    found = (part.strip() for line in lines for part in segment("en", line))
    return [
        part
        for part in found
        if 8 <= len(part.split()) <= 40 and re.search(r"[a-z]{3}", part)
    ]


def _insert_noise(
    body: str, sentences: list[str], each: int, rng: random.Random
) -> tuple[str, tuple[Case, ...]]:
    """Put page noise into some sentences; return the text, and these as cases."""
    kinds = ("hyphenated page", *HARMLESS[-3:])
    # a small page has room for little noise
    chosen = sentences[: min(each * len(kinds), len(sentences) // 2)]
    inserted: list[tuple[int, str, str]] = []
    for index, sentence in enumerate(chosen):
        kind = kinds[index % len(kinds)]
        offset = _choose_offset(sentence, kind, rng)
        if offset is None:
            continue
        noise = {
            "hyphenated page": "-\n",
            "cut by a URL": "\nhttps://news.example.org/"
            f"{rng.randrange(10**6)}/story.html\n",
            "cut by a page break": f"\n\n{index + 10}\n\f\nThe Example Review\n\n",
            "cut by a footnote mark": f"[{index + 1}]",
        }[kind]
        start = body.index(sentence)
        inserted.append((start + offset, noise, f"{kind}\x00{sentence}"))
    inserted.sort()
    head = "The Example Review\n\n"  # as on every page of a paged text
    text, cases, last = head, [], 0
    for offset, noise, _ in inserted:
        text += body[last:offset] + noise
        last = offset
    text += body[last:]
    for number, (offset, noise, label) in enumerate(inserted):
        kind, sentence = label.split("\x00")
        shift = sum(len(other) for _, other, _ in inserted[:number])
        start = len(head) + body.index(sentence) + shift
        cut, end = len(head) + offset + shift, start + len(sentence) + len(noise)
        truth = (
            ((start, cut), (cut + len(noise), end))
            if kind != "hyphenated page"
            else ((start, end),)
        )
        cases.append(Case(kind, sentence, truth))
    return text, tuple(cases)


def _choose_offset(sentence: str, kind: str, rng: random.Random) -> int | None:
    pattern = (
        r"(?<=\b[a-z]{4})(?=[a-z]{4})"
        if kind == "hyphenated page"
        else r"(?<=[a-z]) (?=[a-z])"
    )
    indices = [match.start() for match in re.finditer(pattern, sentence)]
    return rng.choice(indices) if indices else None


def _make_cases(
    text: str, sentences: list[str], others: list[str], each: int, rng: random.Random
) -> Iterator[Case]:
    for kind in (*EXACT[:-1], *HARMLESS[:-3], *FALSIFIED):
        made = 0
        for sentence in rng.sample(sentences, len(sentences)):
            quote = _MAKERS[kind](sentence, sentences, others, rng)
            if quote is None or (kind not in EXACT and quote == sentence):
                continue
            start = text.index(sentence)
            yield Case(
                kind,
                quote,
                () if kind in FALSIFIED else _find_truth(kind, sentence, quote, start),
            )
            made += 1
            if made == each:
                break


def _find_truth(
    kind: str, sentence: str, quote: str, start: int
) -> tuple[tuple[int, int], ...]:
    if kind != "ellipsis":
        return ((start, start + len(sentence)),)
    first, second = quote.split(" ... ")
    return (
        (start, start + len(first)),
        (start + len(sentence) - len(second), start + len(sentence)),
    )


Maker = Callable[[str, list[str], list[str], random.Random], str | None]


def _swap_word(word: Callable[[str], str | None]) -> Maker:
    def make(
        sentence: str, _s: list[str], _o: list[str], rng: random.Random
    ) -> str | None:
        words = sentence.split(" ")
        indices = [
            index
            for index in range(1, len(words) - 1)
            if word(words[index]) is not None
        ]
        if not indices:
            return None
        index = rng.choice(indices)
        words[index] = word(words[index]) or ""
        return " ".join(part for part in words if part)

    return make


def _add_word(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    words = sentence.split(" ")
    low = [
        index
        for index in range(2, len(words) - 1)
        if words[index].islower()
        and words[index - 1].islower()
        and words[index - 1].isalpha()
    ]
    if not low:
        return None
    words.insert(rng.choice(low), rng.choice(_ADDED))
    return " ".join(words)


def _negate(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    if re.search(r" not ", sentence):
        return sentence.replace(" not ", " ", 1)
    found = list(
        re.finditer(r" (?:is|was|are|were|has|have|had|will|can|could) ", sentence)
    )
    if not found:
        return None
    index = rng.choice(found).end()
    return sentence[:index] + rng.choice(("not ", "never ")) + sentence[index:]


def _change_name(
    sentence: str, _s: list[str], others: list[str], rng: random.Random
) -> str | None:
    names = sorted(
        {
            name
            for text in others
            for name in re.findall(r"(?<=[a-z] )[A-Z][a-z]{3,}", text)
        }
        - {*_MONTHS, *_DAYS}
    )
    indices = [
        match.span() for match in re.finditer(r"(?<=[a-z] )[A-Z][a-z]{3,}", sentence)
    ]
    if not names or not indices:
        return None
    start, end = rng.choice(indices)
    return sentence[:start] + rng.choice(names) + sentence[end:]


def _change_date(word: str) -> str | None:
    bare = word.strip(".,;:()")
    for names in (_MONTHS, _DAYS):
        titled = bare.title() if bare != "may" else ""
        if titled in names:
            other = names[(names.index(titled) + 3) % len(names)]
            return word.replace(bare, other if bare.istitle() else other.lower())
    if re.fullmatch(r"(?:19|20)\d\d", bare):
        return word.replace(bare, str(int(bare) - 1))
    return None


def _change_number(word: str) -> str | None:
    bare = word.strip(".,;:()$£€%")
    if not _NUMBER.fullmatch(bare) or re.fullmatch(r"(?:19|20)\d\d", bare):
        return None
    if bare in _SMALL:
        return word.replace(bare, _SMALL[_SMALL.index(bare) + 1])
    return word.replace(
        bare,
        f"{int(bare.replace(',', '')) + 1:,}" if "," in bare else str(int(bare) + 1),
    )


def _shorten(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    words = sentence.split(" ")
    if len(words) < 12:
        return None
    first = rng.randrange(4, len(words) - 7)
    last = first + rng.randrange(1, min(6, len(words) - first - 4))
    left_out = " ".join(words[first:last])
    if (
        re.search(
            r"n't|\b(?:not|no|never|none|nor|without|cannot|deni\w+|refus\w+|fail\w+)\b",
            left_out,
        )
        or "..." in sentence
    ):
        return None
    return f"{' '.join(words[:first]).rstrip(',;:')} ... {' '.join(words[last:])}"


def _hyphenate(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    index = _choose_offset(sentence, "hyphenated page", rng)
    return None if index is None else f"{sentence[:index]}-\n{sentence[index:]}"


def _wrap(sentence: str, _s: list[str], _o: list[str], _r: random.Random) -> str | None:
    return re.sub(r"(.{25,40}?) ", r"\1\n", sentence)


def _change_spaces(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    return re.sub(
        " ", lambda _: rng.choice((" ", " ", "  ", "\u00a0", "\t", " \u2009")), sentence
    )


def _change_marks(
    sentence: str, _s: list[str], _o: list[str], rng: random.Random
) -> str | None:
    table = {
        '"': "“”",
        "“": '"„',
        "”": '"»',
        "'": "’‘",
        "’": "'ʼ",
        "-": "–‐",
        "–": "-—",
        "—": "–-",
    }
    changed = "".join(
        rng.choice(table[char]) if char in table else char for char in sentence
    )
    return changed if changed != sentence else None


def _shuffle_words(
    sentence: str, sentences: list[str], _o: list[str], rng: random.Random
) -> str | None:
    words = [
        word
        for other in rng.sample(sentences, min(4, len(sentences)))
        for word in other.split()
    ]
    return " ".join(rng.sample(words, min(len(words), 14)))


def _remove_punctuation(
    sentence: str, _s: list[str], _o: list[str], _r: random.Random
) -> str | None:
    return re.sub(r"(?<=\w)[,;:](?= )", "", sentence).lower()


_MAKERS: dict[str, Maker] = {
    "exact": lambda sentence, *_: sentence,
    "white space": _change_spaces,
    "quotation marks and dashes": _change_marks,
    "line breaks": _wrap,
    "hyphenated quote": _hyphenate,
    "word changed": _swap_word(_SWAPS.get),
    "word dropped": _swap_word(lambda word: "" if word in _DROPPED else None),
    "word added": _add_word,
    "case and punctuation": _remove_punctuation,
    "ellipsis": _shorten,
    "number": _swap_word(_change_number),
    "name": _change_name,
    "date": _swap_word(_change_date),
    "negation": _negate,
    "direction": _swap_word(_OPPOSITES.get),
    "own words": _shuffle_words,
    "other document": lambda _sentence, _s, others, rng: (
        rng.choice(others) if others else None
    ),
}
