"""Which sentence of a draft cites which source."""

import pytest

from claimcheck import errors
from claimcheck.readers.citations import parse_draft, read_cited_draft

A, B = "https://a.example/1", "https://b.example/2"
REFERENCES = f"\n\n## References\n\n1. Ann: The ferry. {A}\n2. [Bo](<{B}>)\n"


def read(tmp_path, text, name="draft.md"):
    (tmp_path / name).write_text(text)
    draft = read_cited_draft(str(tmp_path / name))
    return [(item.text, list(item.sources)) for item in draft.cited], draft.uncited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        (f"The [ferry sank]({A}) in 2019.", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank. ([source]({A}))", [("The ferry sank.", [A])]),
        (f"The ferry sank in 2019 <{A}>.", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank in 2019: {A}", [("The ferry sank in 2019:", [A])]),
        (f"The ferry [sank][x] in 2019.\n\n[x]: {A}", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank in 2019.[^1]\n\n[^1]: {A}", [("The ferry sank in 2019.", [A])]),
        (f"The ferry sank.[^a] It was old.[^b]\n\n[^a]: See [Ann]({A}).\n[^b]: Bo,\n    {B}", [("The ferry sank.", [A]), ("It was old.", [B])]),
        (f"The ferry sank [1]. It was old [2].{REFERENCES}", [("The ferry sank.", [A]), ("It was old.", [B])]),
        (f"The ferry sank.[1] It was old.[1,2]{REFERENCES}", [("The ferry sank.", [A]), ("It was old.", [A, B])]),
        (f"The ferry sank [1–2].{REFERENCES}", [("The ferry sank.", [A, B])]),
        (f"The ferry sank [1][2].{REFERENCES}", [("The ferry sank.", [A, B])]),
        (f"The ferry sank [1].\n\n[1] Ann, {A}\n", [("The ferry sank.", [A])]),
        (f"The ferry sank.[1]\n\n[1]: {A} \"Ann\"\n", [("The ferry sank.", [A])]),
        (f"* The ferry [sank]({A}).\n* It was [old]({B}).", [("The ferry sank.", [A]), ("It was old.", [B])]),
        ("The ferry sank [1].\n\n# Sources\n\n1. Ann Lee: Ferries. Oslo 1999.\n", [("The ferry sank.", ["Ann Lee: Ferries. Oslo 1999."])]),
        (f"The ferry [sank]({A}). The ferry [sank]({B}).", [("The ferry sank.", [A, B])]),
    ],
)  # fmt: skip
def test_a_citation_belongs_to_its_sentence(tmp_path, text, cited):
    assert read(tmp_path, text)[0] == cited


def test_html_has_links_and_notes_and_no_navigation():
    page = f"""<html><head><title>T</title></head><body><nav><a href="{B}">Home</a></nav>
    <h1>Ferries</h1><p>The <b>ferry</b> <a href="{A}">sank</a> in 2019. It was old.<sup><a
    href="#n1" id="r1">1</a></sup></p><script>var x = "<a href='{B}'>";</script>
    <ol><li id="n1">Bo, <a href="{B}">here</a> <a href="#r1">back</a></li></ol>"""
    draft = parse_draft(page)
    assert [(item.text, item.sources) for item in draft.cited] == [
        ("The ferry sank in 2019.", (A,)),
        ("It was old.", (B,)),
    ]
    assert draft.uncited == ()


def test_sentences_without_a_source_are_listed_but_not_headings(tmp_path):
    text = f"# A heading of five words\n\nThe ferry [sank]({A}). Nobody knows why it sank.\n\nRead more."
    assert read(tmp_path, text)[1] == ("Nobody knows why it sank.",)


def test_numbers_without_a_reference_are_text(tmp_path):
    cited, uncited = read(tmp_path, f"Rule [7] is old and odd. It is [new]({A}).")
    assert cited == [("It is new.", [A])]
    assert uncited == ("Rule [7] is old and odd.",)


def test_html_in_markdown_is_text(tmp_path):
    (item,), _ = read(tmp_path, f"The <a href='{B}'>ferry</a> [sank]({A}).")
    assert item[1] == [B, A] or item[1] == [A]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("d.md", "The ferry sank in 2019.", "cites no source"),
        ("d.pdf", "%PDF-1.4 nothing", "is pdf; give a draft in Markdown or HTML"),
    ],
)
def test_a_text_that_cites_nothing_is_an_error(tmp_path, name, text, problem):
    with pytest.raises(errors.InputError, match=problem):
        read(tmp_path, text, name)
