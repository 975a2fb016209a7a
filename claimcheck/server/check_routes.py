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
from claimcheck.models.outcome import RunLocation
from claimcheck.models.run import Check, Run
from claimcheck.server import exports, requests
from claimcheck.server.config import ServerConfig
from claimcheck.server.exports import EXPORT_FORMATS, CheckFormat
from claimcheck.server.jobs import JobPool, ReportStage
from claimcheck.server.openapi import (
    EVENT_STREAM_MEDIA_TYPE,
    JOB_ERROR_STATUSES,
    JSON_MEDIA_TYPE,
    describe_request_body,
    describe_responses,
    list_media_types,
)
from claimcheck.server.requests import Arguments
from claimcheck.server.responses import CompletedJob, read_arguments, respond_with_job
from claimcheck.server.run_routes import RunName, load_run
from claimcheck.store.history import History
from claimcheck.store.store import RunStore

CheckNumber = Annotated[
    int, Path(ge=1, lt=2**31, description="A check, by its number.")
]


def create_checks_router(site: ServerConfig, jobs: JobPool) -> APIRouter:
    """Create the routes for checks and quotes."""
    api = APIRouter(prefix="/api", tags=["checks and quotes"])

    @api.post(
        "/runs/{name}/claims/{claim}/checks",
        status_code=201,
        openapi_extra=describe_request_body("check_claim"),
        responses=describe_responses(
            201, "check", EVENT_STREAM_MEDIA_TYPE, errors=(404, *JOB_ERROR_STATUSES)
        ),
    )
    async def check_claim(
        request: Request,
        name: RunName,
        claim: Annotated[
            str,
            Path(
                pattern="^c-[0-9a-f]{12}$", description="A claim of the run, by its id."
            ),
        ],
    ) -> Response:
        """Check one claim of a run against evidence that you add. The check is kept with the run."""
        given = await read_arguments(request, "check_claim")
        place = RunLocation.parse(name)
        found = await asyncio.to_thread(load_run, site, place)
        chosen = tuple(item for item in found.claims if item.id == claim)
        if not chosen:
            raise NotFoundError(f"{name}: has no claim {claim}")

        async def work(told: ReportStage) -> int:
            made = await _run_check(site, replace(found, claims=chosen), given, told)
            with RunStore(site.store) as store:
                return History(store).save_check(made, place, claim)

        return await respond_with_job(
            request, jobs, work, lambda number: _describe_completed_check(site, number)
        )

    @api.post(
        "/checks",
        status_code=201,
        openapi_extra=describe_request_body("check_claims"),
        responses=describe_responses(
            201, "check", EVENT_STREAM_MEDIA_TYPE, errors=JOB_ERROR_STATUSES
        ),
    )
    async def check_claims(request: Request) -> Response:
        """Check claims against evidence: for each a verdict, with the passages that say so."""
        given = await read_arguments(request, "check_claims")

        async def work(told: ReportStage) -> int:
            made = await _run_check(site, requests.build_statements(given), given, told)
            with RunStore(site.store) as store:
                return History(store).save_check(made)

        return await respond_with_job(
            request, jobs, work, lambda number: _describe_completed_check(site, number)
        )

    @api.get(
        "/checks/{number}",
        responses=describe_responses(
            200, "check", *list_media_types(CheckFormat), errors=(404, 503)
        ),
    )
    def check(
        number: CheckNumber,
        format: Annotated[
            CheckFormat, Query(description="How it is written.")
        ] = CheckFormat.JSON,
        review_url: Annotated[
            str | None,
            Query(
                description="For claimreview: the page on which the review will stand."
            ),
        ] = None,
        claimed_at: Annotated[
            str | None,
            Query(description="For claimreview: the page that makes the claims."),
        ] = None,
    ) -> Response:
        """A check, in one of the formats there are."""
        with RunStore(site.store) as store:
            kept = History(store).load_check(number)
        data = exports.export_check(
            format,
            kept.check,
            site.settings,
            review_url=review_url,
            claimed_at=claimed_at,
        )
        return Response(
            data,
            200,
            exports.build_headers(f"check-{number}", format),
            EXPORT_FORMATS[format].media,
        )

    @api.post(
        "/quotes",
        openapi_extra=describe_request_body("ground_quotes"),
        responses=describe_responses(200, "quotes", errors=JOB_ERROR_STATUSES),
    )
    async def ground_quotes(request: Request) -> Response:
        """Where quotes stand in a document, character by character, or why they do not."""
        given = await read_arguments(request, "ground_quotes")

        async def work(told: ReportStage) -> bytes:
            found = ground(
                requests.read_document(given, allow_private=site.allow_private),
                given["quotes"],
            )
            return json.dumps(requests.dump_quotes(found), ensure_ascii=False).encode()

        return Response(await jobs.run(work), media_type=JSON_MEDIA_TYPE)

    return api


async def _run_check(
    site: ServerConfig,
    claims: Run | list[Statement],
    given: Arguments,
    told: ReportStage,
) -> Check:
    told("reading the evidence")
    evidence = [
        requests.read_document(item, allow_private=site.allow_private)
        for item in given["evidence"]
    ]
    told("checking")
    return await acheck(claims, evidence, settings=site.settings, progress=told)


def _describe_completed_check(site: ServerConfig, number: int) -> CompletedJob:
    def answer() -> bytes:
        with RunStore(site.store) as store:
            return History(store).load_check(number).check.to_json().encode()

    return CompletedJob(f"/api/checks/{number}", f"/checks/{number}", answer)
