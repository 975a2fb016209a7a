"""Lists what to know before relying on a run: failures, missing quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claimcheck.counting import format_count
from claimcheck.models.claim import Consistency, Match
from claimcheck.models.document import Document
from claimcheck.models.review import judge_claims
from claimcheck.models.run import (
    AMBIGUOUS,
    CheckFailure,
    Failure,
    LedgerEntry,
    LedgerStatus,
    Run,
)
from claimcheck.reports.wording import (
    DIFFERS_MARK,
    SAYS_ITSELF,
    describe_differences,
    is_trivially_supported,
    number_claims,
)

SUMMARY_DIFFERS = "SUMMARY DIFFERS FROM THE DOCUMENT"


def describe_failed_passages(run: Run) -> str | None:
    """Say how many of several passages failed, and where; None if none did."""
    # If the only passage failed, the failure itself says everything.
    if run.passages == 1:
        return None
    characters = run.document.characters
    failed_ranges = _merge_failed_ranges(run)
    # A claim or summary that failed does not leave part of the document unread.
    failures = [
        failure
        for failure in run.failures
        if not failure.covers(characters) and _overlaps_any(failure, failed_ranges)
    ]
    if not failures:
        return None
    ranges = [f"{start:,}-{end:,}" for start, end in failed_ranges]
    return (
        f"{len(failures)} of {format_count(run.passages, 'passage')} failed: "
        f"characters {' and '.join(ranges)}"
    )


def _overlaps_any(failure: Failure, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(failure.start < end and start < failure.end for start, end in ranges)


def _merge_failed_ranges(run: Run) -> list[tuple[int, int]]:
    """Return the failed ranges of the ledger; adjacent ones are merged."""
    ranges: list[tuple[int, int]] = []
    for entry in run.ledger:
        if entry.status is not LedgerStatus.FAILED:
            continue
        start = entry.start
        # Adjacent passages that failed are one range.
        if ranges and ranges[-1][1] == start:
            start, _ = ranges.pop()
        ranges.append((start, entry.end))
    return ranges


def list_warnings(run: Run) -> list[str]:
    """List failures, and how many quotes are not in the document."""
    warnings = [*list_failures(run), *list_unchecked(run.unchecked)]
    claims = format_count(len(run.claims), "claim")
    not_found = sum(claim.match is Match.NONE for claim in run.claims)
    if not_found:
        warnings.append(
            f"{not_found} of {claims}: the model's quote does not "
            "appear in the document (marked NOT FOUND)"
        )
    differing = [
        claim for claim in run.claims if claim.consistency is Consistency.DIFFERS
    ]
    if differing:
        warnings.append(
            f"{len(differing)} of {claims}: the text does not say what "
            f"its quote says (marked {DIFFERS_MARK})"
        )
    numbers = number_claims(run)
    for claim in differing:
        warnings.append(
            f"{DIFFERS_MARK}: claim {numbers[claim.id]}: {describe_differences(claim)}"
        )
    return warnings


def list_failures(run: Run) -> list[str]:
    """List the parts of the document that could not be read, and why."""
    failed_passages = describe_failed_passages(run)
    lines = [f"{failed_passages}."] if failed_passages else []
    for failure in run.failures:
        lines.append(
            f"FAILED ({failure.cause}): characters {failure.start:,}-{failure.end:,}: "
            f"{failure.message}"
        )
    return lines


def list_unchecked(failures: Iterable[CheckFailure]) -> list[str]:
    """List claims and sentences without a verdict, and why."""
    return [
        f"NOT CHECKED ({failure.cause}): {failure.text}: {failure.message}"
        for failure in failures
    ]


def list_remarks(run: Run) -> list[str]:
    """List remarks on a run: its summary, text set aside, and stability."""
    lines = []
    for problem in run.summary.problems if run.summary else ():
        lines.append(f"{SUMMARY_DIFFERS}: “{problem.text}”: {problem.message}")
    lines += _list_left_out(run.document)
    lines += _list_set_aside(run.ledger)
    if run.verdicts and is_trivially_supported(run):
        lines.append(SAYS_ITSELF)
    lines += _list_ambiguous(run)
    return [*lines, *_list_stability(run), *_remark_rejected(run)]


def _list_set_aside(ledger: Iterable[LedgerEntry]) -> Iterator[str]:
    """Yield how much text was set aside, and why."""
    entries = [entry for entry in ledger if entry.status is LedgerStatus.SET_ASIDE]
    if not entries:
        return
    characters = sum(entry.end - entry.start for entry in entries)
    reasons = sorted({str(entry.reason) for entry in entries})
    yield f"Set aside: {characters:,} characters ({', '.join(reasons)})"


def _list_ambiguous(run: Run) -> Iterator[str]:
    """Yield the sentences without a claim that have several meanings."""
    for entry in run.ledger:
        if not (entry.reason or "").startswith(AMBIGUOUS):
            continue
        text = (run.document.text or "")[entry.start : entry.end]
        quote = f"“{' '.join(text.split())}” " if text else ""
        location = f"characters {entry.start:,}-{entry.end:,}"
        yield f"No claim: {quote}({location}): {entry.reason}"


def _list_left_out(document: Document) -> list[str]:
    return [f"Not read: {part}" for part in document.left_out]


def _remark_rejected(run: Run) -> Iterator[str]:
    """Warn that the summary may still say what people rejected."""
    judgments = judge_claims(run)
    numbers = [
        str(number)
        for claim, number in number_claims(run).items()
        if claim in judgments and judgments[claim].is_rejected
    ]
    if numbers and run.summary and run.signature.engine != "extractive":
        yield (
            f"Rejected after the summary was written: {', '.join(numbers)}. Its "
            "headline and sentences may say the same in other words; read them again"
        )


def _list_stability(run: Run) -> Iterator[str]:
    """Yield how far repeated runs agree, and how many runs have each claim."""
    stability = run.stability
    if stability is None:
        return
    yield (
        f"Stability: two of {stability.runs} runs have {stability.jaccard:.0%} of "
        "their claims in common, on average (by their place in the document)"
    )
    numbers = number_claims(run)
    by_runs: dict[int, list[str]] = {}
    changed = []
    for item in stability.claims:
        by_runs.setdefault(item.runs, []).append(f"{numbers[item.claim_id]}")
        if item.same_verdict is not None and item.same_verdict < item.runs:
            changed.append(
                f"{numbers[item.claim_id]} ({item.same_verdict} of {item.runs})"
            )
    for count in sorted(by_runs, reverse=True):
        yield f"In {count} of {stability.runs} runs: {_name_claims(by_runs[count])}"
    if changed:
        yield f"Not all runs agree on the verdict: {_name_claims(changed)}"


def _name_claims(numbers: Sequence[str]) -> str:
    return f"{'claims' if len(numbers) > 1 else 'claim'} {', '.join(numbers)}"
