"""The pages: what people see. The report is the same as `--format html` writes, with exports and checks besides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from claimcheck.models.outcome import RunListing, RunLocation, SavedCheck
from claimcheck.models.verdict import Label
from claimcheck.reports import html
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    load_template,
    read_asset,
)
from claimcheck.reports.html.cards import LABEL_NAMES
from claimcheck.reports.html.page import LaterCheck, ServerControls
from claimcheck.server.config import ServerConfig
from claimcheck.server.exports import EXPORT_FORMATS, CheckFormat, RunFormat
from claimcheck.store.history import History

_FOLDER = Path(__file__).parent
_RUNS_PER_PAGE = 50


def render_home(
    site: ServerConfig, history: History, before: RunLocation | None
) -> str:
    """Render the first page: a form for a new document, and the list of runs."""
    found = history.list_runs(_RUNS_PER_PAGE + 1, before)
    settings = site.settings
    engine = settings.chosen_engine()
    told = (
        f"Engine: {settings.model or 'the model'} at {settings.endpoint()}."
        if engine == "llm"
        else "Engine: extractive (no model, nothing leaves this machine)."
    )
    scripts = [read_asset("asking.js", _FOLDER), read_asset("home.js", _FOLDER)]
    return _render_template(
        "home.html.j2",
        scripts,
        engine=told,
        most_mb=site.most_bytes >> 20,
        most_bytes=site.most_bytes,
        runs=[_build_run_row(past) for past in found[:_RUNS_PER_PAGE]],
        older=str(found[_RUNS_PER_PAGE - 1].location)
        if len(found) > _RUNS_PER_PAGE
        else None,
        first=before is None,
        waiting=history.count_pending(),
    )


def render_run(history: History, place: RunLocation) -> str:
    """Render the report of a run.

    Raises:
        NotFoundError: there is no such run.
    """
    found = history.store.load_run(place)
    later: dict[str, list[LaterCheck]] = defaultdict(list)
    for kept in history.load_checks(place):
        later[kept.subject or ""].append(_build_later_check(kept))
    formats = [
        item
        for item in RunFormat
        if item is not RunFormat.PARQUET or find_spec("pyarrow")
    ]
    served = ServerControls(
        exports=_list_exports(f"/api/runs/{place}", f"run-{place}", formats),
        review_url=None,
        delete_url=f"/api/runs/{place}",
        checks_url=f"/api/runs/{place}/claims/"
        if found.document.text is not None
        else None,
        later=later,
        style=read_asset("web.css", _FOLDER),
        script="".join(
            read_asset(name, _FOLDER)
            for name in ("asking.js", "recheck.js", "delete.js")
        ),
    )
    return html.render(found, served)


def render_check(site: ServerConfig, kept: SavedCheck) -> str:
    """Render the report of a check, with ClaimReview if its publisher is known."""
    url = f"/api/checks/{kept.number}"
    formats = [
        format for format in CheckFormat if format is not CheckFormat.CLAIMREVIEW
    ]  # which asks for more
    served = ServerControls(
        exports=_list_exports(url, f"check-{kept.number}", formats),
        review_url=url
        if site.settings.publisher_name and site.settings.publisher_url
        else None,
        delete_url=None,
        checks_url=None,
        later={},
        style=read_asset("web.css", _FOLDER),
        script="",
    )
    return html.render(kept.check, served)


def render_login(*, wrong: bool = False) -> str:
    """Render the page that asks for the token."""
    return _render_template("login.html.j2", [], wrong=wrong)


def render_problem(status: int, message: str) -> str:
    """Render an error page."""
    return _render_template("problem.html.j2", [], status=status, message=message)


def _render_template(name: str, scripts: Sequence[str], **fields: Any) -> str:
    style = read_asset("report.css") + read_asset("web.css", _FOLDER)
    return load_template(name, _FOLDER).render(
        **fields,
        style=style,
        scripts=scripts,
        policy=build_content_security_policy([style], scripts, asks=True),
    )


def _list_exports(
    url: str, file: str, formats: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            EXPORT_FORMATS[format].title,
            f"{url}?format={format}",
            f"{file}.{EXPORT_FORMATS[format].ending}",
        )
        for format in formats
    )


def _build_run_row(past: RunListing) -> dict[str, Any]:
    made_by = past.model or past.engine
    return {
        "url": f"/runs/{past.location}" if past.claims is not None else None,
        "title": past.headline or past.title or past.source,
        "source": past.source,
        "state": past.state,
        "message": past.message or "",
        "claims": past.claims,
        "finished": past.finished_at.strftime("%Y-%m-%d %H:%M UTC"),
        "made_by": f"{made_by}, checked" if past.checked else made_by,
    }


def _build_later_check(kept: SavedCheck) -> LaterCheck:
    sources = ", ".join(
        dict.fromkeys(document.source for document in kept.check.documents)
    )
    verdict = kept.check.verdicts[0] if kept.check.verdicts else None
    return LaterCheck(
        label=str(verdict.label if verdict else Label.NOT_ENOUGH_EVIDENCE).replace(
            "_", "-"
        ),
        name=LABEL_NAMES[verdict.label] if verdict else "No verdict",
        url=f"/checks/{kept.number}",
        told=f"checked {kept.saved_at:%Y-%m-%d %H:%M} UTC"
        + (f" against {sources}" if sources else ""),
    )
