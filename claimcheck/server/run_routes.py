"""The operations on runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from claimcheck.api.summarize import akeep
from claimcheck.models.run import Run
from claimcheck.server import exports, requests
from claimcheck.server.config import Site
from claimcheck.server.exports import KINDS, RunFormat
from claimcheck.server.jobs import Jobs, Told
from claimcheck.server.openapi import EVENTS, WORK, body, media_of, responses
from claimcheck.server.responses import Done, answered, arguments
from claimcheck.store.history import History, Past, Place
from claimcheck.store.store import RunStore

NAME = "^[1-9][0-9]{0,8}-[1-9][0-9]{0,8}$"
RunName = Annotated[str, Path(pattern=NAME, description="A run, by its name: `2-17`.")]


def router(site: Site, jobs: Jobs) -> APIRouter:
    """The operations on runs, for a site."""
    api = APIRouter(prefix="/api", tags=["runs"])

    @api.post(
        "/runs",
        status_code=201,
        openapi_extra=body("summarize"),
        responses=responses(201, "run", EVENTS, errors=WORK),
    )
    async def summarize(request: Request) -> Response:
        """Summarize a document and list its checkable claims.

        The document is a text, a file or a public address. With `Accept: text/event-stream` the stages are told as they
        happen (`stage`), and then where the run is (`done`), or why there is none (`error`). Closing the connection
        cancels the work; what was paid for is kept, and the same request again goes on from there.
        """
        given = await arguments(request, "summarize")

        async def work(told: Told) -> Place:
            told("reading the document")
            document = requests.document(given, allow_private=site.allow_private)
            settings = requests.narrowed(given, site.settings)
            with RunStore(site.store) as store:
                return await akeep(
                    document, store, settings=settings, check=given.get("check", False), progress=told
                )

        def done(place: Place) -> Done:
            return Done(
                f"/api/runs/{place}", f"/runs/{place}", lambda: run_at(site, place).to_json().encode()
            )

        return await answered(request, jobs, work, done)

    @api.get("/runs", responses=responses(200, "runs", errors=(503,)))
    def runs(
        limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
        before: Annotated[
            str | None,
            Query(pattern=NAME, description="Only runs finished before this one."),
        ] = None,
    ) -> dict[str, Any]:
        """The runs there are, the newest first. `waiting`: documents whose run was not finished."""
        with RunStore(site.store) as store:
            history = History(store)
            found = history.recent(limit + 1, Place.named(before) if before else None)
            waiting = history.waiting()
        more = len(found) > limit
        found = found[:limit]
        return {
            "runs": [_past(past) for past in found],
            "waiting": waiting,
            "next": str(found[-1].place) if more else None,
        }

    @api.get("/runs/{name}", responses=responses(200, "run", *media_of(RunFormat), errors=(404, 503)))
    def run(
        name: RunName,
        format: Annotated[RunFormat, Query(description="How it is written.")] = RunFormat.JSON,
        text: Annotated[bool, Query(description="With the document's text.")] = True,
    ) -> Response:
        """A run, in one of the formats there are."""
        with RunStore(site.store) as store:
            data = exports.run_as(format, History(store), Place.named(name), text=text)
        return Response(data, 200, exports.headers(f"run-{name}", format), KINDS[format].media)

    @api.delete("/runs/{name}", status_code=204, responses=responses(204, "", errors=(404, 503)))
    def delete(name: RunName) -> Response:
        """Delete a run: its result, the model's answers, its checks, and the document's text where no other run has it."""
        with RunStore(site.store) as store:
            History(store).delete(Place.named(name))
        return Response(status_code=204)

    return api


def run_at(site: Site, place: Place) -> Run:
    """The run at a place.

    Raises:
        NotFoundError: there is none.
    """
    with RunStore(site.store) as store:
        return History(store).run(place)


def _past(past: Past) -> dict[str, Any]:
    return {
        "name": str(past.place),
        "source": past.source,
        "title": past.title,
        "headline": past.headline,
        "claims": past.claims,
        "state": past.state,
        "message": past.message,
        "finished": past.finished.isoformat(),
        "cost_usd": past.cost_usd,
        "engine": past.engine,
        "model": past.model,
        "checked": past.checked,
    }
