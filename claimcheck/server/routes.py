"""HTTP API operations on runs, checks, quotes, and the server itself.

OpenAPI publishes the name of a function (or its `name`) as the id of its operation, and
the docstring as the description.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from claimcheck.api.ground import ground
from claimcheck.api.stores import open_history
from claimcheck.errors import NotFoundError
from claimcheck.models.decision import Action, Decision, check_decision
from claimcheck.models.outcome import RunLocation
from claimcheck.models.verdict import Label
from claimcheck.reports.formats import CheckDownload, Format, RunDownload
from claimcheck.server import exports, operations, requests
from claimcheck.server.exports import EXPORT_FORMATS
from claimcheck.server.jobs import ReportProgress
from claimcheck.server.openapi import (
    JOB_ERROR_STATUSES,
    JSON_MEDIA_TYPE,
    describe_job_responses,
    describe_request_body,
    describe_responses,
    list_media_types,
)
from claimcheck.server.responses import (
    CompletedJob,
    Config,
    Jobs,
    read_arguments,
    respond_with_job,
)
from claimcheck.version import __version__

RUN_NAME_PATTERN = "^[1-9][0-9]{0,8}-[1-9][0-9]{0,8}$"
# Each word of a query is compared with the text of every run in the store.
MAX_QUERY_LENGTH = 200
RunName = Annotated[
    str, Path(pattern=RUN_NAME_PATTERN, description="The name of a run, such as 2-17.")
]
# SQLite integers have 64 bits; a larger number would raise an error there.
CheckNumber = Annotated[int, Path(ge=1, lt=2**31, description="The number of a check.")]
ClaimId = Annotated[
    str,
    Path(pattern="^c-[0-9a-f]{12}$", description="The id of one of the run's claims."),
]
_RUNS, _CHECKS, _SERVER = "runs", "checks and quotes", "this server"

router = APIRouter(prefix="/api")


@router.post(
    "/runs",
    tags=[_RUNS],
    status_code=201,
    openapi_extra=describe_request_body("summarize"),
    responses=describe_job_responses("run"),
)
async def summarize(request: Request, config: Config, jobs: Jobs) -> Response:
    """Summarize a document and list its checkable claims.

    The document is a text, a file or a public address. With `Accept:
    text/event-stream` the response is a stream of events: `stage` for each stage of the
    work, then `done` with the location of the run, or `error`. Closing the connection
    cancels the work. Answers that were already paid for are stored: send the same
    request again to resume.
    """
    arguments = await read_arguments(request, "summarize")
    job = partial(operations.summarize_to_store, config, arguments)
    return await respond_with_job(request, jobs, job)


@router.get(
    "/runs",
    name="runs",
    tags=[_RUNS],
    responses=describe_responses(200, "runs", errors=(503,)),
)
def list_runs(
    config: Config,
    limit: Annotated[
        int, Query(ge=1, le=200, description="Maximum number of runs.")
    ] = 50,
    before: Annotated[
        str | None,
        Query(
            pattern=RUN_NAME_PATTERN,
            description="Only runs finished before this one.",
        ),
    ] = None,
    words: Annotated[
        str,
        Query(
            max_length=MAX_QUERY_LENGTH,
            description="Only runs that contain all of these words.",
        ),
    ] = "",
) -> dict[str, Any]:
    """List the runs, newest first.

    `waiting` is the number of documents whose run is not finished.
    """
    with open_history(config.store_path) as history:
        last = RunLocation.parse(before) if before else None
        # One more than asked for shows whether there are older ones.
        runs = history.list_runs(limit + 1, last, words)
        waiting = history.count_pending()
    page = runs[:limit]
    return {
        "runs": [operations.dump_run_listing(run) for run in page],
        "waiting": waiting,
        "next": str(page[-1].location) if len(runs) > limit else None,
    }


@router.get(
    "/runs/{name}",
    name="run",
    tags=[_RUNS],
    responses=describe_responses(
        200, "run", *list_media_types(get_args(RunDownload)), errors=(404, 503)
    ),
)
def export_run(
    config: Config,
    name: RunName,
    format: Annotated[RunDownload, Query(description="The format.")] = "json",
    text: Annotated[bool, Query(description="Include the document's text.")] = True,
) -> Response:
    """Return a run in one of the available formats."""
    with open_history(config.store_path) as history:
        location = RunLocation.parse(name)
        data = exports.export_run(Format(format), history, location, include_text=text)
    return _build_file_response(data, f"run-{name}", format)


@router.delete(
    "/runs/{name}",
    name="delete",
    tags=[_RUNS],
    status_code=204,
    responses=describe_responses(204, None, errors=(404, 503)),
)
def delete_run(config: Config, name: RunName) -> Response:
    """Delete a run with its result, the model's answers, and its checks.

    The document's text is deleted too, unless another run needs it.
    """
    with open_history(config.store_path) as history:
        history.delete(RunLocation.parse(name))
    return Response(status_code=204)


@router.post(
    "/runs/{name}/claims/{claim}/checks",
    tags=[_CHECKS],
    status_code=201,
    openapi_extra=describe_request_body("check_claim"),
    responses=describe_job_responses("check", errors=(404,)),
)
async def check_claim(
    request: Request, config: Config, jobs: Jobs, name: RunName, claim: ClaimId
) -> Response:
    """Check one claim of a run against evidence that you add.

    The check is stored with the run.
    """
    arguments = await read_arguments(request, "check_claim")
    location = RunLocation.parse(name)
    run = await asyncio.to_thread(operations.load_run, config, location)
    claims = tuple(item for item in run.claims if item.id == claim)
    if not claims:
        raise NotFoundError(f"{name}: has no claim {claim}")

    async def job(report: ReportProgress) -> CompletedJob:
        run_of_one_claim = replace(run, claims=claims)
        check = await operations.run_check(config, run_of_one_claim, arguments, report)
        return operations.save_check(config, check, location, claim)

    return await respond_with_job(request, jobs, job)


@router.post(
    "/runs/{name}/claims/{claim}/decisions",
    tags=[_RUNS],
    status_code=201,
    openapi_extra=describe_request_body("decide"),
    responses=describe_responses(201, "decision", errors=(404, 413, 415, 503)),
)
async def decide(
    request: Request, config: Config, name: RunName, claim: ClaimId
) -> Response:
    """Accept, edit, or reject a claim, or add a verdict or a note of your own.

    Decisions are appended to the run and never changed; the last one holds.
    """
    arguments = await read_arguments(request, "decide")
    verdict = arguments.get("verdict")
    decision = check_decision(
        Decision(
            claim,
            Action(arguments["action"]),
            text=arguments.get("text"),
            verdict=Label(verdict) if verdict else None,
            note=arguments.get("note"),
            by=arguments["by"],
            speaker=arguments.get("speaker"),
        )
    )
    location = RunLocation.parse(name)
    await asyncio.to_thread(operations.add_decision, config, location, decision)
    return Response(decision.to_json(), 201, media_type=JSON_MEDIA_TYPE)


@router.post(
    "/checks",
    tags=[_CHECKS],
    status_code=201,
    openapi_extra=describe_request_body("check_claims"),
    responses=describe_job_responses("check"),
)
async def check_claims(request: Request, config: Config, jobs: Jobs) -> Response:
    """Check claims against evidence.

    Each claim gets a verdict, with the passages that decided it.
    """
    arguments = await read_arguments(request, "check_claims")

    async def job(report: ReportProgress) -> CompletedJob:
        claims = requests.build_statements(arguments)
        check = await operations.run_check(config, claims, arguments, report)
        return operations.save_check(config, check)

    return await respond_with_job(request, jobs, job)


@router.get(
    "/checks/{number}",
    name="check",
    tags=[_CHECKS],
    responses=describe_responses(
        200, "check", *list_media_types(get_args(CheckDownload)), errors=(404, 503)
    ),
)
def export_check(
    config: Config,
    number: CheckNumber,
    format: Annotated[CheckDownload, Query(description="The format.")] = "json",
    review_url: Annotated[
        str | None,
        Query(description="For claimreview: the page that will publish the review."),
    ] = None,
    claimed_at: Annotated[
        str | None,
        Query(description="For claimreview: the page that makes the claims."),
    ] = None,
) -> Response:
    """Return a check in one of the available formats."""
    with open_history(config.store_path) as history:
        check = history.load_check(number).check
    data = exports.export_check(
        Format(format),
        check,
        config.settings,
        review_url=review_url,
        claimed_at=claimed_at,
    )
    return _build_file_response(data, f"check-{number}", format)


@router.post(
    "/quotes",
    tags=[_CHECKS],
    openapi_extra=describe_request_body("ground_quotes"),
    responses=describe_responses(200, "quotes", errors=JOB_ERROR_STATUSES),
)
async def ground_quotes(request: Request, config: Config, jobs: Jobs) -> Response:
    """Locate quotes in a document, character by character.

    A quote that the document does not contain gets the reason instead of a location.
    """
    arguments = await read_arguments(request, "ground_quotes")

    async def job(report: ReportProgress) -> str:
        document = requests.read_document(arguments, allow_private=config.allow_private)
        quotes = requests.dump_quotes(ground(document, arguments["quotes"]))
        return json.dumps(quotes, ensure_ascii=False)

    return Response(await jobs.run(job), media_type=JSON_MEDIA_TYPE)


@router.get(
    "/about",
    name="about",
    tags=[_SERVER],
    responses=describe_responses(200, "about"),
)
def describe_server(config: Config, jobs: Jobs) -> dict[str, Any]:
    """Return the server's version, engine, limits and export formats."""
    return {
        "version": __version__,
        "engine": config.settings.chosen_engine(),
        "model": config.settings.model,
        "most_bytes": config.max_request_bytes,
        "jobs": config.max_jobs,
        "open_jobs": jobs.open_jobs,
        "search": list(config.search.providers) if config.search else [],
        "run_formats": list(get_args(RunDownload)),
        "check_formats": list(get_args(CheckDownload)),
    }


def _build_file_response(data: bytes, stem: str, format: str) -> Response:
    headers = exports.build_headers(stem, format)
    return Response(data, 200, headers, EXPORT_FORMATS[format].media_type)
