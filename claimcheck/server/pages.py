"""The pages: what people see. The report is the same as `--format html` writes, with exports and checks besides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from claimcheck.models.verdict import Label
from claimcheck.reports import html
from claimcheck.reports.html.assets import asset, policy, template
from claimcheck.reports.html.cards import NAMES
from claimcheck.reports.html.page import Later, Served
from claimcheck.server.config import Site
from claimcheck.server.exports import KINDS, CheckFormat, RunFormat
from claimcheck.store.history import History, Kept, Past, Place

_HERE = Path(__file__).parent
_SHOWN = 50


def home(site: Site, history: History, before: Place | None) -> str:
    """The first page: give a text, and the runs there are."""
    found = history.recent(_SHOWN + 1, before)
    settings = site.settings
    engine = settings.chosen_engine()
    told = (
        f"Engine: {settings.model or 'the model'} at {settings.endpoint()}."
        if engine == "llm"
        else "Engine: extractive (no model, nothing leaves this machine)."
    )
    scripts = [asset("asking.js", _HERE), asset("home.js", _HERE)]
    return _page(
        "home.html.j2",
        scripts,
        engine=told,
        most_mb=site.most_bytes >> 20,
        most_bytes=site.most_bytes,
        runs=[_row(past) for past in found[:_SHOWN]],
        older=str(found[_SHOWN - 1].place) if len(found) > _SHOWN else None,
        first=before is None,
        waiting=history.waiting(),
    )


def run(history: History, place: Place) -> str:
    """The report of a run.

    Raises:
        NotFoundError: there is no such run.
    """
    found = history.run(place)
    later: dict[str, list[Later]] = defaultdict(list)
    for kept in history.checks(place):
        later[kept.subject or ""].append(_later(kept))
    formats = [item for item in RunFormat if item is not RunFormat.PARQUET or find_spec("pyarrow")]
    served = Served(
        exports=_exports(f"/api/runs/{place}", f"run-{place}", formats),
        review_url=None,
        delete_url=f"/api/runs/{place}",
        checks_url=f"/api/runs/{place}/claims/" if found.document.text is not None else None,
        later=later,
        style=asset("web.css", _HERE),
        script="".join(asset(name, _HERE) for name in ("asking.js", "recheck.js", "delete.js")),
    )
    return html.render(found, served)


def check(site: Site, kept: Kept) -> str:
    """The report of a check; with ClaimReview where it is known who publishes it."""
    url = f"/api/checks/{kept.number}"
    formats = [
        format for format in CheckFormat if format is not CheckFormat.CLAIMREVIEW
    ]  # which asks for more
    served = Served(
        exports=_exports(url, f"check-{kept.number}", formats),
        review_url=url if site.settings.publisher_name and site.settings.publisher_url else None,
        delete_url=None,
        checks_url=None,
        later={},
        style=asset("web.css", _HERE),
        script="",
    )
    return html.render(kept.check, served)


def login(*, wrong: bool = False) -> str:
    """The page that asks for the token."""
    return _page("login.html.j2", [], wrong=wrong)


def problem(status: int, message: str) -> str:
    """The page that says what went wrong."""
    return _page("problem.html.j2", [], status=status, message=message)


def _page(name: str, scripts: Sequence[str], **fields: Any) -> str:
    style = asset("report.css") + asset("web.css", _HERE)
    return template(name, _HERE).render(
        **fields, style=style, scripts=scripts, policy=policy([style], scripts, asks=True)
    )


def _exports(url: str, file: str, formats: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (KINDS[format].title, f"{url}?format={format}", f"{file}.{KINDS[format].ending}")
        for format in formats
    )


def _row(past: Past) -> dict[str, Any]:
    made_by = past.model or past.engine
    return {
        "url": f"/runs/{past.place}" if past.claims is not None else None,
        "title": past.headline or past.title or past.source,
        "source": past.source,
        "state": past.state,
        "message": past.message or "",
        "claims": past.claims,
        "finished": past.finished.strftime("%Y-%m-%d %H:%M UTC"),
        "made_by": f"{made_by}, checked" if past.checked else made_by,
    }


def _later(kept: Kept) -> Later:
    sources = ", ".join(dict.fromkeys(document.source for document in kept.check.documents))
    verdict = kept.check.verdicts[0] if kept.check.verdicts else None
    return Later(
        label=str(verdict.label if verdict else Label.NOT_ENOUGH_EVIDENCE).replace("_", "-"),
        name=NAMES[verdict.label] if verdict else "No verdict",
        url=f"/checks/{kept.number}",
        told=f"checked {kept.made:%Y-%m-%d %H:%M} UTC" + (f" against {sources}" if sources else ""),
    )
