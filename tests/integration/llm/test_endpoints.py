"""Every mode of the servers with quirks, through every command: docs/endpoints.md."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from claimcheck import (
    Batch,
    Document,
    Limits,
    RunStore,
    Settings,
    check,
    errors,
    summarize,
)
from claimcheck.batch.openai_batch import BatchApiRunner
from claimcheck.llm.batch_api import BatchApi
from claimcheck.models.outcome import StopSignal
from tests.support import quirks, quirky_batches
from tests.support.batch_api import serve_batch_api
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "endpoints.md"
HEADER = """\
# Endpoints

Many servers implement OpenAI's chat completions, each a little differently. This page
lists the shapes of answers and errors that were reported in public, and what claimcheck
makes of them. A test runs every command against a server for each shape and writes this
page; no provider was asked.

*complete*: all claims, verdicts, or documents. *partial*: some of them, and a failure
for each of the others. *nothing*: failures only. *paused*: the command ends with the
message, and the same command resumes when the cause is gone.
"""
SENTENCES = [
    f"The ferry number {number} carried {number}00 people in the year 19{number}. "
    f"Its captain said that {number} of them came from the town of Aldbury."
    for number in range(11, 41)
]
DOCUMENT = Document.from_text("\n\n".join(SENTENCES), source="ferries.txt")
CLAIM = SENTENCES[1].partition(". ")[0] + "."
ROWS = [
    {"id": f"row-{number}", "text": "\n\n".join(SENTENCES[number : number + 2])}
    for number in range(3)
]
# In the Batch API, a request that always fails is sent again whenever a user submits.
MAX_ROUNDS = 6
COMMANDS = ("summarize", "check", "batch", "batch-api")


@dataclass
class Outcome:
    """What one command made of one mode."""

    result: str
    messages: list[str] = field(default_factory=list)
    requests: int = 0


def run_at(url):
    # All optional fields are sent, so that each can be refused.
    return Settings(
        engine="llm", model="m", base_url=url, seed=7, max_output_tokens=4000
    )


def describe(whole, part, failures):
    messages = [f"{item.cause}: {item.message}" for item in failures]
    if not messages:
        return Outcome("complete" if whole else "WRONG")
    return Outcome("partial" if part else "nothing", messages)


def run_summarize(url):
    try:
        run = summarize(DOCUMENT, settings=run_at(url))
    except errors.ProviderError as error:
        return Outcome("paused" if error.final else "nothing", [str(error)])
    whole = run.claims and run.summary and all(claim.spans for claim in run.claims)
    return describe(whole, run.claims, run.failures)


def run_check(url):
    try:
        result = check([CLAIM], DOCUMENT, settings=run_at(url))
    except errors.ProviderError as error:
        return Outcome("paused" if error.final else "nothing", [str(error)])
    return describe(result.verdicts, result.verdicts, result.failures)


async def run_batch(url, path):
    rows = path.with_suffix(".jsonl")
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    stop = StopSignal()
    with RunStore(path) as store:
        batch = Batch(store, run_at(url), Limits(concurrency=1))
        batch.add(str(rows))
        await batch.run(stop=stop)
        return describe_batch(batch, stop.error)


def run_batch_api(mode, path):
    rows = path.with_suffix(".jsonl")
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    service = quirky_batches.QuirkyService(mode)
    problem = None
    with serve_batch_api(service) as url, RunStore(path) as store:
        batch = Batch(store, run_at(url))
        batch.add(str(rows))
        api = BatchApi(batch.plan.settings)
        runner = BatchApiRunner(store, batch.number, batch.plan, api)
        for _ in range(MAX_ROUNDS):
            if problem or not runner.submit().requests:
                break
            report = runner.collect()
            while report.in_progress:
                report = runner.collect()
            problem = report.pause or "; ".join(report.refused) or None
        api.close()
        outcome = describe_batch(batch, problem)
    outcome.requests = service.requests
    return outcome


def describe_batch(batch, problem):
    counts = Counter({str(state): n for state, n in batch.info.counts.items()})
    failures = batch.store.list_failures(batch.number)
    # Without the documents that a message names.
    messages = [
        f"{cause}: {re.sub(r' [(]row-[^()]*[)]$', '', message)}"
        for cause, message, _ in failures
    ]
    if problem:
        messages.append(str(problem))
    if counts["pending"]:
        return Outcome("paused", messages)
    if counts["done"] == len(ROWS):
        return Outcome("complete", messages)
    has_some = counts["done"] or counts["partial"]
    return Outcome("partial" if has_some else "nothing", messages)


def run_everything(folder):
    """Return the outcomes by mode and command."""
    modes = list(quirks.MODES)
    outcomes = {(mode, name): None for mode in modes for name in COMMANDS}

    # Most of the time is spent waiting before retries: all modes wait together.
    with quirks.serve_quirks() as (url, seen):
        jobs = [(mode, "summarize", run_summarize) for mode in modes]
        jobs += [(mode, "check", run_check) for mode in modes]
        with ThreadPoolExecutor(64) as pool:
            done = pool.map(lambda job: job[2](f"{url}/{job[0]}/{job[1]}/v1"), jobs)
            for (mode, name, _), outcome in zip(jobs, done, strict=True):
                outcomes[mode, name] = outcome

        async def run_batches():
            turns = asyncio.Semaphore(64)

            async def run_one(mode):
                async with turns:
                    return await run_batch(
                        f"{url}/{mode}/batch/v1", folder / f"{mode}.db"
                    )

            tasks = [run_one(mode) for mode in modes]
            for mode, outcome in zip(modes, await asyncio.gather(*tasks), strict=True):
                outcomes[mode, "batch"] = outcome

        asyncio.run(run_batches())
        for (mode, name), count in seen.items():
            outcomes[mode, name].requests = count
    api_modes = filter(
        quirky_batches.applies_to_batches, [*modes, *quirky_batches.ABOUT]
    )
    with ThreadPoolExecutor(16) as pool:
        running = {
            mode: pool.submit(run_batch_api, mode, folder / f"{mode}-api.db")
            for mode in api_modes
        }
    for mode, future in running.items():
        outcomes[mode, "batch-api"] = future.result()
    return outcomes


def write_page(outcomes):
    lines = [HEADER, "## Chat completions", ""]
    lines.append("Requests are those of `summarize`, of `check` for one claim, of a")
    lines.append("`batch` of three documents, and of the same through the Batch API.")
    lines += ["", "| the endpoint | requests | result | message |", "|---|---|---|---|"]
    for mode, about in quirks.ABOUT.items():
        lines.append(write_row(mode, about, outcomes, COMMANDS))
    lines += ["", "## Files of the Batch API", "", "Three documents.", ""]
    lines += ["| the endpoint | requests | result | message |", "|---|---|---|---|"]
    for mode, about in quirky_batches.ABOUT.items():
        lines.append(write_row(mode, about, outcomes, COMMANDS[-1:]))
    return "\n".join(lines) + "\n"


def write_row(mode, about, outcomes, commands):
    shown = [(name, outcomes.get((mode, name))) for name in commands]
    counts = " / ".join(str(item.requests) if item else "-" for _, item in shown)
    results = {}
    messages = {}
    for name, item in shown:
        if item:
            results.setdefault(item.result, []).append(name)
            for message in map(shorten, item.messages[:1]):
                kind = re.sub(r"^\w+: |[\d,]+", "", message)
                messages.setdefault(kind, message)
    if len(results) == 1:
        (result,) = results
    else:
        result = "; ".join(
            f"{', '.join(names)}: {key}" for key, names in results.items()
        )
    return f"| {about} (`{mode}`) | {counts} | {result} | {'<br>'.join(messages.values())} |"


def shorten(message):
    message = re.sub(r"http://127\S+/v1: ", "", message)
    message = re.sub(r"until \d{4}-\d\d-\d\d \d\d:\d\d \w+", "until DATE", message)
    return message.replace("|", "\\|")


@pytest.mark.slow  # 87 batches, with the pauses that servers ask for
def test_every_mode_has_the_outcome_that_the_page_states(tmp_path):
    page = write_page(run_everything(tmp_path))
    if os.environ.get("CLAIMCHECK_SNAPSHOTS") == "write":
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8")
