"""What pages state about their articles."""

import json

import pytest
from lxml import html

from claimcheck.readers.page_metadata import extract_metadata

PERSON = {"@type": "Person", "name": "Mira Holt"}


def extract(*values, head="", body="<p>The ferry left.</p>", attributes=""):
    scripts = "".join(
        f'<script type="application/ld+json">{value}</script>' for value in values
    )
    page = f"<html {attributes}><head>{head}{scripts}</head><body>{body}</body></html>"
    return extract_metadata(html.document_fromstring(page))


@pytest.mark.parametrize(
    ("author", "name"),
    [
        (PERSON, "Mira Holt"),
        ("Mira Holt", "Mira Holt"),
        ([PERSON, {"@type": "Person", "name": "Ola Berg"}], "Mira Holt; Ola Berg"),
        ([PERSON, PERSON], "Mira Holt"),
        ({"@id": "#mira"}, "Mira Holt"),
        ({"@type": "Organization", "name": "Northmoor Post"}, "Northmoor Post"),
        ({"@type": "Person", "name": "admin"}, None),
        ("https://post.example/mira", None),
        ({"@id": ["#mira"]}, None),
        ({"name": 7}, None),
        (None, None),
    ],
)
@pytest.mark.parametrize("kind", ["NewsArticle", "LiveBlogPosting", ["Report"]])
def test_reads_authors_in_json_ld(author, name, kind):
    article = {"@type": kind, "headline": "Ferry sold", "author": author}
    site = {"@type": "WebSite", "@id": ["#site"], "name": "Post"}
    nodes = [site, article, {**PERSON, "@id": "#mira"}]
    assert extract(json.dumps({"@graph": nodes})).author == name
    assert extract(json.dumps(nodes)).author == name


@pytest.mark.parametrize(
    "value",
    ["", "{", "[[[[", "7", '{"@type": 7, "articleBody": 7}', "null", "[" * 9_999],
)
def test_damaged_json_ld_states_nothing(value):
    stated = extract(value, json.dumps({"@type": "Article", "author": PERSON}))
    assert (stated.author, stated.article_body) in (("Mira Holt", ""), (None, ""))


@pytest.mark.parametrize(
    "body",
    [
        '<span itemprop="author" itemscope><b itemprop="name">Mira Holt</b></span>',
        '<span property="author" typeof="Person"><b property="name">Mira Holt</b></span>',
        '<span property="schema:author" content="Mira Holt">by M.H.</span>',
    ],
)
def test_reads_authors_in_microdata_and_rdfa(body):
    assert extract(body=f"{body}<p>The ferry left.</p>").author == "Mira Holt"


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        ('lang="en-GB"', "en"),
        ('xml:lang="DE"', "de"),
        ('lang="{{ lang }}"', None),
        ("", None),
    ],
)
def test_reads_the_language_of_the_page(attributes, language):
    assert extract(attributes=attributes).language == language
