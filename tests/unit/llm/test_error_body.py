"""What an endpoint says in an error is read from any shape of body."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from claimcheck.llm.error_body import clean_message, read_error_body

FASTAPI_ITEM = {
    "type": "extra_forbidden",
    "loc": ["body", "seed"],
    "msg": "Extra inputs are not permitted",
    "input": 7,
}


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"error": {"message": "no", "param": "seed"}}, "seed: no", "seed"),
        ({"error": {"message": "seed: no", "param": "seed"}}, "seed: no", "seed"),
        ({"error": "model is not loaded"}, "model is not loaded", None),
        ({"error": ["one", {"message": "two"}]}, "one; two", None),
        ({"message": "Unauthorized"}, "Unauthorized", None),
        ({"detail": "Not enough credit"}, "Not enough credit", None),
        ({"detail": [FASTAPI_ITEM]}, "seed: Extra inputs are not permitted", "seed"),
        (
            {"object": "error", "message": {"detail": [FASTAPI_ITEM]}, "code": None},
            "seed: Extra inputs are not permitted",
            "seed",
        ),
        ({"object": "error", "message": "too long", "code": 40303}, "too long", None),
        ([{"error": {"code": 400, "message": "bad"}}], "bad", None),
        ({"errors": [{"message": "a"}, {"message": "b"}]}, "a; b", None),
        ({"error": {"message": ""}, "detail": "d"}, "d", None),
        (
            {"error": {"message": "Provider error", "metadata": {"raw": "slow down"}}},
            "Provider error; slow down",
            None,
        ),
        ({"error": {"message": '{"error": {"message": "inner"}}'}}, "inner", None),
        ({"title": "Forbidden", "x": 1}, '{"title": "Forbidden", "x": 1}', None),
        ("upstream connect error", "upstream connect error", None),
        ({"error": "\x1b[31mred\x00 \u202e\ud83d\n no"}, "[31mred no", None),
        ("", "", None),
        (
            "<html><head><title>Blocked</title><style>p{}</style></head>"
            "<body><p>Your IP &amp; key</p></body></html>",
            "Blocked Your IP & key",
            None,
        ),
    ],
)
def test_reads_the_words_and_the_field(body, message, param):
    content = body if isinstance(body, str) else json.dumps(body)
    details = read_error_body(content.encode())
    assert (details.message, details.param) == (message, param)
    assert read_error_body(body) == details


def test_reads_google_s_field_violations():
    body = {
        "error": {
            "code": 400,
            "message": "Invalid JSON payload.",
            "status": "INVALID_ARGUMENT",
            "details": [
                {"fieldViolations": [{"field": "x.strict", "description": "Unknown"}]}
            ],
        }
    }
    details = read_error_body(body)
    assert details.message == "Invalid JSON payload.; x.strict: Unknown"
    assert details.param == "x.strict"
    assert details.codes == ("400", "invalid_argument")
    assert details.status == 400


def test_survives_bytes_that_are_not_text_and_endless_nesting():
    assert "oops" in read_error_body(b"oops \xff").message
    assert read_error_body(b"[" * 50_000).message
    deep = {"error": {}}
    for _ in range(50):
        deep = {"error": deep}
    assert read_error_body(deep).message


@pytest.mark.parametrize(
    "key", ["sk-proj-AbCdEf0123456789AbCdEf01", "q+/Q9=zz_s.v~0987"]
)
@pytest.mark.parametrize(
    "spell",
    [
        lambda key: key[:14],
        lambda key: key[-12:],
        lambda key: key[3:14],
        str.upper,
        lambda key: f"{key[:7]}\n{key[7:]}",
        " ".join,
        lambda key: key.replace("-", "\u2011").replace("/", "\u200b/"),
        lambda key: quote(key, safe=""),
        lambda key: "".join(f"%{ord(character):02X}" for character in key),
        lambda key: "".join(f"\\u{ord(character):04x}" for character in key),
        lambda key: "".join(f"&#{ord(character)};" for character in key),
        lambda key: b64encode(key.encode()).decode(),
        lambda key: b64encode(f"me:{key}".encode()).decode()[:-8],
        lambda key: urlsafe_b64encode(f"user:{key}:".encode()).decode(),
        lambda key: key.encode().hex(),
    ],
)
def test_no_spelling_of_the_key_is_shown(key, spell):
    spelled = spell(key)
    cleaned = clean_message(f"The endpoint refused {spelled}: it is not known.", key)
    assert cleaned.startswith("The endpoint refused ")
    assert cleaned.endswith(": it is not known.")
    assert "[key]" in cleaned
    shown = cleaned.replace("[key]", "")[21:-18].replace(" ", "")
    assert len(shown) <= 10, cleaned  # of what is beside the key, encoded with it


def test_a_short_key_is_removed_as_a_whole():
    assert clean_message("bad key abc: abcd", "abc") == "bad key [key]: [key]d"
    assert clean_message("bad key", "") == "bad key"
