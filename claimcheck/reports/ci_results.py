"""Lists problems with claims, with rules and locations, for other programs.

SARIF and JUnit are written from this list. A rule is a kind of difference ("number",
"date"), or the reason why a claim is not supported.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePath
from urllib.parse import quote

from claimcheck.models.claim import Claim, Consistency, Match, make_statement_id
from claimcheck.models.document import Document
from claimcheck.models.review import Judgment, apply_decisions, judge_claims
from claimcheck.models.run import Check, CheckFailure, LinkedText, Run
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Verdict
from claimcheck.readers.annotations import holds_annotations
from claimcheck.readers.claims import parse_numbered_claims
from claimcheck.reports import wording
from claimcheck.reports.locations import build_line_index

# Each rule and what it means. The kinds of difference come first.
RULES = {
    "number": "The evidence has another number.",
    "date": "The evidence has another date.",
    "name": "The evidence has another name.",
    "negation": "The evidence denies what the claim says, or the other way around.",
    "opposite": "The evidence says the opposite.",
    "speaker": "The evidence has another speaker.",
    "attribution": "The evidence only reports it as somebody's statement.",
    "outlet": "The evidence names another outlet.",
    "order": "The evidence has another order of events.",
    "role": "The evidence gives somebody another role.",
    "refuted": "The evidence contradicts the claim.",
    "conflicting-evidence": "The evidence supports and contradicts the claim.",
    "quote-not-found": "The quote of the claim is not in the document.",
    "not-enough-evidence": "The evidence does not say whether the claim is true.",
    "not-checked": "There is no verdict, because the model gave no usable answer.",
}
# In these formats, a document has the same lines as its file.
_LINE_FORMATS = ("text", "markdown")


class Level(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where something is in a file: (line, column) from 1, or None if unknown.

    `source` is a relative URI reference for a file below the working folder.
    """

    source: str
    start: tuple[int, int] | None = None
    end: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim or sentence and its problem; `rule` is None if there is none.

    `suppressed` is the decision of a person who accepted, edited, or rejected the claim
    without finding it false.
    """

    subject: str
    text: str
    location: SourceLocation | None
    rule: str | None
    level: Level
    message: str
    evidence: tuple[tuple[str, SourceLocation], ...]
    suppressed: str = ""


class _SourceLocator:
    """Finds where spans are in the files of documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        self._lines: dict[str, LineIndex | None] = {}
        for document in self._documents.values():
            if document.format in _LINE_FORMATS:
                self._lines[document.id] = build_line_index(document)

    def find(
        self, document_id: str, spans: tuple[Excerpt, ...]
    ) -> SourceLocation | None:
        document = self._documents.get(document_id)
        if document is None:
            return None
        source = format_uri(document.source)
        lines = self._lines.get(document_id)
        if lines is None or not spans:
            return SourceLocation(source)
        # A location is one range: the first part of a quote in several parts.
        start, end = spans[0].start, spans[0].end
        part = lines.find_part(start)
        if part:
            source, lines = format_uri(part.source), part.lines
            start, end = start - part.start, end - part.start
        return SourceLocation(source, lines.position(start), lines.position(end))

    def find_evidence(
        self, evidence: Iterable[Evidence]
    ) -> tuple[tuple[str, SourceLocation], ...]:
        found = []
        for item in evidence:
            if location := self.find(item.document_id, item.spans):
                found.append((f"{item.stance}: {item.text}", location))
        return tuple(found)


def list_run_results(run: Run) -> list[CheckedClaim]:
    """List a run's claims, then its summary's checked sentences."""
    run = apply_decisions(run)
    locator = _SourceLocator([run.document])
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    judgments = judge_claims(run)
    results = []
    for claim in run.claims:
        location = locator.find(run.document.id, claim.spans)
        result = _judge_claim(claim, location)
        # If a claim differs from its own quote, no other evidence is needed.
        if result.rule is None and claim.id in verdicts:
            result = _judge_verdict(verdicts[claim.id], location, locator)
        judgment = judgments.get(claim.id)
        if judgment and _suppresses(judgment):
            result = replace(result, suppressed=judgment.describe())
        results.append(result)
    results += _list_summary_results(run, verdicts, locator)
    locations = locate_claims(run)
    return [*results, *_list_failures(run.unchecked, locations)]


