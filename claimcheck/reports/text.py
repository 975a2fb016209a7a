"""Renders runs, claims, and checks as text for a terminal.

Control characters are removed from the text of documents and models, so that it cannot
move the cursor, change colors, or control the terminal in any other way.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from claimcheck.models.claim import Claim, Match
from claimcheck.models.decision import describe_decision
from claimcheck.models.document import Document
from claimcheck.models.review import Judgment, apply_decisions, judge_claims
from claimcheck.models.run import Check, LinkedText, Run
from claimcheck.models.verdict import (
    Evidence,
    Finding,
    Label,
    Stance,
    Verdict,
    put_each_stance_first,
)
from claimcheck.reports import caveats, locations, provenance, wording
from claimcheck.reports.terminal import clean_line
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, split_sentences

_LABEL_STYLES = {
    Label.SUPPORTED: "green",
    Label.REFUTED: "bold red",
    Label.NOT_ENOUGH_EVIDENCE: "yellow",
    Label.CONFLICTING_EVIDENCE: "magenta",
}
_STANCE_SIGNS = {Stance.SUPPORTS: "+", Stance.REFUTES: "-", Stance.RELATED: "~"}
# Chosen by hand, so that a verdict takes a few lines.
_MAX_EVIDENCE_PER_FINDING = 2
_MAX_EVIDENCE_LENGTH = 300  # characters
_MIN_TABLE_WIDTH = 60  # columns; in fewer, the table would break words
_FACT_NAME_WIDTH = 18  # columns: the longest name, "Check-worthiness", and a gap


def render_run(run: Run, *, width: int = 100, color: bool = False) -> str:
    """Render a run as text of at most `width` columns."""
    run = apply_decisions(run)
    is_narrow = width < _MIN_TABLE_WIDTH
    page = [*_build_summary(run), *_build_claims(run, is_narrow=is_narrow)]
    if run.verdicts and not wording.is_trivially_supported(run):
        page += [
            Text(""),
            make_safe_text(wording.format_check_heading(run), "bold"),
            _build_verdicts(
                wording.list_unsupported(run),
                [run.document],
                names=wording.name_subjects(run),
            ),
        ]
    if run.external_check:
        heading = wording.format_external_heading(run.external_check)
        page += [
            Text(""),
            make_safe_text(heading, "bold"),
            *_build_check(run.external_check, wording.name_subjects(run)),
        ]
    page.append(Text(""))
    page += [make_safe_text(line, "yellow") for line in caveats.list_warnings(run)]
    page += [make_safe_text(line, "dim") for line in caveats.list_remarks(run)]
    page.append(make_safe_text(provenance.describe_document(run), "dim"))
    page.append(make_safe_text(provenance.describe_provenance(run), "dim"))
    if run.claims:
        page.append(make_safe_text(wording.GROUNDED_CAVEAT, "dim"))
    return render_for_terminal(Group(*page), width=width, color=color)


def render_claim(
    run: Run, claim: Claim, *, width: int = 100, color: bool = False
) -> str:
    """Render one claim of a run with its context, facts, and verdicts."""
    run = apply_decisions(run)
    number = wording.number_claims(run)[claim.id]
    claim = run.claims[number - 1]
    page: list[RenderableType] = [
        make_safe_text(f"{number}. {claim.text}", "bold"),
        Text(""),
    ]
    if claim.match is Match.NONE:
        page.append(make_safe_text(f"NOT FOUND: {claim.quote}", "bold red"))
    else:
        page.append(_indent(_build_context(run.document, claim), 2))
    page.append(Text(""))

    line_index = locations.build_line_index(run.document)
    facts = [
        ("Who says it", wording.get_speaker(claim)),
        ("Where", locations.format_claim_location(claim, line_index)),
        (wording.DIFFERS_MARK.capitalize(), wording.describe_differences(claim)),
        *wording.list_claim_facts(claim),
        *wording.list_field_facts(claim),
        *[
            ("Decision", describe_decision(decision))
            for decision in run.decisions
            if decision.claim == claim.id
        ],
        ("Id", claim.id),
    ]
    for name, value in facts:
        if not value:
            continue
        page.append(make_safe_text(f"{name:<{_FACT_NAME_WIDTH}}{value}"))

    verdicts = [
        wording.note_reported_speech(verdict)
        for verdict in run.verdicts
        if verdict.subject == claim.id
    ]
    if verdicts:
        names = wording.name_subjects(run)
        page += [Text(""), _build_verdicts(verdicts, [run.document], names=names)]
    return render_for_terminal(Group(*page), width=width, color=color)


def render_check(check: Check, *, width: int = 100, color: bool = False) -> str:
    """Render a check as text of at most `width` columns."""
    page = [
        *_build_check(check),
        make_safe_text(provenance.describe_provenance(check), "dim"),
        make_safe_text(wording.SUPPORTED_CAVEAT, "dim"),
    ]
    return render_for_terminal(Group(*page), width=width, color=color)


def _build_check(
    check: Check, names: Mapping[str, str] | None = None
) -> list[RenderableType]:
    verdicts = _build_verdicts(
        check.verdicts,
        check.documents,
        names=names,
        counts_sources=check.search is not None,
    )
    page: list[RenderableType] = [verdicts]
    if check.failures:
        title = f"No verdict ({len(check.failures)})"
        page += [Text(""), make_safe_text(title, "bold red")]
    for failure in check.failures:
        line = f"- {failure.text}: {failure.cause}: {failure.message}"
        page.append(make_safe_text(line))
    page += [
        Text(""),
        make_safe_text(wording.format_label_counts(check.verdicts), "bold"),
        make_safe_text(provenance.describe_search(check), "dim"),
    ]
    left_out = provenance.list_left_out_pages(check)
    return [*page, *(make_safe_text(line, "dim") for line in left_out)]


def render_for_terminal(page: RenderableType, *, width: int, color: bool) -> str:
    """Render to at most `width` columns, without trailing white space."""
    output = io.StringIO()
    console = Console(
        file=output,
        width=width,
        force_terminal=color,
        color_system="auto" if color else None,
        # Text of documents must not be highlighted, or read as markup or emoji names.
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(page)
    # rich pads lines with spaces, which diffs and editors flag.
    lines = output.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def make_safe_text(text: str, style: str = "") -> Text:
    """Build a rich Text on one line, without control characters."""
    return Text(clean_line(text), style)


def _indent(text: Text, columns: int) -> Padding:
    return Padding(text, (0, 0, 0, columns))


def _build_summary(run: Run) -> list[RenderableType]:
    summary = run.summary
    if summary is None:
        return []
    names = wording.name_citations(run)

    def cite(item: LinkedText) -> Text:
        text = make_safe_text(item.text)
        if citation := wording.format_citations(item.claim_ids, names):
            text.append(f" {citation}", "cyan")
        return text

    positions = map(wording.format_position, summary.positions)
    return [
        make_safe_text(summary.headline, "bold"),
        Text(""),
        Text(" ").join(map(cite, summary.sentences)),
        *_build_list("Key points", map(cite, summary.key_points)),
        *_build_list("Positions", map(cite, positions)),
        *_build_list("Open questions", map(make_safe_text, summary.open_questions)),
    ]


def _build_list(title: str, items: Iterable[Text]) -> list[RenderableType]:
    """Build a title and a list; nothing if the list is empty."""
    # A grid indents the second line of an item below its first word, not its dash.
    grid = Table.grid(padding=(0, 1, 0, 0))
    for item in items:
        grid.add_row("-", item)
    return [Text(""), make_safe_text(title, "bold"), grid] if grid.row_count else []


def _build_claims(run: Run, *, is_narrow: bool) -> list[RenderableType]:
    if not run.claims:
        return [] if run.failures else [Text(""), make_safe_text(wording.NO_CLAIMS)]
    title = make_safe_text(wording.format_claim_count(run), "bold")
    table = _build_claim_list(run) if is_narrow else _build_claim_table(run)
    return [Text(""), title, table]


def _build_claim_list(run: Run) -> Table:
    """Build the list for narrow terminals, where columns would break words."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1)
    line_index = locations.build_line_index(run.document)
    judgments = judge_claims(run)
    for number, claim in enumerate(run.claims, 1):
        text = _build_claim_text(claim, judgments.get(claim.id))
        facts = (
            f"{claim.check_worthiness:.2f}",
            wording.get_speaker(claim),
            locations.format_claim_location(claim, line_index),
        )
        style = "dim" if claim.is_grounded else "bold red"
        text.append("\n").append_text(make_safe_text(" · ".join(facts), style))
        grid.add_row(str(number), text)
    return grid


