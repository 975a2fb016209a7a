"""Cassette files: readable, stable, and exact."""

import json

import pytest
from vcr.request import Request

from claimcheck.testing.files import (
    CassetteFile,
    Interaction,
    read_file,
    render_file,
    write_file,
)


def interaction(sent, received=b"{}"):
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {},
        "body": {"string": received},
    }
    return Interaction(Request("POST", "u", sent, {}), response)


def write_and_read(path, *interactions):
    write_file(path, CassetteFile(list(interactions)))
    return read_file(path).interactions


def test_json_is_readable_and_sorted_and_a_malformed_answer_survives(tmp_path):
    sent = '{"b": 1, "a": "é\\ud83d\\ude00"}'.encode()
    (read,) = write_and_read(tmp_path / "a.json", interaction(sent, b"{not json"))
    assert read.response["body"]["string"] == b"{not json"
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert '"a": "é😀"' in text
    assert text.index('"a": ') < text.index('"b": 1')


def test_concurrent_recordings_give_the_same_file_in_any_order():
    first, second = interaction(b'{"a": 1}'), interaction(b'{"a": 2}')
    assert render_file(CassetteFile([first, second])) == render_file(
        CassetteFile([second, first])
    )


def test_a_body_that_is_not_text_survives_the_file(tmp_path):
    (read,) = write_and_read(tmp_path / "a.json", interaction(b"", b"\xff\x00\xfe"))
    assert read.response["body"]["string"] == b"\xff\x00\xfe"


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", "- a: [", "a: b", '{"interactions": [1]}']
)
def test_names_a_file_that_is_not_a_cassette(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=rf"{name} is not a cassette"):
        read_file(tmp_path / name)


def test_equal_requests_keep_their_order_whatever_their_headers_are():
    answers = [b"1", b"2", b"3"]
    content = CassetteFile(
        [
            Interaction(
                Request("POST", "u", b"{}", {"accept": accept}),
                interaction(b"{}", answer).response,
            )
            for accept, answer in zip(("*/*", "a/b", "c/d"), answers, strict=True)
        ]
    )
    entries = json.loads(render_file(content))["interactions"]
    assert [entry["response"]["body"]["json"] for entry in entries] == [1, 2, 3]
