"""Citations by the keys of a bibliography, as Pandoc writes them."""

import json

import pytest

from claimcheck import errors
from claimcheck.readers.bibliography import cut_keys
from claimcheck.readers.citations import read_cited_draft

BIBTEX = r"""
@article{smith2019, author = {Smith, Jane}, title = "The {Ferry}", year = 2019,
  url = {https://reuters.example/ferry?a=1\&b=2}, doi = {10.1000/182}}
@misc{log, howpublished = {\url{log.txt}}}
@article{doi2020, doi = {10.1000/183}}
@online{lee2021, eprint = {2101.00001}, archiveprefix = {arXiv}}
@book{kim, title = {A {Book} of Ferries}, year = 2018}
@broken{
"""
SENTENCE = "The ferry sank on 3 May 2019"


def read(tmp_path, body, named="refs.bib", **files):
    (tmp_path / "refs.bib").write_text(files.get("bib", BIBTEX))
    front = f"---\ntitle: Ferries\nbibliography: {named}\n---\n\n" if named else ""
    (tmp_path / "draft.md").write_text(f"{front}{body}\n")
    return read_cited_draft(str(tmp_path / "draft.md"))


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("@smith2019", "https://reuters.example/ferry?a=1&b=2"),
        ("see @log, p. 3", "log.txt"),
        ("-@doi2020", "https://doi.org/10.1000/183"),
        ("@lee2021", "https://arxiv.org/abs/2101.00001"),
        ("@kim", "A Book of Ferries"),
    ],
)
def test_a_key_has_the_source_of_its_entry(tmp_path, key, source):
    (statement,) = read(tmp_path, f"{SENTENCE} [{key}].").cited
    assert (statement.text, statement.sources) == (f"{SENTENCE}.", (source,))


def test_several_keys_are_several_sources(tmp_path):
    (statement,) = read(tmp_path, f"{SENTENCE} [@log, p. 3; see also @kim].").cited
    assert statement.sources == ("log.txt", "A Book of Ferries")


def test_a_key_in_the_sentence_attributes_it(tmp_path):
    (statement,) = read(tmp_path, "As @log reports, the ferry sank in May.").cited
    assert statement.claim == "The ferry sank in May."
    assert statement.sources == ("log.txt",)


def test_a_missing_key_is_undefined(tmp_path):
    (statement,) = read(tmp_path, f"{SENTENCE} [@jones2017].").cited
    assert statement.undefined == ("[@jones2017]",)


def test_entries_that_nothing_cites_are_not_listed(tmp_path):
    assert read(tmp_path, f"{SENTENCE} [@log].").unused == ()


def test_a_bibliography_beside_the_draft_needs_no_name(tmp_path):
    (statement,) = read(tmp_path, f"{SENTENCE} [@log].", named=None).cited
    assert statement.sources == ("log.txt",)


def test_csl_json_is_a_bibliography(tmp_path):
    items = [{"id": "log", "URL": "https://a.example/"}, "x", {"id": 3}]
    (tmp_path / "refs.json").write_text(json.dumps(items))
    (statement,) = read(tmp_path, f"{SENTENCE} [@log].", named="refs.json").cited
    assert statement.sources == ("https://a.example/",)


def test_names_and_addresses_are_no_keys(tmp_path):
    body = f"Mail log@example.org or [@reuters], or @smith. {SENTENCE} [@log]."
    (first,) = read(tmp_path, body).uncited
    assert first == "Mail log@example.org or [@reuters], or @smith."


@pytest.mark.parametrize("name", ["../refs.bib", "/etc/passwd", "missing.bib"])
def test_only_the_folder_of_the_draft_has_bibliographies(tmp_path, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "refs.bib").write_text(BIBTEX)
    with pytest.raises(errors.InputError, match="not in the folder of the draft"):
        read(tmp_path / "sub", f"{SENTENCE} [@log].", named=name)


@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("It sank [see @log, p. 3; @kim].", "It sank."),
        ("It sank[-@log] in May.", "It sank in May."),
        ("It sank [sic], wrote me@example.org [1].", None),
    ],
)
def test_a_claim_has_no_keys(sentence, cut):
    assert cut_keys(sentence) == (cut or sentence)
