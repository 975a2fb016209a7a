"""The sentences of a document on which a claim's sentence rests.

Coverage is the share of the weight of the claim's terms, from 0 to 1; rare words weigh
more than common ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from claimcheck.english.terms import Term, extract_terms, extract_words, normalize_word
from claimcheck.english.wordnet import TextSenses, collect_senses
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_paragraph, split_sentences
from claimcheck.verification.amounts import (
    Amount,
    find_amounts,
    has_compatible_unit,
    is_consistent_amount,
)
from claimcheck.verification.evidence import EvidenceDocument

# The extractive engine adds these: '[Ann Lee said:] "..."', "Tuesday [2019-03-19]".
_BRACKETED_SPEAKER = re.compile(r"\[([^\[\]]{1,80}) said:\]\s")
_BRACKETED_ADDITION = re.compile(r"\s?\[[^\[\]]{1,300}\]")

# A claim is often made of two sentences of its evidence, and seldom of more.
_MAX_SELECTED_SENTENCES = 3
_MAX_CANDIDATES = 40  # bounds the time for a claim whose words are everywhere
# A smaller gain in coverage is a word that happens to occur there. Chosen by hand.
_MIN_COVERAGE_GAIN = 0.1


def split_statement(text: str) -> list[str]:
    """Split a statement into sentences, without bracketed additions."""
    # A statement that is nothing but an addition stays as it is.
    plain = _BRACKETED_ADDITION.sub("", text).strip() or text
    if "\n" not in plain and "\r" not in plain:
        return split_paragraph(plain, "en") or [plain]
    sentences = split_sentences(Reading(plain), "en", headings=True)
    return [sentence.text for sentence in sentences] or [plain]


def find_bracketed_speaker(text: str) -> str | None:
    """Return the speaker of a leading "[Ann Lee said:]", or None."""
    match = _BRACKETED_SPEAKER.match(text)
    return match[1] if match else None


@dataclass(frozen=True)  # no slots: cached properties
class Alignment:
    """A claim's sentence beside a document; its sentences are indexes.

    * `selected`: the sentence that covers most, then those that add most to it;
    * `nearby_sentences`: these, and the neighbors of the first;
    * `nearby_forms`: the forms of all words in the nearby sentences;
    * `document_forms`: those of the claim's forms that the document contains;
    * `agreeing_numbers`: forms of the claim's numbers that are, as worded, true of
      nearby ones: "about 50,000" of "52,400";
    * `forms_by_sentence`: the claim's forms in each sentence that has any;
    * `is_verbatim`: the document states the sentence word for word.
    """

    text: str
    terms: Sequence[Term]
    forms: Sequence[str]
    selected: tuple[int, ...]
    nearby_sentences: frozenset[int]
    nearby_forms: frozenset[str]
    document_forms: frozenset[str]
    agreeing_numbers: frozenset[str]
    forms_by_sentence: dict[int, set[str]]
    is_verbatim: bool

    @cached_property
    def nearby_senses(self) -> TextSenses:
        """The senses of the words in the nearby sentences."""
        return collect_senses(self.nearby_forms)

    @cached_property
    def weight(self) -> float:
        """The weight of all the claim's terms."""
        return sum(term.weight for term in self.terms)

    def compute_coverage(self, forms: Collection[str]) -> float:
        """Return the share of the claim's weight that forms cover, 0 to 1."""
        covered = sum(term.weight for term in self.terms if term.form in forms)
        return covered / (self.weight or 1.0)

    @property
    def contributing_sentences(self) -> tuple[int, ...]:
        """The first selected sentence, and others that add to its coverage."""
        contributing: list[int] = []
        covered: set[str] = set()
        for index in self.selected:
            forms = self.forms_by_sentence[index]
            gain = self.compute_coverage(forms - covered)
            if not contributing or gain >= _MIN_COVERAGE_GAIN:
                contributing.append(index)
            covered |= forms
        return tuple(contributing)

    @property
    def best_coverage(self) -> float:
        """The coverage of the first selected sentence, or 0 without one."""
        if not self.selected:
            return 0.0
        return self.compute_coverage(self.forms_by_sentence[self.selected[0]])


