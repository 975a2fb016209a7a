"""`claimcheck batch --via batch-api submit|status|collect`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from claimcheck.cli.output import error_line, note, write
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.batch.batch import Batch
    from claimcheck.batch.openai_batch import Rounds
    from claimcheck.settings import Settings

STEPS = ("submit", "status", "collect")


def check_step(step: str, sources: Sequence[str], settings: Settings) -> None:
    """Fails before anything is read where the command makes no sense.

    Raises:
        InputError: there is no such step, it takes no documents, or there is no model.
    """
    if step not in STEPS:
        raise InputError(f"--via batch-api: takes {', '.join(STEPS)}, not {step!r}, before the documents")
    if step != "submit" and sources:
        raise InputError(f"--via batch-api {step}: takes no documents; `submit` does")
    if settings.chosen_engine() != "llm":
        raise InputError("--via batch-api: needs a model; name one with --model")


def take(step: str, batch: Batch, *, report: bool, quiet: bool) -> None:
    """The step is taken, and what it did is said.

    Raises:
        ProviderError: the endpoint did not do its part; the same step again goes on.
        typer.Exit: documents have failed.
    """
    from claimcheck.batch.openai_batch import Rounds
    from claimcheck.llm.batch_api import BatchApi

    with closing(BatchApi(batch.plan.settings)) as api, batch.store.alone():
        rounds = Rounds(batch.store, batch.number, batch.plan, api)
        if step == "submit":
            _submit(rounds, batch, quiet=quiet)
        elif step == "status":
            _status(rounds)
        else:
            _collect(rounds, batch, report=report, quiet=quiet)


def _submit(rounds: Rounds, batch: Batch, *, quiet: bool) -> None:
    done = rounds.submit()
    left = f"; {done.left:,} documents left out, the budget does not cover them" if done.left else ""
    if done.requests:
        note(
            f"{batch.store.path}: {done.requests:,} requests submitted in {done.uploads} files{left}; "
            "`status` says how far they are, `collect` fetches the answers",
            quiet=quiet,
        )
    else:
        note(f"{batch.store.path}: nothing to submit{left}", quiet=quiet)


def _status(rounds: Rounds) -> None:
    lines = []
    for upload, job in rounds.status():
        if job:
            lines.append(f"{job.id}  {job.status}: {job.done:,} of {job.total:,} done, {job.failed:,} failed")
        else:
            reason = f": {upload.message}" if upload.message else ""
            lines.append(f"{upload.job or upload.tag}  {upload.state}, {upload.items:,} requests{reason}")
    write("".join(f"{line}\n" for line in lines) or "nothing was submitted\n", None)


def _collect(rounds: Rounds, batch: Batch, *, report: bool, quiet: bool) -> None:
    from claimcheck.batch.plan import Progress
    from claimcheck.cli.batch import reported, say_failures

    found = rounds.collect()
    for reason in found.refused:
        error_line(f"the endpoint refused a file: {reason}; mend that, and submit again")
    progress = Progress.of(batch.info)
    waiting = progress.total - progress.finished
    parts = [f"{found.answers:,} answers", f"{found.finished:,} documents finished"]
    parts += [f"{found.errors:,} errors"] if found.errors else []
    parts += [f"{found.expired:,} requests expired"] if found.expired else []
    parts += [f"{found.waiting} files still under way"] if found.waiting else []
    if waiting and not found.waiting:
        parts.append(f"{waiting:,} documents want to ask more: submit again")
    note(f"{batch.store.path}: {', '.join(parts)}", quiet=quiet)
    failures = batch.store.failures(batch.number)
    if report and failures:
        write(reported(batch, failures), None)
    if not waiting:
        say_failures(progress, failures)
