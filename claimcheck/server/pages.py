"""Serves the pages that people see in a browser.

A report is the one that `--format html` writes, plus exports, checks, and a button to
delete it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from claimcheck.api.stores import History, open_history
from claimcheck.models.outcome import RunListing, RunLocation, SavedCheck
from claimcheck.models.verdict import Label
from claimcheck.reports import html
from claimcheck.reports.formats import CheckDownload, RunDownload
from claimcheck.reports.html.assets import (
    build_content_security_policy,
    format_badge,
    format_css_class,
    load_template,
    read_asset,
)
from claimcheck.reports.html.build_cards import build_finding
from claimcheck.reports.html.page import LaterCheck, ServerControls
from claimcheck.reports.html.texts import EvidenceAnchors
from claimcheck.reports.wording import UNNAMED_SOURCES, describe_source, get_first_words
from claimcheck.server.config import ServerConfig
from claimcheck.server.exports import (
    EXPORT_FORMATS,
    build_file_name,
)
from claimcheck.server.responses import Config
from claimcheck.server.routes import (
    MAX_QUERY_LENGTH,
    RUN_NAME_PATTERN,
    CheckNumber,
    RunName,
)
from claimcheck.settings import SearchSettings, Settings

_FOLDER = Path(__file__).parent
_RUNS_PER_PAGE = 50

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_home(
    config: Config,
    before: Annotated[str | None, Query(pattern=RUN_NAME_PATTERN)] = None,
    words: Annotated[str, Query(max_length=MAX_QUERY_LENGTH)] = "",
) -> HTMLResponse:
    """Show the first page, older runs, or runs that contain all words."""
    last = RunLocation.parse(before) if before else None
    with open_history(config.store_path) as history:
        return HTMLResponse(render_home(config, history, last, words))


@router.get("/runs/{name}")
def show_run(config: Config, name: RunName) -> HTMLResponse:
    """Show the report of a run."""
    with open_history(config.store_path) as history:
        location = RunLocation.parse(name)
        return HTMLResponse(render_run(history, location, config.search))


@router.get("/checks/{number}")
def show_check(config: Config, number: CheckNumber) -> HTMLResponse:
    """Show the report of a check."""
    with open_history(config.store_path) as history:
        return HTMLResponse(render_check(config.settings, history.load_check(number)))


def render_home(
    config: ServerConfig, history: History, before: RunLocation | None, words: str = ""
) -> str:
    """Render the first page: a form for a new document, and the list of runs.

    With `before`, the list continues after that run. With `words`, it has only runs
    that contain all of them.
    """
    # Get one run more than the page shows, to learn whether there are older ones.
    runs = history.list_runs(_RUNS_PER_PAGE + 1, before, words)
    page = runs[:_RUNS_PER_PAGE]
    has_more = len(runs) > _RUNS_PER_PAGE
    return _render_template(
        "home.html.j2",
        [read_asset("client.js", _FOLDER), read_asset("home.js", _FOLDER)],
        engine=_describe_engine(config.settings),
        max_request_mb=config.max_request_bytes >> 20,
        max_request_bytes=config.max_request_bytes,
        runs=[_build_run_row(run) for run in page],
        older=str(page[-1].location) if has_more else None,
        first=before is None,
        words=words,
        waiting=history.count_pending(),
    )


def render_run(
    history: History, location: RunLocation, search: SearchSettings | None = None
) -> str:
    """Render the report of a run; `search` is what its checks may use.

    Raises:
        NotFoundError: the run does not exist.
    """
    run = history.store.load_run(location)
    # The checks of each claim, by its id.
    later: dict[str, list[LaterCheck]] = defaultdict(list)
    for saved in history.load_checks(location):
        later[saved.subject or ""].append(_build_later_check(saved))

    url = f"/api/runs/{location}"
    formats: list[str] = list(get_args(RunDownload))
    if find_spec("pyarrow") is None:  # an optional dependency
        formats.remove("parquet")
    scripts = [read_asset("client.js", _FOLDER), read_asset("run.js", _FOLDER)]
    controls = ServerControls(
        exports=_list_exports(url, f"run-{location}", formats),
        review_url=None,
        delete_url=url,
        checks_url=f"{url}/claims/" if run.document.text is not None else None,
        searches=search.providers if search else (),
        later=later,
        style=read_asset("web.css", _FOLDER),
        script="".join(scripts),
    )
    return html.render(run, controls)


def render_check(settings: Settings, saved: SavedCheck) -> str:
    """Render a check, with a ClaimReview form if a publisher is set."""
    url = f"/api/checks/{saved.number}"
    has_publisher = settings.publisher_name and settings.publisher_url
    # ClaimReview needs the address of a page, so it has a form instead of a link.
    formats = [item for item in get_args(CheckDownload) if item != "claimreview"]
    controls = ServerControls(
        exports=_list_exports(url, f"check-{saved.number}", formats),
        review_url=url if has_publisher else None,
        delete_url=None,
        checks_url=None,
        later={},
        style=read_asset("web.css", _FOLDER),
        script="",
    )
    return html.render(saved.check, controls)


def render_login(*, is_retry: bool = False) -> str:
    """Render the page that asks for the token, the first time or again."""
    return _render_template("login.html.j2", [], is_retry=is_retry)


def render_problem(status: int, message: str) -> str:
    """Render an error page."""
    return _render_template("problem.html.j2", [], status=status, message=message)


def _render_template(name: str, scripts: Sequence[str], **fields: Any) -> str:
    style = read_asset("report.css") + read_asset("web.css", _FOLDER)
    policy = build_content_security_policy([style], scripts, allow_requests=True)
    template = load_template(name, _FOLDER)
    return template.render(**fields, style=style, scripts=scripts, policy=policy)


def _describe_engine(settings: Settings) -> str:
    if settings.chosen_engine() != "llm":
        return "Engine: extractive (no model; nothing leaves this machine)."
    return f"Engine: {settings.model or 'the model'} at {settings.endpoint()}."


def _list_exports(
    url: str, stem: str, formats: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    exports = []
    for format in formats:
        title = EXPORT_FORMATS[format].title
        file_name = build_file_name(stem, format)
        exports.append((title, f"{url}?format={format}", file_name))
    return tuple(exports)


def _build_run_row(run: RunListing) -> dict[str, Any]:
    engine = run.model or run.engine
    return {
        # A failed run has no report to link to.
        "url": f"/runs/{run.location}" if run.claims is not None else None,
        "title": run.headline or run.title or get_first_words(run.opening),
        "source": UNNAMED_SOURCES.get(run.source, run.source),
        "state": run.state,
        "message": run.message or "",
        "claims": run.claims,
        "finished": run.finished_at.strftime("%Y-%m-%d %H:%M UTC"),
        "engine": f"{engine}, checked" if run.checked else engine,
    }


def _build_later_check(saved: SavedCheck) -> LaterCheck:
    label, name, finding = Label.NOT_ENOUGH_EVIDENCE, "No verdict", None
    if saved.check.verdicts:
        verdict = saved.check.verdicts[0]
        label, name = verdict.label, format_badge(verdict.label)
        # The evidence is on the page of the check, not on that of the run.
        anchors = EvidenceAnchors(saved.check.documents, on_page=False)
        finding = build_finding(verdict.finding, anchors)
    description = f"checked {saved.saved_at:%Y-%m-%d %H:%M} UTC"
    # Several documents may come from one source; a dict keeps the order.
    sources = dict.fromkeys(map(describe_source, saved.check.documents))
    if sources:
        description += f" against {', '.join(sources)}"
    return LaterCheck(
        label=format_css_class(label),
        name=name,
        url=f"/checks/{saved.number}",
        description=description,
        finding=finding,
    )
