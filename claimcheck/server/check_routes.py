"""The operations on checks and quotes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from claimcheck.api.check import acheck
from claimcheck.api.ground import ground
from claimcheck.errors import NotFoundError
from claimcheck.models.claim import Statement
from claimcheck.models.run import Check, Run
from claimcheck.server import exports, requests
from claimcheck.server.config import Site
from claimcheck.server.exports import KINDS, CheckFormat
from claimcheck.server.jobs import Jobs, Told
from claimcheck.server.openapi import EVENTS, JSON, WORK, body, media_of, responses
from claimcheck.server.requests import Arguments
from claimcheck.server.responses import Done, answered, arguments
from claimcheck.server.run_routes import RunName, run_at
from claimcheck.store.history import History, Place
from claimcheck.store.store import RunStore

CheckNumber = Annotated[int, Path(ge=1, lt=2**31, description="A check, by its number.")]


def router(site: Site, jobs: Jobs) -> APIRouter:
    """The operations on checks and quotes, for a site."""
    api = APIRouter(prefix="/api", tags=["checks and quotes"])

    @api.post(
        "/runs/{name}/claims/{claim}/checks",
        status_code=201,
        openapi_extra=body("check_claim"),
        responses=responses(201, "check", EVENTS, errors=(404, *WORK)),
    )
    async def check_claim(
        request: Request,
        name: RunName,
        claim: Annotated[str, Path(pattern="^c-[0-9a-f]{12}$", description="A claim of the run, by its id.")],
    ) -> Response:
        """Check one claim of a run against evidence that you add. The check is kept with the run."""
        given = await arguments(request, "check_claim")
        place = Place.named(name)
        found = await asyncio.to_thread(run_at, site, place)
        chosen = tuple(item for item in found.claims if item.id == claim)
        if not chosen:
            raise NotFoundError(f"{name}: has no claim {claim}")

        async def work(told: Told) -> int:
            made = await _checked(site, replace(found, claims=chosen), given, told)
            with RunStore(site.store) as store:
                return History(store).keep_check(made, place, claim)

        return await answered(request, jobs, work, lambda number: _kept(site, number))

    @api.post(
        "/checks",
        status_code=201,
        openapi_extra=body("check_claims"),
        responses=responses(201, "check", EVENTS, errors=WORK),
    )
    async def check_claims(request: Request) -> Response:
        """Check claims against evidence: for each a verdict, with the passages that say so."""
        given = await arguments(request, "check_claims")

        async def work(told: Told) -> int:
            made = await _checked(site, requests.statements(given), given, told)
            with RunStore(site.store) as store:
                return History(store).keep_check(made)

        return await answered(request, jobs, work, lambda number: _kept(site, number))

    @api.get("/checks/{number}", responses=responses(200, "check", *media_of(CheckFormat), errors=(404, 503)))
    def check(
        number: CheckNumber,
        format: Annotated[CheckFormat, Query(description="How it is written.")] = CheckFormat.JSON,
        review_url: Annotated[
            str | None, Query(description="For claimreview: the page on which the review will stand.")
        ] = None,
        claimed_at: Annotated[
            str | None, Query(description="For claimreview: the page that makes the claims.")
        ] = None,
    ) -> Response:
        """A check, in one of the formats there are."""
        with RunStore(site.store) as store:
            kept = History(store).check(number)
        data = exports.check_as(
            format, kept.check, site.settings, review_url=review_url, claimed_at=claimed_at
        )
        return Response(data, 200, exports.headers(f"check-{number}", format), KINDS[format].media)

    @api.post(
        "/quotes",
        openapi_extra=body("ground_quotes"),
        responses=responses(200, "quotes", errors=WORK),
    )
    async def ground_quotes(request: Request) -> Response:
        """Where quotes stand in a document, character by character, or why they do not."""
        given = await arguments(request, "ground_quotes")

        async def work(told: Told) -> bytes:
            found = ground(requests.document(given, allow_private=site.allow_private), given["quotes"])
            return json.dumps(requests.quotes_answer(found), ensure_ascii=False).encode()

        return Response(await jobs.run(work), media_type=JSON)

    return api


async def _checked(site: Site, claims: Run | list[Statement], given: Arguments, told: Told) -> Check:
    told("reading the evidence")
    evidence = [requests.document(item, allow_private=site.allow_private) for item in given["evidence"]]
    told("checking")
    return await acheck(claims, evidence, settings=site.settings, progress=told)


def _kept(site: Site, number: int) -> Done:
    def answer() -> bytes:
        with RunStore(site.store) as store:
            return History(store).check(number).check.to_json().encode()

    return Done(f"/api/checks/{number}", f"/checks/{number}", answer)
