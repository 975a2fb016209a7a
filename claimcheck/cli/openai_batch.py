"""`claimcheck batch --via batch-api submit|status|collect`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from claimcheck.cli.output import print_error, print_note, write_text
from claimcheck.cli.progress import format_failures, report_failures
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.batch.batch import Batch
    from claimcheck.batch.openai_batch import BatchApiRunner
    from claimcheck.settings import Settings

BATCH_API_STEPS = ("submit", "status", "collect")


def validate_step(step: str, sources: Sequence[str], settings: Settings) -> None:
    """Raise before reading any input if the step or its arguments are invalid.

    Raises:
        InputError: there is no such step, it takes no documents, or there is no model.
    """
    if step not in BATCH_API_STEPS:
        raise InputError(
            f"--via batch-api: takes {', '.join(BATCH_API_STEPS)}, not {step!r}, before the documents"
        )
    if step != "submit" and sources:
        raise InputError(f"--via batch-api {step}: takes no documents; `submit` does")
    if settings.chosen_engine() != "llm":
        raise InputError("--via batch-api: needs a model; name one with --model")


def run_step(step: str, batch: Batch, *, report: bool, quiet: bool) -> None:
    """Run the step and report what it did.

    Raises:
        ProviderError: the endpoint did not do its part; the same step again goes on.
        typer.Exit: documents have failed.
    """
    from claimcheck.batch.openai_batch import BatchApiRunner
    from claimcheck.llm.batch_api import BatchApi

    with closing(BatchApi(batch.plan.settings)) as api, batch.store.lock():
        rounds = BatchApiRunner(batch.store, batch.number, batch.plan, api)
        if step == "submit":
            _submit_requests(rounds, batch, quiet=quiet)
        elif step == "status":
            _print_status(rounds)
        else:
            _collect_answers(rounds, batch, report=report, quiet=quiet)


def _submit_requests(rounds: BatchApiRunner, batch: Batch, *, quiet: bool) -> None:
    done = rounds.submit()
    left = (
        f"; {done.left:,} documents left out, the budget does not cover them"
        if done.left
        else ""
    )
    if done.requests:
        print_note(
            f"{batch.store.path}: {done.requests:,} requests submitted in {done.uploads} files{left}; "
            "`status` says how far they are, `collect` fetches the answers",
            quiet=quiet,
        )
    else:
        print_note(f"{batch.store.path}: nothing to submit{left}", quiet=quiet)


def _print_status(rounds: BatchApiRunner) -> None:
    lines = []
    for upload, job in rounds.status():
        if job:
            lines.append(
                f"{job.id}  {job.status}: {job.completed:,} of {job.total:,} done, {job.failed:,} failed"
            )
        else:
            reason = f": {upload.message}" if upload.message else ""
            lines.append(
                f"{upload.job or upload.tag}  {upload.state}, {upload.items:,} requests{reason}"
            )
    write_text(
        "".join(f"{line}\n" for line in lines) or "nothing was submitted\n", None
    )


def _collect_answers(
    rounds: BatchApiRunner, batch: Batch, *, report: bool, quiet: bool
) -> None:
    from claimcheck.models.outcome import Progress

    found = rounds.collect()
    for reason in found.refused:
        print_error(
            f"the endpoint refused a file: {reason}; mend that, and submit again"
        )
    progress = Progress.from_status(batch.info)
    waiting = progress.total - progress.finished
    parts = [f"{found.answers:,} answers", f"{found.finished:,} documents finished"]
    parts += [f"{found.errors:,} errors"] if found.errors else []
    parts += [f"{found.expired:,} requests expired"] if found.expired else []
    parts += [f"{found.waiting} files still under way"] if found.waiting else []
    if waiting and not found.waiting:
        parts.append(f"{waiting:,} documents want to ask more: submit again")
    print_note(f"{batch.store.path}: {', '.join(parts)}", quiet=quiet)
    failures = batch.store.list_failures(batch.number)
    if report and failures:
        write_text(format_failures(batch, failures), None)
    if not waiting:
        report_failures(progress, failures)
