"""The steps of `claimcheck batch --via batch-api`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from claimcheck.cli.batch_run import exit_on_failures, print_failure_table
from claimcheck.cli.output import print_error, print_note, write_rows
from claimcheck.counting import format_count
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.api.batches import Batch, BatchApiRunner
    from claimcheck.settings import Settings

_STEPS = ("submit", "status", "collect")


def split_step(arguments: Sequence[str], settings: Settings) -> tuple[str, list[str]]:
    """Split arguments into the Batch API step and the sources after it.

    `batch` has no subcommands, because a source may have any name.

    Raises:
        InputError: the step is unknown or takes no sources, or no model is set.
    """
    # Typer can't parse this: the same argument is a source without --via.
    step, *sources = arguments
    if step not in _STEPS:
        available = ", ".join(_STEPS)
        raise InputError(
            f"--via batch-api: the first argument is {step!r}; give one of {available} "
            "before the documents"
        )
    if step != "submit" and sources:
        raise InputError(
            f"--via batch-api {step} takes no documents; only `submit` does"
        )
    # The extractive engine is faster here than any upload.
    if settings.chosen_engine() != "llm":
        raise InputError("--via batch-api requires a model; name one with --model")
    return step, sources


def run_batch_api_step(step: str, batch: Batch, *, report: bool, quiet: bool) -> None:
    """Submit a batch, show its status, or collect its answers.

    Raises:
        ProviderError: the endpoint failed, or the account has a problem; run the step
            again to resume.
        typer.Exit: documents failed.
    """
    from claimcheck.api.batches import open_batch_api

    with open_batch_api(batch) as runner:
        if step == "submit":
            _submit_requests(runner, batch, quiet=quiet)
        elif step == "status":
            _print_status(runner)
        else:
            _collect_answers(runner, batch, report=report, quiet=quiet)


def _submit_requests(runner: BatchApiRunner, batch: Batch, *, quiet: bool) -> None:
    submitted = runner.submit()
    # Running the step twice is harmless, and says so.
    note = f"{batch.store.path}: nothing to submit"
    if submitted.requests:
        note = (
            f"{batch.store.path}: {format_count(submitted.requests, 'request')} "
            f"submitted in {format_count(submitted.uploads, 'file')}"
        )
    if submitted.over_budget:
        note += "; the budget does not cover "
        note += format_count(submitted.over_budget, "more document")
    if submitted.requests:
        note += "; `status` shows the progress, `collect` fetches the answers"
    print_note(note, quiet=quiet)


def _print_status(runner: BatchApiRunner) -> None:
    lines = []
    # An upload without a job was prepared or refused; its own state says which.
    for upload, job in runner.status():
        if job:
            counts = f"{job.completed:,} of {job.total:,} done, {job.failed:,} failed"
            lines.append(f"{job.id}  {job.status}: {counts}")
        else:
            name = upload.job or upload.tag
            reason = f": {upload.message}" if upload.message else ""
            requests = format_count(upload.items, "request")
            lines.append(f"{name}  {upload.state}, {requests}{reason}")
    write_rows(lines or ["nothing was submitted"])


def _collect_answers(
    runner: BatchApiRunner, batch: Batch, *, report: bool, quiet: bool
) -> None:
    from claimcheck.models.outcome import Progress

    # Stored before anything is printed: a closed pipe must not lose an answer.
    collected = runner.collect()
    # An entire file: none of its requests was answered, and all wait for a new one.
    for reason in collected.refused:
        print_error(
            f"the endpoint rejected a file: {reason}; fix that and submit again"
        )
    # Read again: collecting has finished documents.
    progress = Progress.from_status(batch.info)
    pending = progress.total - progress.finished
    parts = [
        f"{format_count(collected.answers, 'answer')}",
        f"{format_count(collected.finished, 'document')} finished",
    ]
    if collected.errors:
        parts.append(format_count(collected.errors, "error"))
    if collected.expired:
        parts.append(f"{format_count(collected.expired, 'request')} expired")
    if collected.broken:
        requests = format_count(collected.broken, "request")
        parts.append(f"{requests} without a readable answer, to be sent again")
    if collected.repeated:
        errors = format_count(collected.repeated, "temporary error")
        parts.append(f"{errors}, to be sent again")
    if collected.in_progress:
        parts.append(f"{format_count(collected.in_progress, 'file')} still in progress")
    # While a file is in progress, its documents are pending without a reason to act.
    if pending and not collected.in_progress:
        documents = format_count(pending, "document")
        parts.append(f"{documents} without all answers: submit again")
    print_note(f"{batch.store.path}: {', '.join(parts)}", quiet=quiet)
    if report:
        print_failure_table(batch)
    if collected.pause:
        raise collected.pause
    # While documents are pending, the batch is not over.
    if not pending:
        exit_on_failures(batch, progress)
