"""Cassette files: readable, stable, and exact."""

import json

from claimcheck.testing.serializer import deserialize, serialize


def test_a_malformed_body_and_unicode_survive_the_file():
    entry = {
        "request": {
            "method": "POST",
            "uri": "u",
            "headers": {},
            "body": '{"b": 1, "a": "é\\ud83d\\ude00"}',
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {},
            "body": {"string": "{not json"},
        },
    }
    text = serialize({"interactions": [entry]})
    back = deserialize(text)["interactions"][0]
    assert back["response"]["body"]["string"] == "{not json"
    assert json.loads(back["request"]["body"]) == {"a": "é😀", "b": 1}
    assert '"a": "é😀"' in text


def test_concurrent_recordings_give_the_same_file_in_any_order():
    def entry(body):
        return {
            "request": {"method": "POST", "uri": "u", "headers": {}, "body": body},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {},
                "body": {"string": "{}"},
            },
        }

    first, second = entry('{"a": 1}'), entry('{"a": 2}')
    assert serialize({"interactions": [first, second]}) == serialize(
        {"interactions": [second, first]}
    )


def test_a_body_that_is_not_text_survives_the_file():
    entry = {
        "request": {"method": "POST", "uri": "u", "headers": {}, "body": ""},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {},
            "body": {"string": b"\xff\x00\xfe"},
        },
    }
    text = serialize({"interactions": [entry]})
    assert text.encode()
    assert (
        deserialize(text)["interactions"][0]["response"]["body"]["string"]
        == b"\xff\x00\xfe"
    )
