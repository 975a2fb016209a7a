"""Compares a model's summary with the document and the claims that it cites.

Headline, sentences, key points, positions, and open questions are compared in every
run, without a model. A summary uses other words than the document, so only certain
problems count: numbers and names that are nowhere in the document, statements that
contradict their claims, and texts with hardly a word of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from claimcheck.models.brief import Brief
from claimcheck.models.claim import Claim
from claimcheck.models.run import Run, Summary, SummaryProblem
from claimcheck.pipeline.consistency import QuoteComparison
from claimcheck.text.reading import Reading


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
        message = _describe(comparison, text, cited)
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


def _describe(
    comparison: QuoteComparison, text: str, claims: Sequence[Claim]
) -> str | None:
    """Return what is wrong with a text, or None."""
    # A quote that was not found supports nothing.
    if claims and not any(claim.spans for claim in claims):
        return "rests only on quotes that are not in the document"
    quotes = [claim.quote for claim in claims if claim.spans]
    differences = comparison.compare_summary(text, quotes)
    if differences is None:
        return "has hardly a word of the document"
    found = [item.describe("the document", "it") for item in differences]
    return "; ".join(found) or None
