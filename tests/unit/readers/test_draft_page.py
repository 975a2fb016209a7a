"""The paragraphs of a draft, and where their links are."""

import pytest

from claimcheck.readers.draft_page import list_blocks, render_markdown


def list_links(page):
    return [
        (block.text[link.start : link.end], link.target)
        for block in list_blocks(page)
        for link in block.links
    ]


def test_a_link_is_a_range_of_its_paragraph():
    page = render_markdown("The  *ferry*\n[sank in\n2019](a.txt) at [sea](b.txt).")
    assert list_links(page) == [("sank in\n2019", "a.txt"), ("sea", "b.txt")]


def test_a_link_around_a_picture_or_to_a_mailbox_cites_nothing():
    page = '<a href="a.txt"><img src="x"></a> <a href="mailto:a@b.example">us</a> now'
    assert list_links(page) == []


def test_a_link_may_hold_several_paragraphs():
    assert list_links('<a href="a.txt"><p>One.</p><p>Two.</p></a>')


def test_code_is_not_read():
    (block,) = list_blocks("<p>It sank.</p><pre>x = y[3]</pre>")
    assert block.text == "It sank."


def test_lines_of_a_paragraph_keep_their_links():
    (block,) = list_blocks('<p id="n">[1] Ann<br>[2] <a href="b.txt">Bo</a></p>')
    first, second = block.split_lines()
    assert (first.text, first.names, first.links) == ("[1] Ann", ["n"], [])
    (link,) = second.links
    assert second.text[link.start : link.end] == "Bo"


def test_an_ordered_list_may_start_anywhere():
    page = '<ol start="4"><li>Ann</li><li>Bo</li></ol><ul><li>Cy</li></ul>'
    assert [block.number for block in list_blocks(page)] == [4, 5, None]


@pytest.mark.parametrize(
    ("target", "is_source"),
    [
        ("/wiki/Kenya", False),
        ("./Kenya#History", False),
        ("/w/index?title=Kenya.txt", False),
        ("/", False),
        ("/logs/2019.txt", True),
        ("logs/2019.txt", True),
        ("//example.org/wiki", True),
        ("https://example.org/wiki", True),
    ],
)
def test_another_page_of_the_site_is_no_source(target, is_source):
    (block,) = list_blocks(f'<p>It <a href="{target}">sank</a>.</p>')
    assert bool(block.links) is is_source
