"""The operations of the page and the HTTP API: jobs, and the history."""

from __future__ import annotations

from typing import Any

from claimcheck.api.check import acheck
from claimcheck.api.stores import open_history
from claimcheck.api.summarize import asummarize_to_store
from claimcheck.models.claim import Statement
from claimcheck.models.decision import Decision
from claimcheck.models.outcome import RunListing, RunLocation
from claimcheck.models.run import Check, Run
from claimcheck.server import requests
from claimcheck.server.config import ServerConfig
from claimcheck.server.jobs import ReportProgress
from claimcheck.server.requests import Arguments
from claimcheck.server.responses import CompletedJob


async def summarize_to_store(
    config: ServerConfig, arguments: Arguments, report: ReportProgress
) -> CompletedJob:
    """Summarize the document of a request, and save the run in the history."""
    report("reading the document")
    document = requests.read_document(arguments, allow_private=config.allow_private)
    with open_history(config.store_path) as history:
        location = await asummarize_to_store(
            document,
            history.store,
            settings=requests.override_settings(arguments, config.settings),
            check=arguments.get("check", False),
            progress=report,
        )
    return CompletedJob(
        f"/runs/{location}", lambda: load_run(config, location).to_json()
    )


async def run_check(
    config: ServerConfig,
    claims: Run | list[Statement],
    arguments: Arguments,
    report: ReportProgress,
) -> Check:
    """Check claims against a request's evidence, or pages from a search."""
    search = requests.choose_search(arguments, config.search)
    report("reading the evidence")
    evidence = [
        requests.read_document(item, allow_private=config.allow_private)
        for item in arguments.get("evidence", ())
    ]
    report("checking")
    return await acheck(
        claims,
        evidence or None,
        search=search,
        settings=config.settings,
        progress=report,
    )


def save_check(
    config: ServerConfig,
    check: Check,
    location: RunLocation | None = None,
    claim: str | None = None,
) -> CompletedJob:
    """Save a check in the history, linked to its run and claim, if any."""
    with open_history(config.store_path) as history:
        number = history.save_check(check, location, claim)
    return CompletedJob(f"/checks/{number}", check.to_json)


def add_decision(
    config: ServerConfig, location: RunLocation, decision: Decision
) -> None:
    """Append a decision to a run."""
    with open_history(config.store_path) as history:
        history.add_decision(location, decision)


def load_run(config: ServerConfig, location: RunLocation) -> Run:
    """Return a run of the history."""
    with open_history(config.store_path) as history:
        return history.store.load_run(location)


def dump_run_listing(run: RunListing) -> dict[str, Any]:
    """Return the fields that a list shows about a run."""
    return {
        "name": str(run.location),
        "source": run.source,
        "title": run.title,
        "headline": run.headline,
        "claims": run.claims,
        "state": run.state,
        "message": run.message,
        "finished": run.finished_at.isoformat(),
        "cost_usd": run.cost_usd,
        "engine": run.engine,
        "model": run.model,
        "checked": run.checked,
    }
