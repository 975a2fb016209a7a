"""What is set aside: URLs, their labels, page numbers, running heads."""

import pytest

from claimcheck.text.noise import find_noise
from claimcheck.text.reading import Reading


def test_slides_keep_their_lines_and_lose_their_heads():
    text = "\f".join(
        f"Acme plc\n\nWe sold {number}00 yards.\n" for number in range(1, 9)
    )
    reading = Reading(text).text
    assert "We sold 800 yards." in reading
    assert "Acme plc" not in reading


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("See https://a.example/x?y=1, then go.", "https://a.example/x?y=1"),
        ("It was (https://a.example/b) closed.", "(https://a.example/b)"),
        ("It was <https://a.example/b> closed.", "<https://a.example/b>"),
        (
            "https://a.example/2019/role-of-maduro-\na64881\n\nEnd.",
            "https://a.example/2019/role-of-maduro-\na64881",
        ),
        ("Read www.example.org.", "www.example.org"),
        ("See https://a.example/role-\nThe minister left.", "https://a.example/role-"),
    ],
)
def test_sets_a_whole_url_aside_and_nothing_else(source, url):
    (noise,) = find_noise(source)
    assert source[noise.start : noise.end] == url


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_sets_a_label_aside_only_with_the_url_it_introduces(line_break):
    text = "He came.\nOriginal url: \n\nhttps://a.example/b\n\nMinister:\nHe left.".replace(
        "\n", line_break
    )
    assert [
        (noise.reason, text[noise.start : noise.end]) for noise in find_noise(text)
    ] == [
        ("label of a URL", "Original url:"),
        ("bare URL", "https://a.example/b"),
    ]
    assert [
        noise.reason for noise in find_noise("Original url: https://a.example/b")
    ] == ["bare URL"]


ALONE = "The ferry was sold.\n\n{}\n\nNobody was told.\n"
INSIDE = "The ferry was sold to a group of people from Oslo that had\n{}\nand nobody else was told about it at the time.\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("By Anna Brandt", "byline"),
        ("By Anna Brandt and Bo Lind", "byline"),
        ("Advertisement", "page furniture"),
        ("FOR IMMEDIATE RELEASE", "page furniture"),
        ("Press release:", "page furniture"),
        ("EMBARGOED UNTIL 9 a.m., July 24", "page furniture"),
        ("ADVERTISEMENT", "page furniture"),
        ("Read more: The yard is sold", "page furniture"),
        ("Copyright 2024 Harbour News. All rights reserved.", "page furniture"),
        ("© 2024 Harbour News", "page furniture"),
        ("Photo: Bo Lind/Harbour News", "page furniture"),
        ("Sign up for our daily newsletter", "page furniture"),
        ("Page 3 of 12", "page number"),
        ("* * *"[:0] + "-----", "a line of signs"),
    ],
)
def test_furniture_that_stands_alone_is_set_aside(line, reason):
    found = [noise.reason for noise in find_noise(ALONE.format(line))]
    assert found == [reason]


@pytest.mark.parametrize(
    "line",
    [
        "copyright in nine songs",
        "by the city council",
        "read more than a hundred pages in one night",
        "related stories of 40 people",
        "photo by photo through the archive of 1950",
        "page 12 of 300",
        "By Anna Brandt",
        "Copyright Clearance Center",
        "Advertisement",
        "follow us on our way to the harbour",
        "click here and there for an hour",
    ],
)
def test_lines_of_running_text_are_not(line):
    assert find_noise(INSIDE.format(line)) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Copyright law was changed in 2020 by the parliament.",
        "Read more than a hundred pages in one night.",
        "Photographs of 40 people were found.",
        "By Monday the council had met twice.",
        "Subscribe to it, he said, and 900 people did.",
        "Page 3 of 12 was missing, the clerk said.",
    ],
)
def test_sentences_that_stand_alone_are_not(sentence):
    assert find_noise(ALONE.format(sentence)) == ()


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("The *ferry* sank.", "The ferry sank."),
        ("The **ferry** sank.", "The ferry sank."),
        ("The ***ferry*** sank.", "The ferry sank."),
        ("The _ferry_ sank.", "The ferry sank."),
        ("The `ferry`, it sank.", "The ferry, it sank."),
        ("The ~~yacht~~ ferry sank.", "The ferry sank."),
        ("~~It sinks\non *Monday*.~~\n\nIt sank.", "It sank."),
        ("The [ferry](https://a.example/b) sank.", "The ferry sank."),
        ('The [ferry](/b "A title") sank.', "The ferry sank."),
        ("The [**ferry**](/b_(c)), it sank.", "The ferry, it sank."),
        ("The [ferry][1] sank.\n\n[1]: https://a.example", "The ferry sank."),
        ("The ferry ![a picture](/a.png) sank.", "The ferry sank."),
        ("It costs 5 * 3 * 2 euros.", "It costs 5 * 3 * 2 euros."),
        ("Call my_own_name and his_name.", "Call my_own_name and his_name."),
        ("He said [sic] it sank.", "He said [sic] it sank."),
        ("It is *not closed.", "It is *not closed."),
    ],
)
def test_marks_of_markdown_are_not_text(written, plain):
    assert Reading(written).text == plain
