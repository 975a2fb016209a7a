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
