"""The operations on runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from claimcheck.api.summarize import asummarize_to_store
from claimcheck.models.outcome import RunListing, RunLocation
from claimcheck.models.run import Run
from claimcheck.server import exports, requests
from claimcheck.server.config import ServerConfig
from claimcheck.server.exports import EXPORT_FORMATS, RunFormat
from claimcheck.server.jobs import JobPool, ReportStage
from claimcheck.server.openapi import (
    EVENT_STREAM_MEDIA_TYPE,
    JOB_ERROR_STATUSES,
    describe_request_body,
    describe_responses,
    list_media_types,
)
from claimcheck.server.responses import CompletedJob, read_arguments, respond_with_job
from claimcheck.store.history import History
from claimcheck.store.store import RunStore

RUN_NAME_PATTERN = "^[1-9][0-9]{0,8}-[1-9][0-9]{0,8}$"
RunName = Annotated[
    str, Path(pattern=RUN_NAME_PATTERN, description="A run, by its name: `2-17`.")
]


def create_runs_router(site: ServerConfig, jobs: JobPool) -> APIRouter:
    """Create the routes for runs."""
    api = APIRouter(prefix="/api", tags=["runs"])

    @api.post(
        "/runs",
        status_code=201,
        openapi_extra=describe_request_body("summarize"),
        responses=describe_responses(
            201, "run", EVENT_STREAM_MEDIA_TYPE, errors=JOB_ERROR_STATUSES
        ),
    )
    async def summarize(request: Request) -> Response:
        """Summarize a document and list its checkable claims.

        The document is a text, a file or a public address. With `Accept: text/event-stream` the stages are told as they
        happen (`stage`), and then where the run is (`done`), or why there is none (`error`). Closing the connection
        cancels the work; what was paid for is kept, and the same request again goes on from there.
        """
        given = await read_arguments(request, "summarize")

        async def work(told: ReportStage) -> RunLocation:
            told("reading the document")
            document = requests.read_document(given, allow_private=site.allow_private)
            settings = requests.override_settings(given, site.settings)
            with RunStore(site.store) as store:
                return await asummarize_to_store(
                    document,
                    store,
                    settings=settings,
                    check=given.get("check", False),
                    progress=told,
                )

        def done(place: RunLocation) -> CompletedJob:
            return CompletedJob(
                f"/api/runs/{place}",
                f"/runs/{place}",
                lambda: load_run(site, place).to_json().encode(),
            )

        return await respond_with_job(request, jobs, work, done)

    @api.get("/runs", responses=describe_responses(200, "runs", errors=(503,)))
    def runs(
        limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
        before: Annotated[
            str | None,
            Query(
                pattern=RUN_NAME_PATTERN,
                description="Only runs finished before this one.",
            ),
        ] = None,
    ) -> dict[str, Any]:
        """The runs there are, the newest first. `waiting`: documents whose run was not finished."""
        with RunStore(site.store) as store:
            history = History(store)
            found = history.list_runs(
                limit + 1, RunLocation.parse(before) if before else None
            )
            waiting = history.count_pending()
        more = len(found) > limit
        found = found[:limit]
        return {
            "runs": [_dump_run_listing(past) for past in found],
            "waiting": waiting,
            "next": str(found[-1].location) if more else None,
        }

    @api.get(
        "/runs/{name}",
        responses=describe_responses(
            200, "run", *list_media_types(RunFormat), errors=(404, 503)
        ),
    )
    def run(
        name: RunName,
        format: Annotated[
            RunFormat, Query(description="How it is written.")
        ] = RunFormat.JSON,
        text: Annotated[bool, Query(description="With the document's text.")] = True,
    ) -> Response:
        """A run, in one of the formats there are."""
        with RunStore(site.store) as store:
            data = exports.export_run(
                format, History(store), RunLocation.parse(name), text=text
            )
        return Response(
            data,
            200,
            exports.build_headers(f"run-{name}", format),
            EXPORT_FORMATS[format].media,
        )

    @api.delete(
        "/runs/{name}",
        status_code=204,
        responses=describe_responses(204, "", errors=(404, 503)),
    )
    def delete(name: RunName) -> Response:
        """Delete a run: its result, the model's answers, its checks, and the document's text where no other run has it."""
        with RunStore(site.store) as store:
            History(store).delete(RunLocation.parse(name))
        return Response(status_code=204)

    return api


def load_run(site: ServerConfig, place: RunLocation) -> Run:
    """Load a run from the store.

    Raises:
        NotFoundError: there is none.
    """
    with RunStore(site.store) as store:
        return store.load_run(place)


def _dump_run_listing(past: RunListing) -> dict[str, Any]:
    return {
        "name": str(past.location),
        "source": past.source,
        "title": past.title,
        "headline": past.headline,
        "claims": past.claims,
        "state": past.state,
        "message": past.message,
        "finished": past.finished_at.isoformat(),
        "cost_usd": past.cost_usd,
        "engine": past.engine,
        "model": past.model,
        "checked": past.checked,
    }
