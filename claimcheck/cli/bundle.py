"""`claimcheck bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, print_note, write_binary


def bundle(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run (JSON); with --store, the id or path of a document in it.",
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
            help="A store of runs; the bundle then includes the model's answers.",
        ),
    ] = None,
    prompts: options.Prompts = None,
    quiet: options.Quiet = False,
) -> None:
    """Pack a run into one file that somebody else can verify.

    The bundle contains the source, prompts, schemas, answers, and hashes.
    """
    from claimcheck.api.documents import load_run
    from claimcheck.api.inspect import read_prompt_folder
    from claimcheck.api.stores import RunStore, find_latest_run
    from claimcheck.reports.bundle import BundledAnswer, write_bundle

    check_writable(output)
    # A run in a file names its prompts and settings, but only a store has the answers.
    config = None
    answers: list[BundledAnswer] = []
    if store is None:
        selected = load_run(run)
    else:
        with RunStore(store, create=False) as run_store:
            batch, selected = find_latest_run(run_store, run)
            config = batch.config
            location = run_store.locate(run, batch.number)[0]
            for row in run_store.load_answers(location):
                answers.append(BundledAnswer(*row))
    own_prompts = read_prompt_folder(prompts) if prompts else ()
    write_binary(
        lambda path: write_bundle(selected, path, config, answers, own_prompts), output
    )
    note = f"{output}: {len(selected.claims)} claims of {selected.document.source}"
    if answers:
        note += f", {len(answers)} answers"
    print_note(f"{note}; `claimcheck verify {output}`", quiet=quiet)
