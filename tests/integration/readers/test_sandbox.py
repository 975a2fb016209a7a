"""A file that was made to take all time or memory costs nothing but itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from claimcheck import Document
from claimcheck.errors import InputError
from claimcheck.readers import sandbox
from claimcheck.readers.file import build_document
from tests.support.bombs import nest_forms

ORDINARY = b"<html><body><p>The ferry carried 900 people in May.</p></body></html>"


@pytest.mark.slow  # it fills two gigabytes
def test_a_bomb_is_given_up_and_the_next_file_is_read(monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 2.0)
    with pytest.raises(InputError, match=r"^bomb.pdf: cannot be read within 2 s"):
        build_document(nest_forms(12, 10), "bomb.pdf")
    monkeypatch.undo()
    assert "900 people" in build_document(ORDINARY, "a.html").full_text


def test_a_reader_that_crashes_costs_only_its_file():
    document = build_document(ORDINARY, "a.html")
    for child in sandbox._children.idle:
        child._process.kill()
        child._process.wait()
    assert build_document(ORDINARY, "a.html") == document


def test_half_an_answer_is_no_answer():
    child = sandbox._Child()
    child.close()
    code = "import sys; sys.stdout.write('{\"kind\": ')"
    child._process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.ask({"bytes": 0}, b"") is None


def test_a_damaged_file_has_the_message_of_its_reader():
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w:document")
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(InputError, match=r"^a.docx: "):
        build_document(data.getvalue(), "a.docx", name="a.docx")


def test_threads_have_a_child_each_and_share_those_that_wait():
    pages = [ORDINARY.replace(b"900", b"%d" % number) for number in range(900, 912)]
    with ThreadPoolExecutor(3) as threads:
        documents = list(
            threads.map(lambda page: build_document(page, "a.html"), pages)
        )
    for number, document in zip(range(900, 912), documents, strict=True):
        assert f"{number} people" in document.full_text
    assert len(sandbox._children.idle) <= 4


def test_modules_in_the_working_folder_are_not_run(tmp_path, monkeypatch):
    sandbox._close_children()
    trap = "open('ran', 'w').close()\n"
    for name in ("json", "lxml", "claimcheck", "trafilatura"):
        (tmp_path / f"{name}.py").write_text(trap)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_bytes(ORDINARY)
    assert "900 people" in Document.from_path(tmp_path / "page.html").full_text
    assert not (tmp_path / "ran").exists()
    sandbox._close_children()
