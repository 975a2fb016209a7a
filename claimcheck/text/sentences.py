"""Split a reading view into sentences and passages of complete sentences.

A passage fits a token budget. sentencex does the segmentation; this module corrects its
errors in the kinds of texts that we read.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import sentencex

from claimcheck import tokens
from claimcheck.resources import read_words
from claimcheck.text.common_words import is_word
from claimcheck.text.paragraphs import ParagraphKind
from claimcheck.text.reading import Reading

# Longer "sentences" are tables, logs, or code, on which patterns are useless and slow.
# Chosen by hand; the engine, the evidence, and the index all skip them.
MAX_SENTENCE_CHARACTERS = 3_000
# Characters before a passage that a model also sees, so that it can resolve pronouns.
_CONTEXT_CHARACTERS = 400

# Thai, Lao, Burmese, Khmer, Japanese, and Chinese are written without spaces.
_UNSPACED_SCRIPT = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
# A text in which no sentence can end before its last character needs no segmenter.
_SINGLE_SENTENCE = re.compile(r"[\w ,'’‘“”\"/&$%:;–—*+=#@-]*[.!?]?")
# Ends of sentences that sentencex misses: it takes "May." for an abbreviation, which it
# never is; it does not end a sentence at "a.m." before a quotation; in tokenized text,
# where a full stop has spaces around it, it expects a capital, which lowercased text
# lacks; and it does not split after a quotation that breaks off, or after a sentence in
# brackets.
_MISSED_SENTENCE_END = re.compile(
    r"""
    \bMay\.\s+(?=[A-Z])
    |\b[ap]\.m\.\s+(?=[\"“][A-Z])
    |(?<=\s[.!?])(?<!\.\s\.)\s(?:(?:''|[\"”])\s)?(?=[^\s.])
    |(?<=…[\"”])\s(?=[A-Z])
    |\d\s(?:km|kg|cm|mm|ha)\.\s+(?=[^\W\da-z])
    """,
    re.X,
)
_BRACKETED_SENTENCE = re.compile(r"[(\[][^()\[\]]*[.!?][)\]]\s+(?=[A-Z])")
# False ends: "10:30 p.m. Aug. 9", "7 a.m. ET", and, without a space after the full
# stop, "version 19.X".
_FALSE_END = re.compile(r"(?:\b[ap]\.\s?m\.\s+|\bNo\.\s+(?=\d)|[\s\dA-Z]\.)$", re.I)
_AFTER_TIME = re.compile(
    r"""
    (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\ \d
    |(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b
        (?!\ (?:is|was|were|will|would|has|had|saw|marks|marked|brought|began|night)\b)
    |(?:[ECMP][SD]?T|GMT|UTC|BST|CES?T|Eastern|Central|Pacific|Mountain)\b
    """,
    re.X,
)
# A number that opens a sentence. Outside of English, sentencex takes each full stop
# before a number for that of an abbreviation.
_END_BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_]{3})[.!?]\s+(?=\d)")
_ABBREVIATIONS_BEFORE_NUMBERS = frozenset(read_words("abbreviations_before_numbers"))
# "Ms. Lee", "approx. 3", "Items 1. and 2.", "why? – on Monday". A capitalized word
# without a vowel is a title ("Cllr. Lee"), unless it ends a name ("Voss Ltd.").
_TITLE_END = re.compile(
    r"\b(?:Ms|MM|M|Natl|Reg|Ft|Mt)\.\s+$"
    r"|(?:^|\s[a-z]+,?\s)[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]{2,4}\.\s+$"
)
_LAST_ABBREVIATION = re.compile(r"\b([^\W\d_]{1,7})\.\s+$")
_VOWEL = re.compile(r"[aeiouyäöüéèàùœ]")
_NUMBER_END = re.compile(r"\d\.\s+$")
_CONTINUATION = re.compile(r"[^\W\d_A-Z]{2}|[(\d]")
_ASIDE = re.compile(r"[»”]\s*[^\W\d_A-Z]|[–—-]\s+[^\W\d_A-Z]")
# The speaker after a quotation: "(Ann Lee)", "— Ann Lee"
_SOURCE = re.compile(r"(?:\([^()]{1,80}\)[.]?|[–—-]\s+[A-Z][^.!?]{1,60})\s*")
# '"Who pays?" Ann Lee asked.' is one sentence.
_ASKED = re.compile(
    r"(?:[A-Z][\w.’'-]{0,30}\s){1,4}(?:said|says|asked|asks|added|wrote|writes|replied"
    r"|shouted|called|told|tweeted|exclaimed|wondered)"
    r"(?:[.]|\s(?:in|on|at|during|after|before|reporters|him|her|them|us|me|his)\b)"
)
_JAPANESE_SAID = ("と", "って")
_ABBREVIATIONS = frozenset(read_words("abbreviations"))
# The number of the following item: "1.", "Step 2.", "Q.", "P.S.", and, within a
# sentence, "resolved: 1. to close it; 2. to sell it".
_ENUMERATOR = re.compile(
    r"(?:(?:Step|Table|Figure|Box|Part|Item)\s)?"
    r"(?:\d{1,3}|[A-Za-z]|P\.\s?S|N\.\s?B)\.\s+"
)
# "Der 1. FC Köln": the full stop makes an ordinal number in German.
_INNER_ENUMERATOR = re.compile(
    r"""
    (?: [:;,]\s+(?:\d{1,2}|[a-z])
      | \b(?:[Dd](?:er|ie|as|e[mns])|[AaIi]m|[ZzVv](?:um|ur|om)|[Bb]eim|[Ss]eit
          |[Ee]in(?:e[mnrs]?)?|[Jj]ede[mnrs]?)\s\d{1,3}
    )
    \.\s+$
    """,
    re.VERBOSE,
)
# Subtitles resume a sentence so: "They came..." / "...by ferry."
_RESUMED = re.compile(r"(?:\.\.\.|…)\s+(?:\.\.\.|…)")
# sentencex takes quadratic time on unclosed quotation marks, so longer paragraphs are
# segmented in pieces. Few paragraphs have even half this length.
_MAX_SEGMENTED_CHARACTERS = 10_000
# In tokenized text, a mark between spaces may be a closing one.
_DANGLING_MARK = re.compile(r"\w[.!?]\s[\"“‘]")
_SURE_ENDS = (". ", "! ", "? ", "。", "！", "？", "। ", "؟ ")
_WHITE_SPACE = re.compile(r"\s+")
_MAX_END_CHARACTERS = 24  # of a sentence, enough to decide whether it ends there


class Sentence(NamedTuple):
    """A sentence of the view: text[start:end], in the block with this number.

    `speaker` is the person that a label names, in a transcript or a message.
    """

    text: str
    start: int
    end: int
    block: int
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences of the view: text[start:end].

    `tokens` is an estimate; `context` is the end of the text before the passage.
    """

    start: int
    end: int
    tokens: int
    context: str


def count_words(text: str) -> int:
    """Count words; in unspaced scripts, two characters count as one word."""
    unspaced = len(_UNSPACED_SCRIPT.findall(text))
    return len(_UNSPACED_SCRIPT.sub(" ", text).split()) + unspaced // 2


def split_sentences(
    reading: Reading, language: str | None, *, headings: bool = False
) -> tuple[Sentence, ...]:
    """Split the text of the reading view into sentences, in order.

    With `headings`, all blocks count as text, including tables and labels.
    """
    sentences: list[Sentence] = []
    for number, block in enumerate(reading.blocks):
        if block.kind is not ParagraphKind.TEXT and not headings:
            continue
        text = reading.text[block.start : block.end]
        for start, end in _find_sentence_bounds(text, language or "en"):
            part = text[start:end]
            if words := part.strip():
                left = block.start + start + part.index(words)
                right = left + len(words)
                sentences.append(Sentence(words, left, right, number, block.speaker))
    return tuple(sentences)


def split_paragraph(text: str, language: str) -> list[str]:
    """Split a one-paragraph text into sentences."""
    parts = [text[start:end] for start, end in _find_sentence_bounds(text, language)]
    return [part.strip() for part in parts if part.strip()]


def _find_sentence_bounds(text: str, language: str) -> list[tuple[int, int]]:
    """Return consecutive ranges that cover the text, one per sentence."""
    if _SINGLE_SENTENCE.fullmatch(text):
        return [(0, len(text))]
    edges = _find_edges(text, language)
    edges = [_move_before_opening_mark(text, edge) for edge in edges]
    edges = _add_missed_ends(text, edges, language)
    bounds: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        # sentencex splits at a full stop inside quotation marks. A lowercase
        # continuation belongs to the same sentence, unless that has already ended.
        if bounds and _continues_sentence(text[bounds[-1][0] : start], text[start:end]):
            bounds[-1] = (bounds[-1][0], end)
        else:
            bounds.append((start, end))
    return bounds


def _find_edges(text: str, language: str) -> list[int]:
    """Return the offsets at which sentences start, and the end of the text."""
    edges = [0]
    start = 0
    while start < len(text):
        end, is_sentence_end = _cut_for_segmenter(text, start)
        # The parts cover the entire text.
        parts = sentencex.segment(language, text[start:end])
        edges += list(accumulate(map(len, parts), initial=start))[1:]
        if not is_sentence_end:
            edges.pop()
        start = end
    return edges


def _move_before_opening_mark(text: str, edge: int) -> int:
    """Move an edge out of a quotation: It rose. "|It fell."""
    is_dangling = _DANGLING_MARK.fullmatch(text, max(0, edge - 4), edge)
    return edge - 1 if is_dangling and edge < len(text) else edge


def _cut_for_segmenter(text: str, start: int) -> tuple[int, bool]:
    """Return the end of the next piece, and whether a sentence ends there."""
    if len(text) - start <= _MAX_SEGMENTED_CHARACTERS:
        return len(text), True
    end = start + _MAX_SEGMENTED_CHARACTERS
    cut = max(text.rfind(mark, start, end) + len(mark) for mark in _SURE_ENDS)
    return (cut, True) if cut > start + 1 else (end, False)


def _add_missed_ends(text: str, edges: list[int], language: str) -> list[int]:
    """Add the sentence ends that sentencex misses to those it found."""
    ends = edges[:1]
    for start, end in pairwise(edges):
        if bracketed := _BRACKETED_SENTENCE.match(text, start, end):
            ends.append(bracketed.end())
        matches = _MISSED_SENTENCE_END.finditer(text, start, end)
        ends += [match.end() for match in matches if match.end() < end]
        if language != "en":
            for match in _END_BEFORE_NUMBER.finditer(text, start, end):
                word = _get_word_before(text, match.start())
                is_short = word in _ABBREVIATIONS_BEFORE_NUMBERS
                if not (is_short or word.endswith("str")):  # "Bahnhofstr. 5"
                    ends.append(match.end())
        ends.append(end)
    return ends


def _get_word_before(text: str, end: int) -> str:
    """Return the lowercase word that ends at an offset."""
    letters = text[max(0, end - _MAX_END_CHARACTERS) : end]
    return re.split(r"[\W\d_]", letters)[-1].lower()


def _continues_sentence(left: str, right: str) -> bool:
    """Whether two parts of the segmenter are one sentence."""
    end = left[-_MAX_END_CHARACTERS:]
    if _is_false_end(end, right) or _is_abbreviation(end, right):
        return True
    if _RESUMED.search(end + right[:6]) or _ends_in_enumerator(left, end):
        return True
    if _belongs_to_quotation(end, right):
        return True
    right = right.lstrip()
    if not right[:1].islower() or right.startswith("http"):
        return False
    last = left.rstrip()[-1:]
    # "Yahoo! is a firm."
    is_name = last in "!?" and left[:1].isupper()
    return last not in ".!?" or is_name or _breaks_off(left, end)


def _ends_in_enumerator(left: str, end: str) -> bool:
    is_short = len(left) <= _MAX_END_CHARACTERS
    is_whole = is_short and _ENUMERATOR.fullmatch(left) is not None
    return is_whole or _INNER_ENUMERATOR.search(end) is not None


def _belongs_to_quotation(end: str, right: str) -> bool:
    """Whether a part closes the quotation before it, or says who said it."""
    if right.strip() in ("»", "”", "...", "…") or _ASIDE.match(right):
        return True
    if end.rstrip().endswith(('?"', '!"', "?”", "!”")) and _ASKED.match(right):
        return True
    if end.rstrip().endswith("」") and right.startswith(_JAPANESE_SAID):
        return True
    return end.rstrip()[-1:] in '"”“»' and _SOURCE.fullmatch(right) is not None


def _breaks_off(left: str, end: str) -> bool:
    """Whether a part ends in no word: "$3 bn." before "in May"."""
    if end.rstrip().endswith("..."):
        return True
    last = _LAST_ABBREVIATION.search(end)
    if last is None or not left[:1].isupper():
        return False
    word = last.group(1).lower()
    return not is_word(word) or _VOWEL.search(word) is None


def _is_abbreviation(end: str, right: str) -> bool:
    if _TITLE_END.search(end):
        return right[:1].isupper()
    if not _CONTINUATION.match(right):
        return False
    last = _LAST_ABBREVIATION.search(end)
    if last and last.group(1).lower() in _ABBREVIATIONS:
        # "He said no. 5 people left." is rare, and "in." is most often a word.
        return True
    return bool(_NUMBER_END.search(end)) and right[:1].islower()


def _is_false_end(end: str, right: str) -> bool:
    if not _FALSE_END.search(end):
        return False
    if end[-1].isspace():
        return _AFTER_TIME.match(right) is not None
    # "ended.The" has lost its space; "19.X", "U.S.A", "Node.js", and ".NET" have not.
    return not (right[:1].isspace() or (right[:1].isupper() and right[1:2].islower()))


def split_into_passages(
    reading: Reading, language: str | None, budget_tokens: int
) -> tuple[Passage, ...]:
    """Split the view into passages of similar length within a budget.

    A sentence that is longer than the budget is cut between words.
    """
    starts = find_sentence_starts(reading, language)
    return _cut_range(reading.text, 0, len(reading.text), starts, budget_tokens)


def find_sentence_starts(reading: Reading, language: str | None) -> list[int]:
    """Return the offsets of sentences and headings in the view."""
    sentences = split_sentences(reading, language, headings=True)
    return [sentence.start for sentence in sentences]


def halve_passage(
    reading: Reading, starts: Sequence[int], passage: Passage
) -> tuple[Passage, ...]:
    """Halve a passage at one of the starts; a single sentence is not cut."""
    inner = [start for start in starts if passage.start < start < passage.end]
    if not inner:
        return (passage,)
    return _cut_range(
        reading.text, passage.start, passage.end, inner, math.ceil(passage.tokens / 2)
    )


def split_passage(reading: Reading, passage: Passage) -> tuple[Passage, ...]:
    """Cut a passage of one sentence in two, between words."""
    budget = math.ceil(passage.tokens / 2)
    return _cut_range(reading.text, passage.start, passage.end, (), budget)


def trim_passage(reading: Reading, passage: Passage, start: int) -> Passage:
    """Return the rest of a passage from an offset of the view."""
    count = tokens.count(reading.text[start : passage.end])
    return Passage(start, passage.end, count, _find_context(reading.text, start))


def _cut_range(
    text: str, low: int, high: int, starts: Sequence[int], budget: int
) -> tuple[Passage, ...]:
    """Cut text[low:high] at some of `starts` to fit the budget."""
    edges = [low, *(start for start in starts if low < start < high), high]
    units: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        units += _split_to_budget(text, start, end, budget)
    total = sum(count for _, count in units)
    for number in itertools.count(math.ceil(total / budget) or 1):
        parts = _group_evenly(units, total / number)
        if max(count for _, count in parts) <= budget:
            break
    ends = [start for start, _ in parts[1:]] + [high]
    passages: list[Passage] = []
    for (start, count), end in zip(parts, ends, strict=True):
        passages.append(Passage(start, end, count, _find_context(text, start)))
    return tuple(passages)


def _split_to_budget(
    text: str, start: int, end: int, budget: int
) -> list[tuple[int, int]]:
    """Split a range between words to fit: (start, tokens) of each part."""
    count = tokens.count(text[start:end])
    if count <= budget:
        return [(start, count)]
    middle = (start + end) // 2
    ends = [match.end() for match in _WHITE_SPACE.finditer(text, start, end)]
    inner = [cut for cut in ends if start < cut < end]
    cut = min(inner, key=lambda cut: abs(cut - middle), default=middle)
    left = _split_to_budget(text, start, cut, budget)
    return left + _split_to_budget(text, cut, end, budget)


def _group_evenly(
    units: Sequence[tuple[int, int]], share: float
) -> list[tuple[int, int]]:
    """Group units into parts of similar size: (start, tokens) of each."""
    parts: dict[int, tuple[int, int]] = {}
    before = 0
    for start, count in units:
        # A unit belongs to the part that contains its middle.
        number = int((before + count / 2) / share) if share else 0
        part_start, part_count = parts.get(number, (start, 0))
        parts[number] = (part_start, part_count + count)
        before += count
    return list(parts.values())


def _find_context(text: str, start: int) -> str:
    """Return the last complete words before an offset, on one line."""
    context = text[max(0, start - _CONTEXT_CHARACTERS) : start]
    if start > _CONTEXT_CHARACTERS:
        context = context.partition(" ")[2]
    return " ".join(context.split())
