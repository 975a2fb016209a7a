"""Build claims from answers: grounded, deduplicated, and in document order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Indel

from claimcheck import resources
from claimcheck.english.check_worthiness import score_check_worthiness
from claimcheck.english.instructions import REASON as INSTRUCTION
from claimcheck.english.names import find_names
from claimcheck.english.quantities import find_quantities
from claimcheck.english.time_resolution import find_first_time, find_year_before
from claimcheck.grounding import GroundingResult
from claimcheck.grounding.differences import find_difference
from claimcheck.models.claim import Claim, Match, make_claim_id
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import AMBIGUOUS, OVER_THE_LIMIT
from claimcheck.models.span import Excerpt, Span, extract_excerpts, format_quote
from claimcheck.pipeline.answers import (
    AmbiguousAnswer,
    ClaimAnswer,
    normalize_speaker,
)
from claimcheck.pipeline.consistency import QuoteComparison
from claimcheck.pipeline.corrections import correct_claims
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.quotes import ClaimGrounder, QuoteIndex
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Passage

# The similarity of two claims' words, by edit distance, above which they say the same,
# unless a number, a name, a date, or a negation differs. Chosen by hand.
_MIN_DUPLICATE_SIMILARITY = 0.9
# The share of a claim's distinct content words. Claims above the similarity share more
# than that, so this limit only saves comparisons.
_MIN_DUPLICATE_OVERLAP = 0.7
_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(resources.read_words("claim_stop_words"))


@dataclass(frozen=True, slots=True)
class NumberedClaims:
    """Claims in document order, and the ids behind the model's numbers.

    Numbers start at 1. A merged claim has several. The number of a claim that was
    dropped is missing; `unused` has the location of each such claim and the reason.
    """

    claims: tuple[Claim, ...]
    ids_by_number: dict[int, str]
    unused: tuple[Noise, ...]


@dataclass(frozen=True, slots=True)
class ExtractedClaims:
    """What a model found in a document, in document order.

    `passages` has the passage of each claim if there are several passages: each passage
    keeps at least one claim, if the limit allows.
    """

    claims: Sequence[ClaimAnswer]
    ambiguous: Sequence[AmbiguousAnswer]
    passages: Sequence[Passage] = ()


def ground_claims(
    document: Document,
    reading: Reading,
    index: QuoteIndex,
    extracted: ExtractedClaims,
    settings: Settings,
) -> Flow[tuple[NumberedClaims, Usage]]:
    """Ground, correct, and merge claims; keep those most worth checking.

    Returns the usage of the corrections, too.
    """
    comparison = QuoteComparison(document, reading)
    grounder = ClaimGrounder(reading, index, comparison, settings.brief.fields)
    corrected, usage = yield from correct_claims(
        grounder, extracted.claims, settings.brief
    )
    merger = _merge_answers(document, grounder, corrected)
    exclusions = {
        claim.id: INSTRUCTION
        for claim in merger.claims
        if comparison.is_instruction(claim.quote, claim.spans)
    }
    ranked = rank_ids(merger, extracted.passages)
    eligible = [claim_id for claim_id in ranked if claim_id not in exclusions]
    exclusions |= dict.fromkeys(eligible[settings.max_claims :], OVER_THE_LIMIT)
    selected = [claim for claim in merger.claims if claim.id not in exclusions]
    # The summary names claims by their number in the answer, before the merging.
    ids = [merger.claims[position].id for position in merger.positions]
    ids_by_number = {
        number: claim_id
        for number, claim_id in enumerate(ids, 1)
        if claim_id not in exclusions
    }
    reasons: list[tuple[Sequence[Excerpt | Span], str]] = [
        (claim.spans, exclusions[claim.id])
        for claim in merger.claims
        if claim.id in exclusions
    ]
    for item in extracted.ambiguous:
        meanings = " or ".join(f"“{meaning}”" for meaning in item.meanings)
        spans = index.ground(item.quote).spans
        reasons.append((spans, f"{AMBIGUOUS}: could mean {meanings}"))
    unused = _list_unclaimed(selected, reasons)
    claims = sort_in_document_order(selected)
    return NumberedClaims(claims, ids_by_number, unused), usage


def _list_unclaimed(
    claims: Sequence[Claim], reasons: Sequence[tuple[Sequence[Excerpt | Span], str]]
) -> tuple[Noise, ...]:
    """Return the locations without a claim, each with its reason."""
    taken: list[Excerpt] = []
    for claim in claims:
        taken += (*claim.spans, *claim.also_at)
    # Several claims may share a sentence; its last reason counts.
    free: dict[tuple[int, int], Noise] = {}
    for spans, reason in reasons:
        for span in spans:
            free[span.start, span.end] = Noise(span.start, span.end, reason)
    return tuple(sorted(item for item in free.values() if not _overlaps(item, taken)))


def _overlaps(noise: Noise, spans: Sequence[Excerpt]) -> bool:
    return any(span.start < noise.end and noise.start < span.end for span in spans)


def _merge_answers(
    document: Document, grounder: ClaimGrounder, answers: Sequence[ClaimAnswer]
) -> ClaimMerger:
    """Build a claim from each answer, and merge those that say the same."""
    merger = ClaimMerger()
    results = grounder.index.ground_all([answer.quote for answer in answers])
    for answer, result in zip(answers, results, strict=True):
        consistency, differences = grounder.compare(answer, result)
        claim = replace(
            _build_claim(document, grounder.reading, answer, result),
            consistency=consistency,
            differences=differences,
        )
        fields = grounder.ground_fields(answer.fields, claim.spans)
        merger.add(replace(claim, fields=fields))
    return merger


def rank_ids(merger: ClaimMerger, passages: Sequence[object]) -> list[str]:
    """Return the ids of all claims, those most worth checking first.

    `passages` has the passage of each claim that was added; the best claim of each
    comes before all others. The model's score decides first. Weak models give all
    claims the same score; then the English check-worthiness score decides, and then
    the document order.
    """
    ranked = sorted(merger.claims, key=_rank, reverse=True)
    first_of_passage: dict[object, str] = {}
    if passages:
        passage_of_claim: dict[str, object] = {}
        for position, passage in zip(merger.positions, passages, strict=True):
            passage_of_claim.setdefault(merger.claims[position].id, passage)
        for claim in ranked:
            first_of_passage.setdefault(passage_of_claim[claim.id], claim.id)
    ids = dict.fromkeys(first_of_passage.values())
    ids |= dict.fromkeys(claim.id for claim in ranked)
    return list(ids)


def _rank(claim: Claim) -> tuple[float, float]:
    rule_score, _ = score_check_worthiness(claim.text, claim.quantities)
    return claim.check_worthiness, rule_score


class ClaimMerger:
    """Collects claims and merges those that say the same.

    `positions` has the index in `claims` of each claim that was added. An inverted
    index of words finds the few candidates to compare, because comparing all pairs
    would be quadratic.
    """

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.positions: list[int] = []
        self._by_word: dict[str, list[int]] = {}

    def add(self, claim: Claim) -> None:
        """Add a claim, or its places to the claim that says the same."""
        # The empty string lets claims that consist of stop words find their duplicates.
        words = extract_content_words(claim.text) or {""}
        position = self._find_duplicate(claim, words)
        if position is not None:
            self.claims[position] = _merge_claims(self.claims[position], claim)
        else:
            position = len(self.claims)
            self.claims.append(claim)
            for word in words:
                self._by_word.setdefault(word, []).append(position)
        self.positions.append(position)

    def _find_duplicate(self, claim: Claim, words: set[str]) -> int | None:
        # Candidates are compared in order, so that the first duplicate wins.
        shared = Counter[int]()
        for word in words:
            shared.update(self._by_word.get(word, ()))
        for position in sorted(shared):
            if shared[position] < _MIN_DUPLICATE_OVERLAP * len(words):
                continue
            if _is_same_claim(claim, self.claims[position]):
                return position
        return None


def _is_same_claim(claim: Claim, other: Claim) -> bool:
    words = _WORD.findall(claim.text.lower())
    other_words = _WORD.findall(other.text.lower())
    if words == other_words:
        return True
    similarity = Indel.normalized_similarity(words, other_words)
    content, other_content = set(words) - _STOP_WORDS, set(other_words) - _STOP_WORDS
    # The same words in a different order, or without articles.
    is_same_quote = claim.spans == other.spans and claim.speaker == other.speaker
    is_reworded = is_same_quote and content == other_content
    if similarity < _MIN_DUPLICATE_SIMILARITY and not is_reworded:
        return False
    # Similar words can still say something else: "rose by 3 %" and "rose by 5 %".
    return find_difference(claim.text, other.text) is None


def _merge_claims(claim: Claim, duplicate: Claim) -> Claim:
    """Add a duplicate's locations, or return it if only it has a location."""
    # A claim with a location can be checked by a reader; one without can't.
    if claim.match is Match.NONE and duplicate.match is not Match.NONE:
        return duplicate
    known = {*claim.spans, *claim.also_at}
    others = [span for span in duplicate.spans if span not in known]
    return replace(claim, also_at=tuple(sorted([*claim.also_at, *others])))


