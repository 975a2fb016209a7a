"""Renders runs and checks as CommonMark with tables (a GitHub extension).

Text from documents and models is escaped: it is neither markup nor HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from claimcheck.models.review import apply_decisions, judge_claims
from claimcheck.models.run import Check, LinkedText, Run
from claimcheck.models.verdict import Evidence, Verdict
from claimcheck.reports import caveats, locations, provenance, wording
from claimcheck.reports.terminal import clean_line

_MAX_EVIDENCE_PER_FINDING = 2  # keeps a table row readable; chosen by hand
# Characters that can start markup, HTML, a table cell, or an entity anywhere in a line.
_SYNTAX = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
# Characters that start a list, a rule, or a heading's underline, but only at the start
# of a line.
_BLOCK_START = re.compile(r"^\s*(\d{0,9})([-+=.)])")


def render_run(run: Run) -> str:
    """Render a run as Markdown."""
    run = apply_decisions(run)
    names = wording.name_subjects(run)
    parts = [*_render_summary(run), *_render_claims(run)]
    if run.verdicts and not wording.is_trivially_supported(run):
        parts.append(f"## {wording.format_check_heading(run)}")
        if unsupported := wording.list_unsupported(run):
            locator = locations.EvidenceLocator([run.document])
            parts.append(_render_verdict_table(unsupported, locator, names))
    if external := run.external_check:
        parts.append(f"## {wording.format_external_heading(external)}")
        parts += _render_check_body(external, names)
        parts.append(_escape(provenance.describe_search(external)))
    decided = [
        f"Claim {names[claim]}: {_escape(judgment.describe())}"
        for claim, judgment in judge_claims(run).items()
    ]
    parts += _render_section("Decisions", decided)
    notes = [*caveats.list_warnings(run), *caveats.list_remarks(run)]
    parts += _render_section("Notes", map(_escape, notes))
    document = _escape(provenance.describe_document(run))
    made_by = _escape(provenance.describe_provenance(run))
    # Two spaces at the end of a line are a line break.
    parts.append(f"{_escape_start(document)}  \n{made_by}")
    if run.claims:
        parts.append(f"*{wording.GROUNDED_CAVEAT}*")
    return "\n\n".join(parts) + "\n"


def render_check(check: Check) -> str:
    """Render a check as Markdown."""
    parts = [f"# Checked: {wording.format_label_counts(check.verdicts)}"]
    parts += _render_check_body(check)
    made_by = _escape(provenance.describe_provenance(check))
    parts.append(f"{_escape(provenance.describe_search(check))}  \n{made_by}")
    parts.append(f"*{wording.SUPPORTED_CAVEAT}*")
    return "\n\n".join(parts) + "\n"


def _render_check_body(
    check: Check, names: Mapping[str, str] | None = None
) -> list[str]:
    parts = []
    if check.verdicts:
        locator = locations.EvidenceLocator(
            check.documents, counts_sources=check.search is not None
        )
        parts.append(_render_verdict_table(check.verdicts, locator, names or {}))
    failures = [
        f"{_escape(failure.text)}: {failure.cause}: {_escape(failure.message)}"
        for failure in check.failures
    ]
    parts += _render_section("No verdict", failures)
    left_out = map(_escape, provenance.list_left_out_pages(check))
    return [*parts, *_render_section("Pages", left_out)]


def _render_summary(run: Run) -> list[str]:
    summary = run.summary
    if summary is None:
        return []
    names = wording.name_citations(run)

    def cite(item: LinkedText) -> str:
        citation = wording.format_citations(item.claim_ids, names)
        text = _escape(item.text)
        return f"{text} {_escape(citation)}" if citation else text

    positions = []
    for position in summary.positions:
        statement = cite(LinkedText(position.position, position.claim_ids))
        positions.append(f"**{_escape(position.party)}**: {statement}")
    return [
        f"# {_escape(summary.headline)}",
        _escape_start(" ".join(map(cite, summary.sentences))),
        *_render_section("Key points", map(cite, summary.key_points)),
        *_render_section("Positions", positions),
        *_render_section("Open questions", map(_escape, summary.open_questions)),
    ]


def _render_section(title: str, items: Iterable[str]) -> list[str]:
    """Render a heading and a list; nothing if the list is empty."""
    lines = [f"- {_escape_start(item)}" for item in items]
    return [f"## {title}", "\n".join(lines)] if lines else []


def _render_claims(run: Run) -> list[str]:
    if not run.claims:
        return [] if run.failures else [wording.NO_CLAIMS]
    line_index = locations.build_line_index(run.document)
    # Claims of a run have the same fields, which the user defined.
    names = list(dict.fromkeys(chain.from_iterable(item.fields for item in run.claims)))
    judgments = judge_claims(run)
    rows = []
    for number, claim in enumerate(run.claims, 1):
        facts = dict(wording.list_field_facts(claim))
        text = _escape(claim.text)
        if claim.id in judgments and judgments[claim.id].is_rejected:
            text = f"~~{text}~~"
        rows.append(
            (
                str(number),
                f"{claim.check_worthiness:.2f}",
                _escape(wording.get_speaker(claim)),
                text,
                _escape(claim.quote),
                locations.format_claim_location(claim, line_index),
                *[_escape(facts.get(name, "")) for name in names],
            )
        )
    titles = map(_escape, names)
    header = ("#", "Worth", "Who says it", "Claim", "Quote", "Where", *titles)
    alignment = "|--:|--:|:--|:--|:--|:--|" + ":--|" * len(names)
    table = _render_table(header, alignment, rows)
    return [f"## {wording.format_claim_count(run)}", table]


def _render_verdict_table(
    verdicts: Sequence[Verdict],
    locator: locations.EvidenceLocator,
    names: Mapping[str, str],
) -> str:
    rows = []
    for number, verdict in enumerate(verdicts, 1):
        finding = verdict.finding
        evidence = [
            _format_evidence(item, locator)
            for item in finding.evidence[:_MAX_EVIDENCE_PER_FINDING]
        ]
        rows.append(
            (
                names.get(verdict.subject, str(number)),
                _format_labels(verdict),
                wording.format_confidence(finding),
                _escape(verdict.text),
                _escape(locator.explain(finding)),
                # This is the only HTML in the report: a cell cannot have a line break.
                "<br>".join(evidence),
            )
        )
    header = ("#", "Verdict", "Confidence", "Claim", "Why", "Evidence")
    return _render_table(header, "|--:|:--|--:|:--|:--|:--|", rows)


def _render_table(
    header: Sequence[str], alignment: str, rows: Iterable[Sequence[str]]
) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (header, *rows)]
    # The row of alignments below the header makes the lines a table. Text columns state
    # their alignment, because notebooks align all others to the right.
    return "\n".join([lines[0], alignment, *lines[1:]])


def _format_evidence(evidence: Evidence, locator: locations.EvidenceLocator) -> str:
    location = _escape(locator.describe(evidence))
    return f"{evidence.stance}: “{_escape(evidence.text)}” ({location})"


def _format_labels(verdict: Verdict) -> str:
    """Format the label, or both labels of an attributed claim."""
    label = f"**{wording.format_label(verdict.label)}**"
    if verdict.content is None:
        return label
    return f"said: {label}; true: {wording.format_label(verdict.content.label)}"


def _escape(text: str) -> str:
    """Escape all Markdown syntax and put the text on one line."""
    # A line break would end a table row or a list item.
    return _SYNTAX.sub(r"\\\1", clean_line(text))


def _escape_start(markup: str) -> str:
    """Escape characters that are syntax only at the start of a line."""
    return _BLOCK_START.sub(r"\1\\\2", markup).lstrip()
