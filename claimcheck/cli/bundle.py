"""`claimcheck bundle`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, print_note, refuse_input, write_binary
from claimcheck.counting import format_count
from claimcheck.errors import InputError, ProviderError
from claimcheck.reports.formats import BundleFormat, Format

if TYPE_CHECKING:
    from claimcheck.bundles.bundle import BundledAnswer
    from claimcheck.models.run import Check, Run


_RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run or a check (JSON); with --store, the id or path of a document "
        "in it.",
    ),
]
_Output = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        callback=refuse_input,
        help="The bundle, such as case.zip.",
    ),
]
_Store = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="A store of runs; the bundle then includes the model's answers.",
    ),
]
_Format = Annotated[
    BundleFormat,
    typer.Option(
        "--format",
        help="bundle, or only the pages that a search found, as a web archive (warc).",
    ),
]
_BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The endpoint whose model made the check, if not that of your settings.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Contents:
    """What goes into a bundle.

    `config` and `answers` are the model's, if known.
    """

    result: Run | Check
    config: Mapping[str, Any] | None = None
    answers: Sequence[BundledAnswer] = ()


def bundle(
    run: _RunName,
    output: _Output,
    store: _Store = None,
    format: _Format = Format.BUNDLE,
    prompts: options.Prompts = None,
    base_url: _BaseUrl = None,
    quiet: options.Quiet = False,
) -> None:
    """Pack a run or a check into a file that others can verify.

    The bundle contains the source, prompts, schemas, answers, and hashes, and the pages
    that a search found, as they were.
    """
    from claimcheck.api.prompts_and_schemas import read_prompt_folder
    from claimcheck.bundles.bundle import write_bundle

    check_writable(output)
    if format is Format.WARC:
        _write_pages(run, output, quiet=quiet)
        return
    if store is None:
        # A file has the result only; what the model answered must be looked for.
        contents = _load_from_file(run, base_url, prompts)
    else:
        contents = _load_from_store(run, store)
    # The signature has the hashes of the user's prompts, not their text.
    user_prompts = read_prompt_folder(prompts) if prompts else ()
    write_binary(
        lambda path: write_bundle(
            contents.result, path, contents.config, contents.answers, user_prompts
        ),
        output,
    )
    _warn_of_changed_source(contents.result, quiet=quiet)
    _warn_of_missing_answers(contents)
    description = _describe_contents(contents)
    print_note(f"{output}: {description}; `claimcheck verify {output}`", quiet=quiet)


def _load_from_store(name: str, store: Path) -> _Contents:
    from claimcheck.api.stores import RunStore, find_latest_run
    from claimcheck.bundles.bundle import BundledAnswer

    with RunStore(store, create=False) as run_store:
        batch, run = find_latest_run(run_store, name)
        # The same document may be in several batches; the answers are those of this
        # run.
        location = run_store.locate(name, batch.number)[0]
        answers = [BundledAnswer(*row) for row in run_store.answers.list_all(location)]
        return _Contents(run, batch.config, answers)


def _load_from_file(name: str, base_url: str | None, prompts: Path | None) -> _Contents:
    from claimcheck.api.documents import load_result
    from claimcheck.models.run import Check

    # A run or a check: both can be verified, with different files.
    result = load_result(name)
    # A run in a file names its prompts and settings, but only a store has the answers.
    if isinstance(result, Check) and result.signature.engine == "llm":
        return _find_cached_answers(result, base_url, prompts)
    return _Contents(result)


def _warn_of_missing_answers(contents: _Contents) -> None:
    """Print a note if a model made a run, and its answers are missing."""
    from claimcheck.models.run import Run

    result = contents.result
    # Without a model, the run follows from its text alone.
    if not isinstance(result, Run) or result.signature.engine != "llm":
        return
    if not contents.answers:
        print_note(
            "The bundle has no model answers, so `claimcheck verify` can't reproduce "
            "its claims and exits with 1. Only a store keeps answers: `claimcheck "
            "summarize DOCUMENT --store runs.db`, then `claimcheck bundle DOCUMENT "
            "--store runs.db -o FILE`.",
            quiet=False,
        )


def _warn_of_changed_source(result: Run | Check, *, quiet: bool) -> None:
    """Print a note if a run's source file has changed since it was read."""
    from claimcheck.models.document import Document
    from claimcheck.models.run import Run

    if not isinstance(result, Run) or not Path(result.document.source).is_file():
        return
    source = result.document.source
    try:
        # The same encoding: with another guess, an unchanged file would look changed.
        now = Document.from_path(source, encoding=result.document.encoding)
    except InputError:
        is_same = False
    else:
        is_same = now.id == result.document.id
    # A note, not an error: the bundle is about the text that was read.
    if not is_same:
        print_note(
            f"{source}: has changed since; the bundle contains the text as it was read",
            quiet=quiet,
        )


def _describe_contents(contents: _Contents) -> str:
    from claimcheck.models.run import Run

    result = contents.result
    if isinstance(result, Run):
        claims = format_count(len(result.claims), "claim")
        description = f"{claims} of {result.document.source}"
    else:
        description = format_count(len(result.verdicts), "verdict")
    if contents.answers:
        description += f", {format_count(len(contents.answers), 'answer')}"
    return description


def _find_cached_answers(
    check: Check, base_url: str | None, prompts: Path | None
) -> _Contents:
    """Return a model's check with its answers, if the cache has them."""
    from claimcheck.bundles.replay import build_check_config, collect_cached_answers

    settings = options.load_settings(
        base_url=base_url, model=check.signature.model, prompts_folder=prompts
    )
    try:
        # Replays the check: only the answers that it asks for are in the bundle.
        answers = collect_cached_answers(check, settings)
    except ProviderError:
        print_note(
            "The answer cache does not have the model's answers for this check, so its "
            "verdicts can't be verified; name its endpoint with --base-url",
            quiet=False,
        )
        return _Contents(check)
    return _Contents(check, build_check_config(check, settings), answers)


def _write_pages(name: str, output: Path, *, quiet: bool) -> None:
    """Write the pages of a check, or of a run's external check, as WARC."""
    from claimcheck.api.documents import load_result
    from claimcheck.bundles.bundle import get_searched_check
    from claimcheck.bundles.warc import write_warc

    # The pages of a run are those of its external check.
    check = get_searched_check(load_result(name))
    if check is None:
        raise InputError(f"{name}: no search for evidence was made for this run")
    # The count is only known once the file is written, inside `write_binary`.
    counts: list[int] = []
    write_binary(lambda path: counts.append(write_warc(check, path)), output)
    print_note(f"{output}: {format_count(counts[0], 'page')}", quiet=quiet)
