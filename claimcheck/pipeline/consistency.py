"""Compare claims with their quotes, and a summary with the document.

A quote in the document grounds a claim only if the claim says the same. Code compares
their numbers, dates, names, negations, and directions on every run. A claim may say
more than its quote, because it must be understandable alone, but only what the document
says around the quote, plus names from anywhere in the document.

A summary uses other words than the document, so only certain problems of it count:
numbers and names that are nowhere in the document, statements that contradict their
claims, and texts with hardly a word of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from claimcheck.english.dates import MONTHS
from claimcheck.english.instructions import is_instruction
from claimcheck.english.lexicon import FUNCTION_WORDS, stem
from claimcheck.english.normal_forms import Word, parse_words
from claimcheck.english.quotations import resolve_speeches
from claimcheck.english.speech import detect_speech, is_third_person_pronoun
from claimcheck.english.time_resolution import find_times, find_year_before
from claimcheck.models.brief import Brief
from claimcheck.models.claim import Claim, Consistency
from claimcheck.models.document import Document
from claimcheck.models.run import Run, Summary, SummaryProblem
from claimcheck.models.span import Excerpt, Span
from claimcheck.models.verdict import Difference
from claimcheck.pipeline.word_differences import (
    Wording,
    find_bounds,
    find_exchanged_values,
    find_negations,
    find_numbers,
    find_opposites,
    is_value,
    list_neighbors,
)
from claimcheck.text.language import detect_language
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

# All of these were chosen by hand, by reading recorded claims.
_CONTEXT_CHARACTERS = 600  # on each side of the quote
_MIN_WORDS = 4  # a shorter text can't be understood alone
_MIN_WORDS_TO_DETECT = 6  # the language of a shorter text would be a guess
_MIN_SHARED_SHARE = 0.5  # of the claim's content words, in the quote or around it
_PLAIN_NEGATIONS = frozenset(("no", "not", "never", "nobody", "none", "nothing"))
_MIN_SUMMARY_SHARE = 1 / 3  # of the content words of a text, in the document
_MAX_CAPITALS = 0.7  # of the content words of a sentence


class _Attribution(NamedTuple):
    """Who speaks in a sentence of the source.

    `nearby` is that sentence together with the one before it.
    """

    start: int
    end: int
    speaker: str | None
    sentence: str
    nearby: str


Result = tuple[Consistency, tuple[Difference, ...]]


class QuoteComparison:
    """Compares claims of a document with their quotes.

    With the reading view, speakers are also compared with the sentence of the quote and
    the ones before it, which name the "she" of "she added".
    """

    def __init__(self, document: Document, reading: Reading | None = None) -> None:
        self._document = document
        self._reading = reading

    def compare(
        self, text: str, speaker: str | None, quote: str, spans: Sequence[Excerpt]
    ) -> Result:
        """Return whether the text says what the quote says, and what differs.

        Without spans the quote is not in the document, and nothing is compared.
        """
        if not spans:
            return Consistency.UNCLEAR, ()
        speaker_differences = tuple(self._find_speaker(text, speaker, quote, spans))
        is_verbatim = " ".join(text.split()) == quote
        # Without the reading view, the rules named the speaker themselves.
        if is_verbatim and not (speaker_differences and self._reading):
            return Consistency.CONSISTENT, ()
        claim, quoted = Wording.parse(text), Wording.parse(quote)
        context = Wording.parse(self._get_context(spans))
        consistency = Consistency.UNCLEAR
        shared = claim.stems & (quoted.stems | context.stems)
        is_about = len(shared) >= _MIN_SHARED_SHARE * len(claim.stems)
        if is_about and not is_broken_off(text):
            consistency = Consistency.CONSISTENT
        # A translation shares hardly a word or number format with its quote.
        if not self._is_english and consistency is Consistency.UNCLEAR:
            return consistency, ()
        known_forms = context.forms | self._resolve_times(quote, spans[0])
        differences = [
            *find_numbers(claim, quoted, known_forms),
            *find_negations(claim, quoted, self._language),
        ]
        # In other languages, nouns have capitals too, and there are no antonyms.
        if self._is_english:
            differences += find_exchanged_values(claim, quoted)
            differences += find_bounds(text, quote)
            differences += find_opposites(claim, quoted)
            differences += self._find_names(claim)
            differences += self._find_replaced_names(claim, quoted)
            differences += speaker_differences
        if differences:
            return Consistency.DIFFERS, tuple(dict.fromkeys(differences))
        return consistency, ()

    def compare_summary(
        self, text: str, quotes: Sequence[str]
    ) -> list[Difference] | None:
        """Return how a text of the summary differs from the document.

        `quotes` are those of its claims. None: the two have hardly a word in common.
        """
        words, quoted = Wording.parse(text), Wording.parse(" ".join(quotes))
        differences = [
            # "Two sides" are counted by whoever writes the summary.
            item
            for item in find_numbers(words, quoted, self._document_forms)
            if item.kind == "date" or any(map(str.isdigit, item.claim))
        ]
        if not self._is_english:
            return differences
        shared = words.stems & self._document_stems
        if len(shared) < _MIN_SUMMARY_SHARE * len(words.stems):
            return None
        # Every word of a headline may have a capital.
        if not _is_title_case(words.words):
            differences += self._find_names(words)
        # A sentence on several claims denies one thing and states another.
        if len(quotes) == 1:
            differences += filter(
                _is_plain_negation, find_negations(words, quoted, self._language)
            )
            opposites = find_opposites(words, quoted)
            # "Slow Harbour" is a name, and not the opposite of "fast".
            differences += [item for item in opposites if str(item.evidence).islower()]
        return list(dict.fromkeys(differences))

    def is_instruction(self, quote: str, spans: Sequence[Excerpt | Span]) -> bool:
        """Whether a quote, or its sentence, is an instruction."""
        if not self._is_english:
            return False
        attribution = self._find_attribution(spans)
        if attribution is None:
            return is_instruction(quote)
        if is_instruction(attribution.sentence):
            return True
        # "The board cut the budget": "cut the budget" alone looks like an instruction.
        before = self._document.full_text[: spans[0].start].rstrip()
        return not before[-1:].isalnum() and is_instruction(quote)

    def is_in_language(self, text: str) -> bool:
        """Whether a text may be in the language of the document."""
        known = self._document.language
        if known is None or len(text.split()) < _MIN_WORDS_TO_DETECT:
            return True
        return detect_language(text) in (None, known)

    @property
    def _language(self) -> str:
        # A text whose language is unknown is usually too short to detect it.
        return self._document.language or "en"

    @property
    def _is_english(self) -> bool:
        return self._language == "en"

    def _get_context(self, spans: Sequence[Excerpt]) -> str:
        text = self._document.full_text
        start = max(0, spans[0].start - _CONTEXT_CHARACTERS)
        return text[start : spans[-1].end + _CONTEXT_CHARACTERS]

    def _resolve_times(self, quote: str, start: Excerpt | None = None) -> set[str]:
        """Return the forms of the dates behind "last May" and "on Tuesday"."""
        forms: set[str] = set()
        year = None
        if start:
            year = find_year_before(self._document.full_text, start.start)
        for time in find_times(quote, self._document.published, year):
            if time.resolved:
                when, month, day = (*time.resolved.split("-"), "", "")[:3]
                name = list(MONTHS)[int(month) - 1] if month else ""
                # Both notations: "19 March 2019" and "2019-03-19".
                date = f"{when} {month} {day} {name} {day.lstrip('0')}"
                forms |= Wording.parse(date).forms
        return forms

    @cached_property
    def _attributions(self) -> list[_Attribution]:
        """The speaker of each sentence of the document, found by rules."""
        if self._reading is None:
            return []
        sentences = split_sentences(self._reading, self._document.language)
        speeches = resolve_speeches(sentences)
        attributions = []
        before = ""
        for sentence, speech in zip(sentences, speeches, strict=True):
            start, end = self._reading.locate_extent(sentence.start, sentence.end)
            speaker = speech.speaker if speech else None
            nearby = f"{before} {sentence.text}"
            attributions.append(
                _Attribution(start, end, speaker, sentence.text, nearby)
            )
            before = sentence.text
        return attributions

    def _find_attribution(self, spans: Sequence[Excerpt | Span]) -> _Attribution | None:
        if not spans:
            return None
        start = spans[0].start
        around = (item for item in self._attributions if item.start <= start < item.end)
        return next(around, None)

    def _find_speaker(
        self, text: str, speaker: str | None, quote: str, spans: Sequence[Excerpt]
    ) -> Iterator[Difference]:
        """Find another speaker whom the quote or its sentence names."""
        if not self._is_english:
            return
        attribution = self._find_attribution(spans)
        named = _get_named_speaker(quote, attribution)
        speaker = speaker or ""
        if named is None:
            # The sentence has no speaker, and does not even mention this one.
            if attribution and _shares_no_stem(speaker, attribution.nearby):
                yield Difference("speaker", speaker, None)
            return
        # "the minister" may be the person that the claim names.
        if not _has_capital(named):
            return
        if _shares_no_stem(speaker, named):
            yield Difference("speaker", speaker, named)
        # A claim may name its speaker in its text.
        if attribution and not speaker and _shares_no_stem(named, text):
            yield Difference("attribution", text, named)

    @cached_property
    def _document_forms(self) -> Set[str]:
        """The forms of the document's words and of the dates it means."""
        text = self._document.full_text
        times = map(self._resolve_times, text.splitlines())
        words = Wording.parse(f"{self._document.title or ''} {text}")
        return words.forms.union(*times)

    @cached_property
    def _document_stems(self) -> Set[str]:
        document = self._document
        about = (document.title, document.author, document.full_text)
        return Wording.parse(" ".join(filter(None, about))).stems

    def _find_names(self, claim: Wording) -> Iterator[Difference]:
        """Find names that the document does not contain."""
        # The first word is capitalized anyway.
        for word in claim.words[1:]:
            surface = word.surface
            # A single letter is an initial, or half of "U. S.".
            if not surface[0].isupper() or len(surface) == 1 or is_value(word):
                continue
            is_known = stem(word.form) in self._document_stems
            if not is_known and word.form not in FUNCTION_WORDS:
                yield Difference("name", surface, None)

    def _find_replaced_names(
        self, claim: Wording, quoted: Wording
    ) -> Iterator[Difference]:
        """Find names that differ from the quote's between the same words.

        The document may mention both, but not as one name: "Kim" for "Ann Kim".
        """
        places = {}
        for before, word, after in list_neighbors(quoted.words):
            places[before, after] = word
        for before, word, after in list_neighbors(claim.words):
            other = places.get((before, after))
            if other is None or other.form in claim.forms or word.form in quoted.forms:
                continue
            if not (self._is_name(word) and self._is_name(other)):
                continue
            names = re.escape(word.surface), re.escape(other.surface)
            one_name = r"{0}\W+{1}\b|{1}\W+{0}\b".format(*names)
            if not re.search(one_name, self._document.full_text):
                yield Difference("name", word.surface, other.surface)

    def _is_name(self, word: Word) -> bool:
        """Whether the document capitalizes a word within a sentence."""
        if not word.surface[0].isupper() or not word.surface.isalnum():
            return False
        pattern = rf"[a-z,] {re.escape(word.surface)}\b"
        return re.search(pattern, self._document.full_text) is not None


