"""The text of a page, in blocks: what is seen, in order, and nothing else."""

import pytest
from lxml import html

from claimcheck.readers.page_blocks import (
    LAST_MARK,
    find_marks,
    list_blocks,
    mark_blocks,
)
from claimcheck.readers.page_cleaning import NOTE, clean_page


def parse(body):
    tree = html.document_fromstring(f"<html><body>{body}</body></html>")
    clean_page(tree)
    return tree


def list_texts(body):
    return [block.text for block in list_blocks(parse(body))]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("<p>One\n  two</p>three<div>four<p>five</div>", "One two|three|four|five"),
        ("One <b>two</b>, <a href=/>three</a>.", "One two, three."),
        ("One.<br>Two.<br><br>Three", "One.|Two.|Three"),
        ("sold to<br>a group<br>in Oslo.<br>It", "sold to\na group\nin Oslo.|It"),
        ("12 Mill Lane<br>Oakford", "12 Mill Lane|Oakford"),
        ("<pre>a\n  b\n</pre>c  d", "a\n  b|c d"),
        ("<ul><li>one<li><p>two</p></ul>", "- one|two"),
        ("<dl><dt>one<dd>two</dl>", "one|two"),
        ("<details><summary>one</summary>two</details>", "one|two"),
        ("<p hidden>one</p><p style='color:red;display : none'>two</p>three", "three"),
        ("a<span style='display:none'>b</span>c", "ac"),
        ("<svg><text>one</text></svg><button>two</button>three", "three"),
        ("<embed src=a>one", "one"),
        ("one<sup>2</sup>, m<sup>[3]</sup>, n<sup>th</sup>", "one², m³, nth"),
        ("one<sup><a href='#n'>[1]</a></sup>", "one¹"),
        ("one <a href='#top'>↑</a>", "one"),
        ("<math><mi>T</mi><mo>=</mo><mn>2</mn></math>", "T=2"),
        ("<!-- one -->two<?three?>", "two"),
    ],
)
def test_lists_what_is_seen_in_blocks(body, texts):
    assert list_texts(body) == texts.split("|")


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (
            "<table><caption>Rents</caption><tr><th>Town<th>2023<tr><td>Elm<td>8.10"
            "</table>",
            ["Rents", "| Town | 2023 |", "| Elm | 8.10 |"],
        ),
        ("<tr><td><td>2022<td>2023</tr>", ["|  | 2022 | 2023 |"]),
        ("<tr><td>Elm<td></tr>", ["Elm"]),
        ("<tr><td>Elm<td><p>8.10</p><td>9</tr>", ["| Elm | 8.10 | 9 |"]),
        ("<tr><td>Home<td><h1>News</h1>It rains.</tr>", ["Home", "News", "It rains."]),
    ],
)
def test_rows_of_data_are_blocks_and_cells_of_layout_are_not(body, texts):
    table = body if "<table>" in body else f"<table>{body}</table>"
    assert list_texts(table) == texts


def test_the_notes_that_numbers_link_to_are_known():
    body = (
        "<p>It burned.<sup><a href='#n1'>1</a></sup></p><ol><li id=n1>Archive.</li>"
        "<li id=n2>Other.</li></ol>"
    )
    notes = [block.text for block in list_blocks(parse(body)) if NOTE in block.places]
    assert notes == ["- Archive."]


def test_marks_tell_blocks_apart_and_keep_their_length():
    tree = parse("<p>One</p>  two <p>\U00020000three</p>")
    blocks = list_blocks(tree)
    length = len(tree.text_content())
    mark_blocks(tree, blocks)
    assert [block.text for block in blocks] == ["One", "two", "\U00020000three"]
    assert find_marks(tree.text_content()) == {0, 1, 2}
    assert len(tree.text_content()) == length


def test_blocks_after_the_last_mark_share_it():
    tree = parse("<p>a" * (LAST_MARK + 3))
    mark_blocks(tree, list_blocks(tree))
    assert max(find_marks(tree.text_content())) == LAST_MARK