def _build_claim_table(run: Run) -> Table:
    # No lines between columns: the text can be copied, and fits narrow terminals.
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("worth", justify="right", no_wrap=True)
    # Long names wrap, to leave the space to the claim.
    table.add_column("who says it", max_width=18)
    table.add_column("claim", ratio=1)
    table.add_column("where", max_width=16)
    line_index = locations.build_line_index(run.document)
    judgments = judge_claims(run)
    for number, claim in enumerate(run.claims, 1):
        location = locations.format_claim_location(claim, line_index)
        style = "" if claim.is_grounded else "bold red"
        table.add_row(
            str(number),
            f"{claim.check_worthiness:.2f}",
            make_safe_text(wording.get_speaker(claim)),
            _build_claim_text(claim, judgments.get(claim.id)),
            make_safe_text(location, style),
        )
    return table


def _build_claim_text(claim: Claim, judgment: Judgment | None) -> Text:
    """Build a claim's text; fields and decisions have their own lines."""
    is_rejected = judgment is not None and judgment.is_rejected
    text = make_safe_text(claim.text, "strike dim" if is_rejected else "")
    if judgment:
        line = make_safe_text(judgment.describe(), "cyan")
        text.append("\n").append_text(line)
    if fields := wording.format_fields(claim):
        text.append("\n").append_text(make_safe_text(fields, "dim"))
    return text