def _is_plain_negation(difference: Difference) -> bool:
    """Whether words such as "not" make the difference, rather than "stop"."""
    phrases = f"{difference.claim} {difference.evidence}".lower().split()
    return not _PLAIN_NEGATIONS.isdisjoint(phrases)


def _is_title_case(words: Sequence[Word]) -> bool:
    content = [word for word in words if word.form not in FUNCTION_WORDS]
    capitals = sum(word.surface[0].isupper() for word in content)
    return capitals > _MAX_CAPITALS * len(content)


def _get_named_speaker(quote: str, attribution: _Attribution | None) -> str | None:
    """Return the speaker the quote names, or else its sentence's speaker."""
    speech = detect_speech(quote)
    named = speech.speaker if speech else None
    if named is not None and not is_third_person_pronoun(named):
        return named
    return attribution.speaker if attribution else None


def _has_capital(name: str) -> bool:
    return any(word.surface[0].isupper() for word in parse_words(name))


def _shares_no_stem(name: str, text: str) -> bool:
    """Return whether a text has no word of a name; False for an empty name."""
    stems = Wording.parse(name).stems
    return bool(stems) and stems.isdisjoint(Wording.parse(text).stems)


def is_broken_off(text: str) -> bool:
    """Whether a text is too short for a sentence, or lacks its end.

    A model that writes an unescaped quotation mark into a JSON string may end the
    string there.
    """
    words = parse_words(text)
    if len(words) < _MIN_WORDS:
        return True
    return text[-1:].isalpha() and words[-1].form in FUNCTION_WORDS


