"""`claimcheck verifier`: models that check claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli import options
from claimcheck.cli.option_groups import create_command_group
from claimcheck.cli.output import print_note, write_json_lines, write_rows
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.verifiers import Calibration, Verifier

app = create_command_group(
    "List, download, and describe verifiers.\n\n"
    "A verifier is a small model that says whether a passage supports a claim. "
    "--verifier of check, summarize, and batch selects one. It runs on this machine: "
    "no text leaves it. Needs the extra nli; `claimcheck doctor` shows the extras."
)
_LABEL_WIDTH = 22


@app.command("list")
def list_(format: options.RowsFormat = Format.TEXT) -> None:
    """List the verifiers on this machine."""
    from claimcheck.api.verifiers import LEXICAL, list_verifiers

    # A damaged download is reported and left out of the list.
    verifiers = list_verifiers(_report)
    if format is Format.JSON:
        write_json_lines(map(_describe, verifiers))
        return
    rows = [f"{LEXICAL}: compares words; always available"]
    for item in verifiers:
        labels = ", ".join(item.model.labels)
        languages = ", ".join(item.model.calibration.languages)
        rows.append(
            f"{item.name}: {_format_size(item)}; labels: {labels}; "
            f"languages: {languages}"
        )
    write_rows(rows)


@app.command("get")
def get(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="ORG/NAME or ORG/NAME@REVISION on huggingface.co, or on the hub that "
            "HF_ENDPOINT names.",
        ),
    ],
    quiet: options.Quiet = False,
) -> None:
    """Download a verifier, or its newest version.

    The first use of a verifier downloads it, too. Later ones keep that version.
    """
    from claimcheck.api.verifiers import download_verifier

    report = None if quiet else _report
    verifier = download_verifier(name, report=report)
    write_rows([verifier.name])


@app.command("info")
def info(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="ORG/NAME on a hub, a folder, lexical, or default, the one used if "
            "you name none.",
        ),
    ],
    format: options.RowsFormat = Format.TEXT,
) -> None:
    """Show what is known about a verifier."""
    from claimcheck.api import verifiers

    # The default depends on the installed extras, which this answers.
    if name == verifiers.DEFAULT:
        name = verifiers.resolve_scorer_name()
    if name == verifiers.LEXICAL:
        calibration = verifiers.get_lexical_calibration()
        description = {"name": name, "calibration": asdict(calibration)}
        rows = _format_info(name, _list_calibration(calibration))
    else:
        verifier = verifiers.find_verifier(name, report=_report)
        description = _describe(verifier)
        rows = _format_info(verifier.name, _list_facts(verifier))
    if format is Format.JSON:
        write_json_lines([description])
    else:
        write_rows(rows)


def _report(line: str) -> None:
    print_note(line, quiet=False)


def _describe(verifier: Verifier) -> dict[str, Any]:
    model = verifier.model
    return {
        "name": verifier.name,
        "path": str(model.onnx),
        "bytes": model.size_bytes(),
        "labels": list(model.labels),
        "outcomes": list(model.outcomes),
        "max_tokens": model.max_tokens,
        "temperature": model.temperature,
        "calibration": asdict(model.calibration),
        "figures": dict(model.figures),
    }


def _format_info(name: str, facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield name
    for label, value in facts:
        yield f"  {label:<{_LABEL_WIDTH}}{value}"


def _list_facts(verifier: Verifier) -> Iterator[tuple[str, str]]:
    model = verifier.model
    meanings = []
    for label, outcome in zip(model.labels, model.outcomes, strict=True):
        meanings.append(f"{label} ({outcome})")
    yield "file", str(model.onnx)
    yield "size", _format_size(verifier)
    yield "labels", ", ".join(meanings)
    yield "maximum length", f"{model.max_tokens:,} tokens, longer premises in chunks"
    yield from _list_calibration(model.calibration)
    for data_set, figures in model.figures.items():
        yield data_set, _format_figures(figures)


def _list_calibration(calibration: Calibration) -> Iterator[tuple[str, str]]:
    yield "languages", ", ".join(calibration.languages)
    yield "supported from", f"{calibration.supported_from:.2f}"
    yield "right if supported", _format_share(calibration.supported_reliability)
    yield "right if refuted", _format_share(calibration.refuted_reliability)


def _format_figures(figures: object) -> str:
    if not isinstance(figures, dict):
        return str(figures)
    return ", ".join(f"{name} {value}" for name, value in figures.items())


def _format_share(share: float | None) -> str:
    return "not measured" if share is None else f"{share:.0%}"


def _format_size(verifier: Verifier) -> str:
    return f"{verifier.model.size_bytes() / 2**20:,.1f} MB"
