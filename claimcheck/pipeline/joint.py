"""Summarizes several documents that were joined into one.

Each document is read separately, so that its own date decides what "Tuesday" is. Then
claims that several documents make become one claim with all its places. Claims that
disagree about a number, or about whether something happened, become positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, combinations, zip_longest
from typing import TypeVar

from claimcheck.english.lexicon import NEGATION_WORDS
from claimcheck.models.claim import Claim, make_claim_id
from claimcheck.models.document import Document, Part
from claimcheck.models.llm import sum_usage
from claimcheck.models.run import (
    OVER_THE_LIMIT,
    Failure,
    LedgerEntry,
    LedgerStatus,
    LinkedText,
    Position,
    Run,
    Summary,
)
from claimcheck.models.span import Excerpt, LineIndex, Span, extract_excerpts
from claimcheck.pipeline import summary as digests
from claimcheck.pipeline.claims import (
    ClaimMerger,
    extract_content_words,
    rank_ids,
    sort_in_document_order,
)
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import add_reasons
from claimcheck.pipeline.signature import build_model_signature, merge_signatures
from claimcheck.pipeline.stability import run_together
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise

# Limits of a summary that is put together from those of the documents; each document
# contributes at least one sentence.
_MIN_SENTENCES, _MAX_SENTENCES, _MAX_OPEN_QUESTIONS = 4, 8, 5
# The share of content words that two claims share if one denies the other. Chosen by
# hand.
_MIN_SHARED_WORDS = 0.75
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[\w’'-]+")
Linked = TypeVar("Linked", LinkedText, Position)


@dataclass(frozen=True, slots=True)
class _JoinedClaims:
    """The claims of all documents, and the places of those over the limit.

    `ids` maps, for each document, the old ids of its claims to the new ones.
    """

    claims: tuple[Claim, ...]
    ids: tuple[Mapping[str, str], ...]
    over_limit: tuple[Noise, ...]


def summarize_parts(
    document: Document, settings: Settings, flows: Sequence[Flow[Run]]
) -> Flow[Run]:
    """Join the runs of a document's parts into one run of the document.

    If the runs have no summaries, the model is asked for a summary of all.
    """
    runs = yield from run_together(flows)
    joined = _join_claims(document, runs, settings.max_claims)
    failures = list(_move_failures(document.parts, runs))
    usage = sum_usage(runs)
    signature = reduce(merge_signatures, (run.signature for run in runs))
    positions = list(_find_disagreements(document, joined.claims))
    if signature.engine == "extractive":
        summary: Summary | None = _join_summaries(runs, joined, positions)
    else:
        inputs = _list_inputs(document, joined.claims)
        digest = yield from digests.summarize_inputs(document, settings, inputs)
        summary = digest.summary and _add_positions(digest.summary, positions)
        failures += digest.failures
        usage += sum_usage(digest.answers)
        own = build_model_signature(
            settings, digest.answers, [digests.PROMPT], ["run", digests.SCHEMA]
        )
        signature = merge_signatures(signature, own)
    return Run(
        document=document,
        summary=summary,
        claims=joined.claims,
        verdicts=(),
        unchecked=(),
        failures=tuple(failures),
        ledger=tuple(add_reasons(_join_ledgers(document, runs), joined.over_limit)),
        passages=sum(run.passages for run in runs),
        usage=usage,
        signature=signature,
    )


def _join_claims(
    document: Document, runs: Sequence[Run], max_claims: int
) -> _JoinedClaims:
    lines = LineIndex(document.full_text)
    merger = ClaimMerger()
    origins: list[Part] = []
    old_ids: list[str] = []
    for part, run in zip(document.parts, runs, strict=True):
        for claim in run.claims:
            merger.add(_move_claim(claim, part, document.id, lines))
            origins.append(part)
            old_ids.append(claim.id)
    kept = set(rank_ids(merger, origins)[:max_claims])
    ids: dict[Part, dict[str, str]] = {part: {} for part in document.parts}
    for part, old_id, position in zip(origins, old_ids, merger.positions, strict=True):
        new_id = merger.claims[position].id
        if new_id in kept:
            ids[part][old_id] = new_id
    claims = [claim for claim in merger.claims if claim.id in kept]
    over_limit = [
        Noise(span.start, span.end, OVER_THE_LIMIT)
        for claim in merger.claims
        if claim.id not in kept
        for span in claim.spans
    ]
    return _JoinedClaims(
        sort_in_document_order(claims), tuple(ids.values()), tuple(sorted(over_limit))
    )


def _move_claim(claim: Claim, part: Part, document_id: str, lines: LineIndex) -> Claim:
    """Return the claim of a part as a claim of the joined document."""

    def move(excerpts: Sequence[Excerpt]) -> tuple[Excerpt, ...]:
        spans = [
            Span(item.start + part.start, item.end + part.start) for item in excerpts
        ]
        return extract_excerpts(lines, tuple(spans))

    fields = {
        name: replace(value, spans=move(value.spans))
        for name, value in claim.fields.items()
    }
    return replace(
        claim,
        # Without the source, equal claims without a place would get equal ids.
        id=make_claim_id(f"{document_id} {part.source}", claim.text, claim.quote),
        spans=move(claim.spans),
        also_at=move(claim.also_at),
        fields=fields,
    )


def _move_failures(parts: Sequence[Part], runs: Sequence[Run]) -> Iterator[Failure]:
    for part, run in zip(parts, runs, strict=True):
        for failure in run.failures:
            start, end = failure.start + part.start, failure.end + part.start
            yield replace(failure, start=start, end=end)


def _join_ledgers(document: Document, runs: Sequence[Run]) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    position = 0
    for part, run in zip(document.parts, runs, strict=True):
        heading = "the source of a document"
        entries.append(
            LedgerEntry(position, part.start, LedgerStatus.SET_ASIDE, heading)
        )
        for entry in run.ledger:
            start, end = entry.start + part.start, entry.end + part.start
            entries.append(replace(entry, start=start, end=end))
        position = part.end
    return entries


def _list_sources(document: Document, claim: Claim) -> list[str]:
    """Return the sources of the documents that make a claim, each once."""
    sources: dict[str, None] = {}
    for span in (*claim.spans, *claim.also_at):
        part = document.find_part(span.start)
        if part:
            sources[part.source] = None
    return list(sources)


def _list_inputs(
    document: Document, claims: Sequence[Claim]
) -> list[digests.SummaryInput]:
    """Return the lines that a model summarizes, each with its sources."""
    sources_by_id = {
        claim.id: ", ".join(_list_sources(document, claim)) for claim in claims
    }
    inputs = []
    for item in digests.select_summary_inputs(claims, len(document.parts)):
        sources = sources_by_id[item.claim_ids[0]]
        text = f"{item.text} (in {sources})" if sources else item.text
        inputs.append(replace(item, text=text))
    return inputs


def _find_disagreements(
    document: Document, claims: Sequence[Claim]
) -> Iterator[Position]:
    """Yield both sides where two documents contradict each other."""
    # A claim that contradicts several others is still one position.
    listed: set[str] = set()
    for claim, other in combinations(claims, 2):
        sources = [_list_sources(document, item) for item in (claim, other)]
        if not all(sources) or sources[0] == sources[1]:
            continue
        if not _disagree(claim, other):
            continue
        for item, names in zip((claim, other), sources, strict=True):
            if item.id not in listed:
                listed.add(item.id)
                yield Position(", ".join(names), item.text, (item.id,))


def _disagree(claim: Claim, other: Claim) -> bool:
    """Return whether two claims disagree about the same thing.

    They do if they have different numbers between the same words ("killed 12 people",
    "killed 14 people"), or the same words with and without a negation.
    """
    if not _may_be_about_the_same(claim, other):
        return False
    words, other_words = _list_words(claim.text), _list_words(other.text)
    if _have_different_numbers(claim.text, other.text, words & other_words):
        return True
    return _differ_by_negation(words, other_words)


def _may_be_about_the_same(claim: Claim, other: Claim) -> bool:
    """Return False for claims with different names or times."""
    if _differ(set(claim.about), set(other.about)):
        return False
    return not _differ(_list_times(claim), _list_times(other))


def _list_times(claim: Claim) -> set[str]:
    return {claim.when.resolved or claim.when.text} if claim.when else set()


def _have_different_numbers(text: str, other: str, shared_words: set[str]) -> bool:
    numbers, other_numbers = _find_numbers(text), _find_numbers(other)
    for neighbors in numbers.keys() & other_numbers.keys():
        # Words beyond the neighbors show that both sentences have one subject.
        has_common_subject = shared_words - set(neighbors)
        if numbers[neighbors] != other_numbers[neighbors] and has_common_subject:
            return True
    return False


def _differ_by_negation(words: set[str], other_words: set[str]) -> bool:
    """Return whether only one of two similar sentences has a negation."""
    if words.isdisjoint(NEGATION_WORDS) == other_words.isdisjoint(NEGATION_WORDS):
        return False
    affirmed, other_affirmed = words - NEGATION_WORDS, other_words - NEGATION_WORDS
    longest = max(len(affirmed), len(other_affirmed))
    return len(affirmed & other_affirmed) >= max(1, _MIN_SHARED_WORDS * longest)


def _differ(names: set[str], other_names: set[str]) -> bool:
    return bool(names and other_names) and names.isdisjoint(other_names)


def _list_words(text: str) -> set[str]:
    words = set(map(str.lower, _WORD.findall(text)))
    return extract_content_words(text) | (words & NEGATION_WORDS)


def _find_numbers(text: str) -> dict[tuple[str, str], str]:
    """Map the words before and after each number to the number."""
    # Both neighbors, because "12 people" alone may be killed or rescued.
    words = [word.lower() for word in _WORD.findall(text)]
    found = {}
    for before, number, after in zip(words, words[1:], words[2:], strict=False):
        if number[0].isdigit():
            found[before, after] = number
    return found


def _add_positions(summary: Summary, positions: Sequence[Position]) -> Summary:
    """Add positions about claims for which the model has none."""
    known = set(chain.from_iterable(item.claim_ids for item in summary.positions))
    new = [item for item in positions if known.isdisjoint(item.claim_ids)]
    return replace(summary, positions=(*summary.positions, *new))


def _join_summaries(
    runs: Sequence[Run], joined: _JoinedClaims, positions: Sequence[Position]
) -> Summary:
    """Put a summary together from those of the documents, in turn."""
    summaries = []
    for run, ids in zip(runs, joined.ids, strict=True):
        assert run.summary, "the extractive engine always writes one"
        summaries.append(_relink_summary(run.summary, ids))
    most = min(max(_MIN_SENTENCES, len(runs)), _MAX_SENTENCES)
    own = chain.from_iterable(item.positions for item in summaries)
    questions = chain.from_iterable(item.open_questions for item in summaries)
    return Summary(
        headline=" / ".join(item.headline for item in summaries),
        sentences=_take_turns([item.sentences for item in summaries], most),
        key_points=_take_turns([item.key_points for item in summaries], most),
        positions=(*positions, *own),
        open_questions=tuple(dict.fromkeys(questions))[:_MAX_OPEN_QUESTIONS],
    )


def _relink_summary(summary: Summary, ids: Mapping[str, str]) -> Summary:
    """Link a summary to the joined claims; leave out texts without claims."""

    def relink(items: Sequence[Linked]) -> tuple[Linked, ...]:
        linked = []
        for item in items:
            known = dict.fromkeys(ids[old] for old in item.claim_ids if old in ids)
            if known:
                linked.append(replace(item, claim_ids=tuple(known)))
        return tuple(linked)

    return replace(
        summary,
        sentences=relink(summary.sentences),
        key_points=relink(summary.key_points),
        positions=relink(summary.positions),
    )


def _take_turns(
    lists: Sequence[Sequence[LinkedText]], most: int
) -> tuple[LinkedText, ...]:
    """Return the first item of each list, then the second, each claim once."""
    # A sentence and a later one may rest on the same claims: the first one counts.
    taken: dict[tuple[str, ...], LinkedText] = {}
    for row in zip_longest(*lists):
        for item in row:
            if item is not None:
                taken.setdefault(item.claim_ids, item)
    return tuple(taken.values())[:most]
