"""Checks what a schema cannot: do the parts of a result fit together?

Problems are strings that begin with a JSON path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from claimcheck.models.claim import Claim, Consistency, Match, make_statement_id
from claimcheck.models.run import Check, Run
from claimcheck.models.verdict import Finding, Verdict


def find_run_inconsistencies(run: Run) -> list[str]:
    """List every inconsistency within a run; empty if it is valid."""
    return [
        *_find_span_problems(run),
        *_find_id_problems(run),
        *_find_verdict_problems(run),
        *_find_ledger_problems(run),
        *_find_decision_problems(run),
    ]


def _find_decision_problems(run: Run) -> list[str]:
    claims = {claim.id for claim in run.claims}
    return [
        f"$.decisions[{number}].claim: {decision.claim} is not a claim of this run"
        for number, decision in enumerate(run.decisions)
        if decision.claim not in claims
    ]


def find_check_inconsistencies(check: Check) -> list[str]:
    """List every inconsistency within a check; empty if it is valid."""
    problems = []
    # Evidence may only cite documents that are in the result.
    texts = {document.id: document.text for document in check.documents}
    for number, verdict in enumerate(check.verdicts):
        for _, finding in _iter_findings(verdict):
            for problem in find_misplaced_evidence(finding, texts):
                problems.append(f"$.verdicts[{number}]: {problem}")
    return problems


def find_misplaced_evidence(
    finding: Finding, texts: Mapping[str, str | None]
) -> list[str]:
    """List the evidence whose spans do not match the documents.

    `texts` maps document ids to texts; None is a text that was left out, so its
    evidence cannot be compared.
    """
    problems = []
    for evidence in finding.evidence:
        if evidence.document_id not in texts:
            problems.append(f"document {evidence.document_id} is not in the result")
            continue
        text = texts[evidence.document_id]
        if text is None:
            continue
        for span in evidence.spans:
            if text[span.start : span.end] != span.text:
                location = f"{evidence.document_id}.text[{span.start}:{span.end}]"
                problems.append(f"the evidence is not at {location}")
    return problems


def _find_span_problems(run: Run) -> Iterator[str]:
    text = run.document.text
    # A run without its text still states its length, for the ledger.
    if text is not None and len(text) != run.document.characters:
        yield (
            f"$.document.characters: is {run.document.characters}, "
            f"but the text has {len(text)}"
        )
    for number, claim in enumerate(run.claims):
        path = f"$.claims[{number}]"
        yield from _find_missing_spans(path, claim)
        if text is not None:
            yield from _find_misplaced_spans(path, claim, text)


def _find_missing_spans(path: str, claim: Claim) -> Iterator[str]:
    """Compare what a claim states with its spans and differences."""
    if (claim.match is Match.NONE) != (not claim.spans):
        yield f"{path}.spans: match is {claim.match}, with {len(claim.spans)} spans"
    differs = claim.consistency is Consistency.DIFFERS
    if differs != bool(claim.differences):
        count = len(claim.differences)
        yield f"{path}.consistency: is {claim.consistency}, with {count} differences"
    for name, value in claim.fields.items():
        is_found = value.match not in (None, Match.NONE)
        if is_found != bool(value.spans):
            count = len(value.spans)
            yield f"{path}.fields.{name}: match is {value.match}, with {count} spans"


def _find_misplaced_spans(path: str, claim: Claim, text: str) -> Iterator[str]:
    """Compare the spans of a claim and of its fields with the text."""
    spans_by_path = {f"{path}.spans": claim.spans}
    for name, value in claim.fields.items():
        spans_by_path[f"{path}.fields.{name}.spans"] = value.spans
    for spans_path, spans in spans_by_path.items():
        for index, span in enumerate(spans):
            if text[span.start : span.end] != span.text:
                location = f"document.text[{span.start}:{span.end}]"
                yield f"{spans_path}[{index}].text: is not {location}"


def _find_id_problems(run: Run) -> Iterator[str]:
    # Ids are derived from content, so a repeated id is a repeated claim.
    known: set[str] = set()
    for index, claim in enumerate(run.claims):
        if claim.id in known:
            yield f"$.claims[{index}].id: {claim.id} occurs twice"
        known.add(claim.id)
    if run.summary is None:
        if not run.failures:
            yield "$.summary: is null, and no failure says why"
        return
    for name in ("sentences", "key_points", "positions"):
        for index, item in enumerate(getattr(run.summary, name)):
            for claim_id in item.claim_ids:
                if claim_id not in known:
                    path = f"$.summary.{name}[{index}].claim_ids"
                    yield f"{path}: {claim_id} is not a claim of this run"


def _find_verdict_problems(run: Run) -> Iterator[str]:
    checked = [verdict.subject for verdict in run.verdicts]
    checked += [failure.subject for failure in run.unchecked]
    if checked:
        # Only after a check: without one, nothing has a verdict.
        subjects = _list_subjects(run)
        for subject in checked:
            if subject not in subjects:
                yield f"$.verdicts: {subject} is not part of the run"
        for subject in sorted(subjects.difference(checked)):
            yield f"$.verdicts: {subject} is not checked"
    texts = {run.document.id: run.document.text}
    for number, verdict in enumerate(run.verdicts):
        for name, finding in _iter_findings(verdict):
            for problem in find_misplaced_evidence(finding, texts):
                yield f"$.verdicts[{number}].{name}: {problem}"


def _list_subjects(run: Run) -> set[str]:
    """Return the ids of everything that a check of the run must cover."""
    subjects = {claim.id for claim in run.claims}
    if run.summary is not None:
        for item in (*run.summary.sentences, *run.summary.key_points):
            subjects.add(make_statement_id(item.text))
    return subjects


def _iter_findings(verdict: Verdict) -> Iterator[tuple[str, Finding]]:
    yield "finding", verdict.finding
    if verdict.content is not None:
        yield "content", verdict.content


def _find_ledger_problems(run: Run) -> Iterator[str]:
    end = 0
    for number, entry in enumerate(run.ledger):
        # One gap shifts all that follow, so only the first is reported.
        if entry.start != end or entry.end <= entry.start:
            yield f"$.ledger[{number}]: starts at {entry.start} instead of {end}"
            return
        end = entry.end
    if end != run.document.characters:
        yield f"$.ledger: ends at {end}, the document at {run.document.characters}"