def _suppresses(judgment: Judgment) -> bool:
    # An accepted claim that the same person found false must still be reported.
    is_accepted = judgment.is_settled and judgment.verdict is None
    return judgment.is_rejected or is_accepted


def list_check_results(
    check: Check, locations: Mapping[str, SourceLocation]
) -> list[CheckedClaim]:
    """List a check's claims; `locations` has their locations, by subject."""
    locator = _SourceLocator(check.documents)
    results = [
        _judge_verdict(verdict, locations.get(verdict.subject), locator)
        for verdict in check.verdicts
    ]
    return [*results, *_list_failures(check.failures, locations)]


def locate_claims(run: Run) -> dict[str, SourceLocation]:
    """Map the claims of a run to their locations in its document."""
    locator = _SourceLocator([run.document])
    found = {}
    for claim in run.claims:
        if location := locator.find(run.document.id, claim.spans):
            found[claim.id] = location
    return found


def locate_lines(path: Path) -> dict[str, SourceLocation]:
    """Map the claims of a file, one per line or row, to their lines."""
    data = path.read_bytes()
    # One annotation is many lines, and one line is many annotations.
    if holds_annotations(data):
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    source = format_uri(str(path))
    return {
        claim.id: SourceLocation(
            source, (number, 1), (number, len(lines[number - 1]) + 1)
        )
        for number, claim in parse_numbered_claims(data, path.name)
    }


def format_uri(source: str) -> str:
    """Format a source as a URI reference, relative to the working folder."""
    if "://" in source:
        return source
    path = PurePath(source)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            return path.as_uri()
    return quote(path.as_posix())


def _judge_claim(claim: Claim, location: SourceLocation | None) -> CheckedClaim:
    """Judge a claim by its own quote."""
    rule, message = None, ""
    if claim.match is Match.NONE:
        rule = "quote-not-found"
        message = f"{RULES[rule]} The quote: “{claim.quote}”"
    elif claim.consistency is Consistency.DIFFERS and claim.differences:
        rule = claim.differences[0].kind
        message = f"Differs from its quote: {wording.describe_differences(claim)}."
    return CheckedClaim(claim.id, claim.text, location, rule, Level.ERROR, message, ())


def _judge_verdict(
    verdict: Verdict, location: SourceLocation | None, locator: _SourceLocator
) -> CheckedClaim:
    finding = verdict.finding
    is_open = finding.label is Label.NOT_ENOUGH_EVIDENCE
    return CheckedClaim(
        subject=verdict.subject,
        text=verdict.text,
        location=location,
        rule=_choose_rule(finding),
        level=Level.WARNING if is_open else Level.ERROR,
        message=finding.rationale,
        evidence=locator.find_evidence(finding.evidence),
    )


def _choose_rule(finding: Finding) -> str | None:
    if finding.label is Label.SUPPORTED:
        return None
    if finding.label is Label.REFUTED and finding.differences:
        return finding.differences[0].kind
    return str(finding.label).replace("_", "-")


def _list_summary_results(
    run: Run, verdicts: Mapping[str, Verdict], locator: _SourceLocator
) -> list[CheckedClaim]:
    """List checked sentences, each where the first claim is that it cites."""
    if run.summary is None:
        return []
    locations = locate_claims(run)
    results = {}
    items: Iterable[LinkedText] = itertools.chain(
        run.summary.sentences, run.summary.key_points
    )
    for item in items:
        verdict = verdicts.get(make_statement_id(item.text))
        if verdict is None:
            continue
        own = [
            locations[claim_id] for claim_id in item.claim_ids if claim_id in locations
        ]
        location = own[0] if own else locator.find(run.document.id, ())
        # A sentence that is also a key point is one result.
        results[verdict.subject] = _judge_verdict(verdict, location, locator)
    return list(results.values())


def _list_failures(
    failures: Iterable[CheckFailure], locations: Mapping[str, SourceLocation]
) -> list[CheckedClaim]:
    return [
        CheckedClaim(
            subject=failure.subject,
            text=failure.text,
            location=locations.get(failure.subject),
            rule="not-checked",
            level=Level.WARNING,
            message=f"{failure.cause}: {failure.message}",
            evidence=(),
        )
        for failure in failures
    ]