def _build_verdicts(
    verdicts: Sequence[Verdict],
    documents: Sequence[Document],
    *,
    names: Mapping[str, str] | None = None,
    counts_sources: bool = False,
) -> Group:
    """Build a list of the verdicts, which are numbered without `names`."""
    locator = locations.EvidenceLocator(documents, counts_sources=counts_sources)
    parts: list[RenderableType] = []
    for number, verdict in enumerate(verdicts, 1):
        if parts:
            parts.append(Text(""))
        name = names.get(verdict.subject) if names else None
        parts += _build_verdict(name or str(number), verdict, locator)
    return Group(*parts)


def _build_verdict(
    name: str, verdict: Verdict, locator: locations.EvidenceLocator
) -> list[RenderableType]:
    finding, content = verdict.finding, verdict.content
    rationale = locator.explain(finding)
    if content and verdict.speaker:
        rationale = f"{wording.attribute(verdict.speaker)}? {rationale}"
    parts: list[RenderableType] = [
        _build_verdict_heading(name, verdict),
        _indent(make_safe_text(rationale), 3),
        *_build_evidence(finding, locator),
    ]
    if content is None:
        return parts
    answer = make_safe_text(f"{wording.CONTENT_QUESTION} ")
    answer.append(wording.format_label(content.label), _LABEL_STYLES[content.label])
    rationale = f"{_format_confidence(content)}. {locator.explain(content)}"
    answer.append_text(make_safe_text(rationale))
    parts.append(_indent(answer, 3))
    # Undecided, it would only repeat the evidence above.
    if content.label is not Label.NOT_ENOUGH_EVIDENCE:
        parts += _build_evidence(content, locator)
    return parts


def _build_verdict_heading(name: str, verdict: Verdict) -> Text:
    label = verdict.label
    heading = make_safe_text(f"{name}. " if name.isdecimal() else f"{name}: ")
    heading.append(wording.format_label(label).upper(), _LABEL_STYLES[label])
    details = _format_confidence(verdict.finding)
    if votes := verdict.votes:
        details += f" ({votes.agreed} of {votes.asked} votes)"
    heading.append(f"{details}  ", "dim")
    heading.append_text(make_safe_text(verdict.text, "bold"))
    return heading


def _format_confidence(finding: Finding) -> str:
    confidence = wording.format_confidence(finding)
    return f" {confidence}" if confidence else ""


def _build_evidence(
    finding: Finding, locator: locations.EvidenceLocator
) -> list[RenderableType]:
    # A conflict must show both sides, however little room there is.
    ordered = put_each_stance_first(finding.evidence)
    return [
        _build_evidence_item(evidence, locator)
        for evidence in ordered[:_MAX_EVIDENCE_PER_FINDING]
    ]


def _build_evidence_item(
    evidence: Evidence, locator: locations.EvidenceLocator
) -> Padding:
    text = evidence.text
    if len(text) > _MAX_EVIDENCE_LENGTH:
        text = f"{text[:_MAX_EVIDENCE_LENGTH]}…"
    item = make_safe_text(f"{_STANCE_SIGNS[evidence.stance]} {text}")
    item.append_text(make_safe_text(f"  [{locator.describe(evidence)}]", "cyan"))
    return _indent(item, 6)


def _build_context(document: Document, claim: Claim) -> Text:
    """Show the claim's sentences, and one more on each side."""
    if document.text is None:
        return make_safe_text(claim.quote, "bold")
    reading = Reading(document.text)
    sentences = split_sentences(reading, document.language, headings=True)
    own = [
        number
        for number, sentence in enumerate(sentences)
        if _overlaps_claim(reading, sentence, claim)
    ]
    if not own:
        return make_safe_text(claim.quote, "bold")
    first, last = max(0, own[0] - 1), min(len(sentences) - 1, own[-1] + 1)
    parts = [
        make_safe_text(sentences[number].text, "" if number in own else "dim")
        for number in range(first, last + 1)
    ]
    # Other sentences are dim, so that those of the claim are easy to find.
    context = Text(" ").join(parts)
    for span in claim.spans:
        # White space in the sentence is collapsed, so it must be in the quote, too.
        words = make_safe_text(" ".join(span.text.split())).plain
        start = context.plain.find(words)
        if start >= 0:
            context.stylize("bold underline", start, start + len(words))
    return context


def _overlaps_claim(reading: Reading, sentence: Sentence, claim: Claim) -> bool:
    for part in reading.locate(sentence.start, sentence.end):
        for span in claim.spans:
            if part.start < span.end and span.start < part.end:
                return True
    return False
