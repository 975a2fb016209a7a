"""What a notebook shows of a run."""

import pytest

from claimcheck import Document, Settings, summarize
from claimcheck.reports.notebook import render_notebook_html
from tests.support.hostile import hostile_run, parse_strictly
from tests.support.paths import SEED


@pytest.fixture(scope="module")
def run():
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt")
    return summarize(document, settings=Settings(engine="extractive"), check=True)


def test_a_notebook_shows_a_table_without_active_content(run):
    tree = parse_strictly(
        f"<!DOCTYPE html><html><head><title>x</title></head><body>{run._repr_html_()}</body></html>"
    )
    assert len(tree.findall(".//tbody/tr")) == len(run.claims)
    hostile = parse_strictly(
        f"<!DOCTYPE html><html><head><title>x</title></head><body>{render_notebook_html(hostile_run())}</body></html>"
    )
    tags = {element.tag for element in hostile.iter() if isinstance(element.tag, str)}
    assert tags <= {
        "html",
        "head",
        "title",
        "body",
        "div",
        "h4",
        "p",
        "strong",
        "small",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
