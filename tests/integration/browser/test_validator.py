"""Every page through a validator that is not ours: html-validate, with its rules for the standard and for accessibility.

One rule is off: a form that filters while one types has no button to send it (wcag/h32).
"""

import json
import os
import shutil
import subprocess

import pytest

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports import html
from claimcheck.reports.html import overview
from tests.support.hostile import HOSTILE
from tests.support.paths import ROOT, SEED
from tests.support.web import run_server

VALIDATOR = (
    ROOT / ".browser" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
)
RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {"wcag/h32": "off"},
}
EXTRACTIVE = Settings(engine="extractive")


@pytest.mark.skipif(
    not VALIDATOR.exists() or not shutil.which("node"),
    reason="needs html-validate from npm",
)
def test_html_validate_accepts_every_page(tmp_path):
    text = SEED.read_text(encoding="utf-8")
    hostile = "\n\n".join(
        f"The ferry carried {number} people {item}."
        for number, item in enumerate(HOSTILE, 100)
    )
    run = summarize(
        Document.from_text(text, title="Talks"), settings=EXTRACTIVE, check=True
    )
    entries = [
        overview.BatchDocument("1", "x", "done", "", run),
        overview.BatchDocument("2", "y", "failed", "refused: no", None),
    ]
    pages = {
        "run": html.render(run),
        "hostile": html.render(summarize(hostile, settings=EXTRACTIVE, check=True)),
        "check": html.render(
            check(["The talks ended on Wednesday."], text, settings=EXTRACTIVE)
        ),
        "overview": overview.render("runs.db", "batch 1", entries),
    }
    with run_server(tmp_path / "s.db", token=None) as api:
        claim = api.post("/api/runs", json={"text": text}).json()["claims"][0]["id"]
        api.post(
            f"/api/runs/1-1/claims/{claim}/checks",
            json={"evidence": [{"text": "The talks failed."}]},
        )
        for name, path in (
            ("first", "/"),
            ("served", "/runs/1-1"),
            ("served-check", "/checks/1"),
        ):
            pages[name] = api.get(path).text
        pages["problem"] = api.get("/runs/9-9", headers={"accept": "text/html"}).text
    with run_server(tmp_path / "t.db", token="a-long-and-random-token") as api:
        pages["login"] = api.get("/", headers={"accept": "text/html"}).text
    for name, page in pages.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(RULES))
    done = subprocess.run(
        ["node", VALIDATOR, "--formatter=text", *(f"{name}.html" for name in pages)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
