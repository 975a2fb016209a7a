"""Markdown as another program reads it: markdown-it, a CommonMark parser with GitHub's tables."""

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from claimcheck import Settings, check, summarize
from claimcheck.reports import markdown
from tests.support.hostile import HOSTILE
from tests.support.paths import SEED, STATED

EXTRACTIVE = Settings(engine="extractive")
MARKS = [
    "[a](http://evil.example)",
    "![a](http://evil.example/x.png)",
    "<http://evil.example>",
    "# Head",
    "| a | b |",
    "```x",
    "**bold**",
    "---",
]


def tokens(text):
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def rows(parsed):
    return sum(token.type == "tr_open" for token in parsed)


@pytest.mark.parametrize("checked", [False, True])
def test_a_run_is_headings_lists_and_a_table_with_one_row_per_claim(checked):
    run = summarize(
        SEED.read_text(encoding="utf-8"), settings=EXTRACTIVE, check=checked
    )
    parsed = list(tokens(markdown.render_run(run)))
    tables = sum(token.type == "table_open" for token in parsed)
    assert tables == 1  # with a second one of what is not supported, where there is any
    assert rows(parsed) >= len(run.claims) + 1
    assert parsed[1].content == run.summary.headline


def test_a_check_is_a_table_with_one_row_per_claim():
    checked = check(
        [
            STATED,
            "Cats sleep.",
        ],
        SEED.read_text(encoding="utf-8"),
        settings=EXTRACTIVE,
    )
    parsed = list(tokens(markdown.render_check(checked)))
    assert (sum(token.type == "table_open" for token in parsed), rows(parsed)) == (1, 3)


@pytest.mark.parametrize(
    "start",
    ["- a", "+ a", "* a", "1. a", "12) a", "---", "===", "    a", "\ta", "# a", "> a"],
)
def test_text_at_the_start_of_a_line_never_becomes_a_block(start):
    run = summarize(SEED.read_text(encoding="utf-8"), settings=EXTRACTIVE)
    item = replace(run.summary.sentences[0], text=start)
    summary = replace(
        run.summary, sentences=(item,), key_points=(item,), open_questions=(start,)
    )
    run = replace(run, summary=summary, document=replace(run.document, source=start))
    parsed = list(tokens(markdown.render_run(run)))
    kinds = [token.type for token in parsed]
    assert "code_block" not in kinds
    assert "hr" not in kinds
    assert "ordered_list_open" not in kinds
    assert "blockquote_open" not in kinds
    lists = [token for token in parsed if token.type == "bullet_list_open"]
    assert all(token.level == 0 for token in lists)
    assert sum(start.strip() in token.content for token in parsed) >= 4


def test_document_text_never_becomes_markup():
    bad = "\n\n".join(
        f"The ferry carried {number} people {mark}."
        for number, mark in enumerate([*HOSTILE, *MARKS], 100)
    )
    run = summarize(bad, settings=EXTRACTIVE, check=True)
    plain = summarize(SEED.read_text(encoding="utf-8"), settings=EXTRACTIVE, check=True)
    checked = check(
        [f"The ferry carried 900 people {mark}." for mark in MARKS],
        bad,
        settings=EXTRACTIVE,
    )
    kinds = {token.type for token in tokens(markdown.render_run(plain))}
    for text in (markdown.render_run(run), markdown.render_check(checked)):
        found_kinds = {
            token.type for token in tokens(text) if token.content != "<br>"
        }  # ours, in cells of a table
        assert not found_kinds & {
            "html_block",
            "html_inline",
            "link_open",
            "image",
            "fence",
            "code_block",
            "hr",
        }
        assert found_kinds <= kinds | {
            "strong_open",
            "strong_close",
            "softbreak",
            "text_special",
        }
