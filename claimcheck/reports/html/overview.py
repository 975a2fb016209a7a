"""A batch as one HTML page: what became of its documents, verdicts by source, and the documents to look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import urlsplit

from claimcheck.models.claim import Match
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    load_template,
    read_asset,
)
from claimcheck.reports.html.cards import LABEL_NAMES

_MAX_SOURCES = 25  # of which a bar is shown
_MAX_DOCUMENTS = 300  # that are listed
_CHART_WIDTH = 600.0
_LABEL_ORDER = (
    Label.REFUTED,
    Label.CONFLICTING_EVIDENCE,
    Label.NOT_ENOUGH_EVIDENCE,
    Label.SUPPORTED,
)


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A document of a batch, as a store lists it: its key, its state, why it failed if it did, and its run if it has one."""

    key: str
    source: str
    state: str
    reason: str
    run: Run | None


@dataclass(frozen=True, slots=True)
class BarSegment:
    """A piece of a bar: how many, of which kind, from where to where."""

    count: int
    mark: str
    name: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart, and its pieces."""

    name: str
    total: int
    parts: tuple[BarSegment, ...]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list."""

    key: str
    title: str
    state: str
    claims: int
    counts: tuple[int, ...]
    not_found: int
    reason: str


@dataclass(slots=True)
class _Counts:
    states: Counter[str] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    by_source: dict[str, Counter[Label]] = field(default_factory=dict)
    claims: int = 0
    rows: list[DocumentRow] = field(default_factory=list)


def render(title: str, about: str, entries: Iterable[BatchDocument]) -> str:
    """The page of a batch; entries are looked at one by one."""
    counts = _Counts()
    for entry in entries:
        counts.states[entry.state] += 1
        counts.rows.append(_build_document_row(entry, counts))
    worst = sorted(counts.rows, key=_rank_document)[:_MAX_DOCUMENTS]
    sources = sorted(
        counts.by_source.items(), key=lambda item: (-sum(item[1].values()), item[0])
    )
    widest = max((sum(found.values()) for _, found in sources), default=1) or 1
    style = read_asset("report.css")
    return load_template("overview.html.j2").render(
        title=title,
        about=about,
        documents=sum(counts.states.values()),
        states=sorted(counts.states.items()),
        claims=counts.claims,
        labels=[
            (LABEL_NAMES[label], str(label).replace("_", "-"), counts.labels[label])
            for label in _LABEL_ORDER
        ],
        checked=bool(counts.labels),
        bars=[
            _build_bar(name, found, widest) for name, found in sources[:_MAX_SOURCES]
        ],
        other_sources=max(0, len(sources) - _MAX_SOURCES),
        rows=worst,
        left_out=len(counts.rows) - len(worst),
        style=style,
        policy=build_content_security_policy([style], []),
    )


def _build_document_row(entry: BatchDocument, counts: _Counts) -> DocumentRow:
    run = entry.run
    if run is None:
        return DocumentRow(
            entry.key,
            entry.source,
            entry.state,
            0,
            (0,) * len(_LABEL_ORDER),
            0,
            entry.reason,
        )
    labels = Counter(verdict.label for verdict in run.verdicts)
    counts.labels.update(labels)
    counts.by_source.setdefault(_get_source_name(run), Counter()).update(labels)
    counts.claims += len(run.claims)
    return DocumentRow(
        key=entry.key,
        title=run.summary.headline
        if run.summary
        else run.document.title or run.document.source,
        state=entry.state,
        claims=len(run.claims),
        counts=tuple(labels[label] for label in _LABEL_ORDER),
        not_found=sum(claim.match is Match.NONE for claim in run.claims),
        reason=entry.reason,
    )


def _rank_document(row: DocumentRow) -> tuple[int, int, int, str]:
    """Sort key: refuted or conflicting first, then failed, then quotes not found."""
    return (
        -row.counts[0] - row.counts[1],
        -int(bool(row.reason)),
        -row.not_found,
        row.key,
    )


def _get_source_name(run: Run) -> str:
    """Return the URL's host, or else the folder or file the document was read from."""
    document = run.document
    host = (
        urlsplit(document.url or document.source).hostname
        if "://" in (document.url or document.source)
        else None
    )
    if host:
        return host
    name, colon, line = document.source.rpartition(":")
    return name if colon and line.isdigit() else str(PurePath(document.source).parent)


def _build_bar(name: str, found: Counter[Label], widest: int) -> Bar:
    parts = []
    start = 0.0
    for label in _LABEL_ORDER:
        width = _CHART_WIDTH * found[label] / widest
        if found[label]:
            mark = str(label).replace("_", "-")
            parts.append(
                BarSegment(
                    found[label],
                    mark,
                    LABEL_NAMES[label],
                    round(start, 1),
                    round(width, 1),
                )
            )
        start += width
    return Bar(name, sum(found.values()), tuple(parts))