def align_sentence(
    sentence: str, evidence: EvidenceDocument, excluded: Collection[int] = ()
) -> Alignment:
    """Align one claim sentence with a document, except `excluded`."""
    terms = extract_terms(sentence)
    weights = _sum_weights(terms)
    forms_by_sentence = {
        index: forms
        for index, forms in evidence.match_forms(weights.keys()).items()
        if index not in excluded
    }
    selected = _select_sentences(forms_by_sentence, weights)
    nearby = _add_neighbors(selected, len(evidence.sentences)).difference(excluded)
    nearby_forms = frozenset[str]().union(*map(evidence.get_forms, nearby))
    words = extract_words(sentence)
    # Only these can state the sentence verbatim: they have all of its terms.
    full_matches = [
        index
        for index, forms in forms_by_sentence.items()
        if len(forms) == len(weights)
    ]
    return Alignment(
        text=sentence,
        terms=terms,
        forms=[normalize_word(word) for word in words],
        selected=tuple(selected),
        nearby_sentences=frozenset(nearby),
        nearby_forms=nearby_forms,
        document_forms=frozenset[str]().union(*forms_by_sentence.values()),
        agreeing_numbers=_find_agreeing_numbers(
            sentence,
            terms,
            nearby_forms,
            [evidence.sentences[index].text for index in sorted(nearby)],
        ),
        forms_by_sentence=forms_by_sentence,
        is_verbatim=_is_stated(words, evidence, full_matches),
    )


def _sum_weights(terms: Iterable[Term]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term in terms:
        weights[term.form] = weights.get(term.form, 0.0) + term.weight
    return weights


def _select_sentences(
    forms_by_sentence: dict[int, set[str]], weights: dict[str, float]
) -> list[int]:
    """Select the heaviest sentence, then those that add most to it."""
    # `fsum`: a plain sum would depend on the order in which a set is traversed.
    totals = {
        index: fsum([weights[form] for form in forms])
        for index, forms in forms_by_sentence.items()
    }
    candidates = sorted(totals, key=lambda index: (-totals[index], index))
    candidates = candidates[:_MAX_CANDIDATES]
    selected: list[int] = []
    covered: set[str] = set()
    while candidates and len(selected) < _MAX_SELECTED_SENTENCES:
        best, best_gain = candidates[0], -1.0
        for index in candidates:
            if totals[index] <= best_gain:
                break  # later candidates weigh less, so they cannot gain more
            new_forms = forms_by_sentence[index] - covered
            gain = fsum([weights[form] for form in new_forms])
            if gain > best_gain:
                best, best_gain = index, gain
        candidates.remove(best)
        selected.append(best)
        covered |= forms_by_sentence[best]
    return selected


def _add_neighbors(selected: Sequence[int], sentence_count: int) -> set[int]:
    """Return the selected sentences and the two beside the first of them."""
    if not selected:
        return set()
    # They often hold the rest of what the first one says, or the name behind its "he".
    first = selected[0]
    neighbors = {first - 1, first + 1} & set(range(sentence_count))
    return neighbors.union(selected)


def _is_stated(
    words: Sequence[str], evidence: EvidenceDocument, indexes: Iterable[int]
) -> bool:
    """Return whether one of the sentences asserts exactly these words."""
    for index in indexes:
        is_question = evidence.sentences[index].text.endswith("?")
        if not is_question and evidence.get_words(index) == words:
            return True
    return False


def _find_agreeing_numbers(
    sentence: str,
    terms: Sequence[Term],
    nearby_forms: Collection[str],
    nearby_texts: Sequence[str],
) -> frozenset[str]:
    if all(term.form in nearby_forms for term in terms if term.is_number):
        return frozenset()
    nearby_amounts = [amount for text in nearby_texts for amount in find_amounts(text)]
    # Only the digits: in "about 50,000 barrels", the other words align by themselves.
    agreeing: set[str] = set()
    for amount in find_amounts(sentence):
        if not _agrees_with_any(amount, nearby_amounts):
            continue
        forms = map(normalize_word, extract_words(amount.quantity.text))
        agreeing.update(form for form in forms if form[0].isdigit())
    return frozenset(agreeing)


def _agrees_with_any(amount: Amount, others: Iterable[Amount]) -> bool:
    return any(
        is_consistent_amount(amount, other) and has_compatible_unit(amount, other)
        for other in others
    )
