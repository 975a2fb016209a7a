"""Renders a batch as one HTML page: its documents, and verdicts by source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from urllib.parse import urlsplit

from claimcheck.models.document import Document
from claimcheck.models.review import apply_decisions, count_labels
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.reports import wording
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    format_badge,
    format_css_class,
    load_template,
    read_asset,
)

# With these limits, the page of a batch of any size opens at once. Chosen by hand.
_MAX_SOURCES = 25
_MAX_DOCUMENTS = 300
_CHART_WIDTH = 600.0  # units of the SVG, which scales
_LABEL_ORDER = (
    Label.REFUTED,
    Label.CONFLICTING_EVIDENCE,
    Label.NOT_ENOUGH_EVIDENCE,
    Label.SUPPORTED,
)


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A document of a batch, with its run or the reason why it failed."""

    key: str
    source: str
    state: str
    reason: str
    run: Run | None


@dataclass(frozen=True, slots=True)
class BarSegment:
    """The part of a bar for the verdicts with one label."""

    count: int
    mark: str
    name: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of the verdicts on the documents of one source."""

    name: str
    total: int
    segments: tuple[BarSegment, ...]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list; `counts` are in the order of the labels."""

    key: str
    title: str
    state: str
    reason: str
    claims: int = 0
    counts: tuple[int, ...] = (0,) * len(_LABEL_ORDER)
    not_grounded: int = 0


@dataclass(slots=True)
class _Totals:
    """The totals of a batch; only a row is kept of each document."""

    states: Counter[str] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    by_source: dict[str, Counter[Label]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    claims: int = 0
    says_itself: bool = False
    rows: list[DocumentRow] = field(default_factory=list)

    def add(self, document: BatchDocument) -> None:
        """Count a document."""
        self.states[document.state] += 1
        self.rows.append(_build_row(document))
        if run := document.run:
            labels = _count_verdicts(run)
            self.labels.update(labels)
            self.says_itself |= wording.is_trivially_supported(run)
            if labels:
                self.by_source[_get_source_name(run.document)].update(labels)
            self.claims += len(run.claims)


def render(title: str, description: str, documents: Iterable[BatchDocument]) -> str:
    """Render the page of a batch; documents may come from a generator."""
    totals = _Totals()
    for document in documents:
        run = document.run and apply_decisions(document.run)
        totals.add(replace(document, run=run))
    rows = sorted(totals.rows, key=_rank_document)[:_MAX_DOCUMENTS]
    # The worst labels come first, as in the bars.
    labels = [
        (format_badge(label), format_css_class(label), totals.labels[label])
        for label in _LABEL_ORDER
    ]
    style = read_asset("report.css")
    return load_template("overview.html.j2").render(
        title=title,
        description=description,
        documents=len(totals.rows),
        states=sorted(totals.states.items()),
        claims=totals.claims,
        labels=labels,
        is_checked=bool(totals.labels),
        remark=wording.SAYS_ITSELF if totals.says_itself else "",
        bars=_build_bars(totals),
        other_sources=max(0, len(totals.by_source) - _MAX_SOURCES),
        rows=rows,
        left_out=len(totals.rows) - len(rows),
        style=style,
        policy=build_content_security_policy([style], []),
    )


def _count_verdicts(run: Run) -> Counter[Label]:
    """Count the verdicts on claims, of checks and people, if they matter."""
    if wording.is_trivially_supported(run):
        return Counter()
    counts = count_labels(run)
    return counts.claims + counts.by_people


def _build_row(document: BatchDocument) -> DocumentRow:
    run = document.run
    if run is None:
        return DocumentRow(
            document.key, document.source, document.state, document.reason
        )
    labels = _count_verdicts(run)
    summary = run.summary
    return DocumentRow(
        key=document.key,
        title=summary.headline if summary else wording.get_title(run.document),
        state=document.state,
        reason=document.reason,
        claims=len(run.claims),
        counts=tuple(labels[label] for label in _LABEL_ORDER),
        not_grounded=sum(not claim.is_grounded for claim in run.claims),
    )


def _rank_document(row: DocumentRow) -> tuple[int, int, int, str]:
    """Return the sort key: refuted or conflicting, failed, not grounded."""
    refuted, conflicting, *_ = row.counts
    failed = int(bool(row.reason))
    # The document's key comes last, so that the order is always the same.
    return -(refuted + conflicting), -failed, -row.not_grounded, row.key


def _get_source_name(document: Document) -> str:
    """Return the host of the URL, or the file, or its folder."""
    location = document.url or document.source
    host = urlsplit(location).hostname if "://" in location else None
    if host:
        return host
    # A document from a file with one document per line has the source "FILE:LINE".
    name, colon, line = document.source.rpartition(":")
    if colon and line.isdigit():
        return name
    return str(PurePath(document.source).parent)


def _build_bars(totals: _Totals) -> list[Bar]:
    """Build the bars of the sources with the most verdicts."""
    sources = sorted(
        totals.by_source.items(), key=lambda item: (-item[1].total(), item[0])
    )
    if not sources:
        return []
    # All bars have one scale; the longest one fills the width.
    longest = max(1, sources[0][1].total())
    return [
        _build_bar(name, counts, longest) for name, counts in sources[:_MAX_SOURCES]
    ]


def _build_bar(name: str, counts: Counter[Label], longest: int) -> Bar:
    segments = []
    start = 0.0
    for label in _LABEL_ORDER:
        count = counts[label]
        # Widths are added up before they are rounded; otherwise segments would not
        # meet.
        width = _CHART_WIDTH * count / longest
        if count:
            segments.append(
                BarSegment(
                    count=count,
                    mark=format_css_class(label),
                    name=format_badge(label),
                    start=round(start, 1),
                    width=round(width, 1),
                )
            )
        start += width
    return Bar(name, counts.total(), tuple(segments))
