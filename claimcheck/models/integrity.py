"""What a schema can't say: whether the parts of a run fit each other and the document's text."""

from __future__ import annotations

from collections.abc import Mapping

from claimcheck.models.claim import Match, make_statement_id
from claimcheck.models.run import Check, Run
from claimcheck.models.verdict import Finding


def find_run_inconsistencies(run: Run) -> list[str]:
    """List every contradiction within a run by JSON path; empty for a valid run."""
    return [
        *_find_span_problems(run),
        *_find_id_problems(run),
        *_find_verdict_problems(run),
        *_find_ledger_problems(run),
    ]


def _find_span_problems(run: Run) -> list[str]:
    found = []
    text = run.document.text
    if text is not None and len(text) != run.document.characters:
        found.append(
            f"$.document.characters: is {run.document.characters}, the text has {len(text)}"
        )
    for number, claim in enumerate(run.claims):
        if (claim.match is Match.NONE) != (not claim.spans):
            found.append(
                f"$.claims[{number}].spans: match is {claim.match}, with {len(claim.spans)} spans"
            )
        for place, span in enumerate(claim.spans):
            if text is not None and text[span.start : span.end] != span.text:
                found.append(
                    f"$.claims[{number}].spans[{place}].text: is not document.text[{span.start}:{span.end}]"
                )
    return found


def _find_id_problems(run: Run) -> list[str]:
    known = [claim.id for claim in run.claims]
    found = [
        f"$.claims[{place}].id: {identity} occurs twice"
        for place, identity in enumerate(known)
        if identity in known[:place]
    ]
    if run.summary is None:
        return (
            found
            if run.failures
            else [*found, "$.summary: is null, and no failure says why"]
        )
    for name in ("sentences", "key_points", "positions"):
        for place, item in enumerate(getattr(run.summary, name)):
            found += [
                f"$.summary.{name}[{place}].claim_ids: there is no claim {identity}"
                for identity in item.claim_ids
                if identity not in known
            ]
    return found


def _find_verdict_problems(run: Run) -> list[str]:
    """List misplaced evidence, verdicts without a subject, and unchecked subjects."""
    found = []
    outcomes = [
        *(verdict.subject for verdict in run.verdicts),
        *(item.subject for item in run.unchecked),
    ]
    if outcomes:
        texts = [*run.summary.sentences, *run.summary.key_points] if run.summary else []
        wanted = {
            *(make_statement_id(item.text) for item in texts),
            *(claim.id for claim in run.claims),
        }
        found += [
            f"$.verdicts: {identity} is no part of the run"
            for identity in outcomes
            if identity not in wanted
        ]
        found += [
            f"$.verdicts: {identity} is not checked"
            for identity in sorted(wanted.difference(outcomes))
        ]
    for number, verdict in enumerate(run.verdicts):
        findings = [
            ("finding", verdict.finding),
            *([("content", verdict.content)] if verdict.content else []),
        ]
        found += [
            f"$.verdicts[{number}].{name}: {problem}"
            for name, finding in findings
            for problem in find_misplaced_evidence(
                finding, {run.document.id: run.document.text}
            )
        ]
    return found


def find_misplaced_evidence(
    finding: Finding, texts: Mapping[str, str | None]
) -> list[str]:
    """List a finding's evidence that is not at its stated place in its document."""
    found = []
    for item in finding.evidence:
        if item.document_id not in texts:
            found.append(f"there is no document {item.document_id}")
            continue
        text = texts[item.document_id]
        found += [
            f"evidence is not {item.document_id}.text[{span.start}:{span.end}]"
            for span in item.spans
            if text is not None and text[span.start : span.end] != span.text
        ]
    return found


def find_check_inconsistencies(check: Check) -> list[str]:
    """List every contradiction within a check by JSON path; empty for a valid check."""
    texts = {document.id: document.text for document in check.documents}
    return [
        f"$.verdicts[{number}]: {problem}"
        for number, verdict in enumerate(check.verdicts)
        for finding in (verdict.finding, verdict.content)
        if finding
        for problem in find_misplaced_evidence(finding, texts)
    ]


def _find_ledger_problems(run: Run) -> list[str]:
    position = 0
    for number, entry in enumerate(run.ledger):
        if entry.start != position or entry.end <= entry.start:
            return [
                f"$.ledger[{number}]: starts at {entry.start}, the entry before ends at {position}"
            ]
        position = entry.end
    end = run.document.characters
    return (
        []
        if position == end
        else [f"$.ledger: ends at {position}, the document at {end}"]
    )
