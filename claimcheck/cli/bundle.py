"""`claimcheck bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, print_note, write_binary
from claimcheck.counting import format_count
from claimcheck.errors import InputError, ProviderError
from claimcheck.reports.formats import BundleFormat, Format

if TYPE_CHECKING:
    from claimcheck.models.run import Check
    from claimcheck.reports.bundle import BundledAnswer


def bundle(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run or a check (JSON); with --store, the id or path of a document "
            "in it.",
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
    format: Annotated[
        BundleFormat,
        typer.Option(
            "--format",
            help="bundle, or only the pages that a search found, as a web archive "
            "(warc).",
        ),
    ] = Format.BUNDLE,
    prompts: options.Prompts = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The endpoint whose model made the check, if not that of your "
            "settings.",
        ),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Pack a run or a check into a file that others can verify.

    The bundle contains the source, prompts, schemas, answers, and hashes, and the pages
    that a search found, as they were.
    """
    from claimcheck.api.documents import load_result
    from claimcheck.api.inspect import read_prompt_folder
    from claimcheck.api.stores import RunStore, find_latest_run
    from claimcheck.models.run import Check, Run
    from claimcheck.reports.bundle import BundledAnswer, write_bundle

    check_writable(output)
    if format is Format.WARC:
        _write_pages(run, output, quiet=quiet)
        return
    # A run in a file names its prompts and settings, but only a store has the answers.
    config = None
    answers: list[BundledAnswer] = []
    selected: Run | Check
    if store is None:
        selected = load_result(run)
        if isinstance(selected, Check) and selected.signature.engine == "llm":
            config, answers = _find_cached_answers(selected, base_url, prompts)
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
    if isinstance(selected, Run):
        claims = format_count(len(selected.claims), "claim")
        note = f"{output}: {claims} of {selected.document.source}"
    else:
        note = f"{output}: {format_count(len(selected.verdicts), 'verdict')}"
    if answers:
        note += f", {format_count(len(answers), 'answer')}"
    print_note(f"{note}; `claimcheck verify {output}`", quiet=quiet)


def _find_cached_answers(
    check: Check, base_url: str | None, prompts: Path | None
) -> tuple[dict[str, Any] | None, list[BundledAnswer]]:
    """Return the configuration and the answers of a check of a model."""
    from claimcheck.reports.bundle_verification import (
        build_check_config,
        collect_cached_answers,
    )

    settings = options.load_settings(
        base_url=base_url, model=check.signature.model, prompts_folder=prompts
    )
    try:
        answers = collect_cached_answers(check, settings)
    except ProviderError:
        print_note(
            "The answer cache does not have the model's answers of this check, so that "
            "its verdicts can't be verified; --base-url names its endpoint",
            quiet=False,
        )
        return None, []
    return build_check_config(check, settings), answers


def _write_pages(name: str, output: Path, *, quiet: bool) -> None:
    """Write the pages of a check, or of a run's external check, as WARC."""
    from claimcheck.api.documents import load_result
    from claimcheck.reports.bundle import get_searched_check
    from claimcheck.reports.warc import write_warc

    check = get_searched_check(load_result(name))
    if check is None:
        raise InputError(f"{name}: no evidence was searched for this run")
    counts: list[int] = []
    write_binary(lambda path: counts.append(write_warc(check, path)), output)
    print_note(f"{output}: {format_count(counts[0], 'page')}", quiet=quiet)