def _build_claim(
    document: Document, reading: Reading, answer: ClaimAnswer, result: GroundingResult
) -> Claim:
    spans = extract_excerpts(reading.lines, result.spans)
    if spans:
        quote = format_quote(spans)
        # "in May" means the May of the year that the text mentioned last.
        year = find_year_before(document.full_text, spans[0].start)
    else:
        quote = " ".join(answer.quote.split())
        year = None
    quantities = find_quantities(quote)
    # In other languages, nouns have capitals, too, and the score knows no words.
    is_english = document.language in (None, "en")
    _, reason = score_check_worthiness(answer.text, quantities)
    return Claim(
        id=make_claim_id(document.id, answer.text, quote),
        text=answer.text,
        quote=quote,
        spans=spans,
        also_at=(),
        match=result.match,
        kind=answer.kind,
        speaker=normalize_speaker(answer.speaker),
        about=find_names(answer.text) if is_english else (),
        when=find_first_time(quote, document.published, year),
        quantities=quantities,
        check_worthiness=answer.check_worthiness,
        reason=reason if is_english else "",
    )


def sort_in_document_order(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Sort by first span; a claim without one follows the one before it."""
    # A model lists claims in the order of the text, even those that it misquotes.
    starts = {}
    last_start = 0
    for claim in claims:
        if claim.spans:
            last_start = claim.spans[0].start
        starts[claim.id] = last_start
    return tuple(sorted(claims, key=lambda claim: starts[claim.id]))


def extract_content_words(text: str) -> set[str]:
    """Return a text's distinct words in lower case, without stop words."""
    return set(_WORD.findall(text.lower())) - _STOP_WORDS
