"""`claimcheck bundle` and `claimcheck verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, print_note, write_binary, write_text
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.models.outcome import BatchStatus
    from claimcheck.models.run import Run
    from claimcheck.store.store import RunStore

_RESULT_LABELS = {True: "ok", False: "WRONG", None: "not told"}


def bundle(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run (JSON); with --store a document of the store, by id or path.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FILE", help="The bundle, such as case.zip."
        ),
    ],
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            help="A store of runs, which has the model's answers too.",
        ),
    ] = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Put a run into one file that somebody else can verify: source, prompts, schemas, answers, hashes."""
    from claimcheck.models.run import Run
    from claimcheck.readers.file import read_bytes
    from claimcheck.reports.bundle import BundledAnswer, write_bundle
    from claimcheck.store.store import RunStore

    check_writable(output)
    way, answers = None, []
    if store is None:
        made = Run.from_json(read_bytes(run)[1])
    else:
        with RunStore(store, create=False) as opened:
            info, made = _find_latest_run(opened, run)
            way = info.config
            location = opened.locate(run, info.number)[0]
            answers = [BundledAnswer(*row) for row in opened.load_answers(location)]
    write_binary(lambda path: write_bundle(made, path, way, answers), output)
    told = f", {len(answers)} answers" if answers else ""
    print_note(
        f"{output}: {len(made.claims)} claims of {made.document.source}{told}; `claimcheck verify {output}`",
        quiet=quiet,
    )


def _find_latest_run(store: RunStore, name: str) -> tuple[BatchStatus, Run]:
    """Return the document's run from the latest batch that has one.

    Raises:
        InputError: none has.
    """
    problem: InputError | None = None
    for info in reversed(store.batches()):
        try:
            return info, store.run(info.number, name)
        except InputError as error:
            problem = problem or error
    raise problem or InputError(f"{store.path}: holds no batch")


def verify(
    bundle: Annotated[
        Path,
        typer.Argument(metavar="BUNDLE", help="A file that `claimcheck bundle` wrote."),
    ],
    debug: options.Debug = False,
) -> None:
    """Verify a bundle, offline: that every hash, span, claim and verdict follows from what is inside. Exit 1 if one does not."""
    from claimcheck.reports.bundle import verify_bundle as verified

    steps = verified(bundle)
    write_text(
        "".join(
            f"{_RESULT_LABELS[step.holds]:<9}{step.name}: {step.told}\n"
            for step in steps
        ),
        None,
    )
    if any(step.holds is False for step in steps):
        raise typer.Exit(1)