def add_summary_problems(run: Run, reading: Reading, brief: Brief) -> Run:
    """Return the run with the problems of its summary, if it has a summary."""
    summary, language = run.summary, run.document.language
    # A translation has other words, and may have other names.
    is_translated = brief.language not in (None, "auto", language)
    if summary is None or is_translated:
        return run
    comparison = QuoteComparison(run.document, reading)
    claims = {claim.id: claim for claim in run.claims}
    problems: dict[str, SummaryProblem] = {}
    for text, claim_ids in _list_texts(summary):
        cited = [claims[claim_id] for claim_id in claim_ids if claim_id in claims]
        message = _describe_problem(comparison, text, cited)
        if message:
            problems[text] = SummaryProblem(text, message)
    return replace(run, summary=replace(summary, problems=tuple(problems.values())))


def _list_texts(summary: Summary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield all texts of a summary, with the ids of their claims."""
    yield summary.headline, ()
    for item in (*summary.sentences, *summary.key_points):
        yield item.text, item.claim_ids
    for position in summary.positions:
        yield f"{position.party}: {position.position}", position.claim_ids
    for question in summary.open_questions:
        yield question, ()


def _describe_problem(
    comparison: QuoteComparison, text: str, claims: Sequence[Claim]
) -> str | None:
    """Return what is wrong with a text, or None."""
    quotes = [claim.quote for claim in claims if claim.spans]
    # A quote that was not found supports nothing.
    if claims and not quotes:
        return "rests only on quotes that are not in the document"
    differences = comparison.compare_summary(text, quotes)
    if differences is None:
        return "has hardly a word of the document"
    found = [item.describe("the document", "it") for item in differences]
    return "; ".join(found) or None
