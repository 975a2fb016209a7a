"""Secrets are left out of cassettes, and nothing else is."""

import pytest

from claimcheck.testing.redaction import (
    MASK,
    find_credentials,
    find_secrets,
    redact_body,
    strip_credentials,
)


def test_removes_credentials_from_a_url():
    assert strip_credentials("https://jane:pw@a.example:8/v1?api-key=abc&v=2") == (
        "https://a.example:8/v1?api-key=redacted&v=2"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/v1?keyword=ferry&page_token=abc&token=t1",
        "https://a.example/v1?monkey=1&key=ferry&signatures=2&max_tokens=3",
        "https://a.example/v1?a=&b&c=%20+%2F&c=2#part",
        "https://a.example/%7Eanna/a@b?x=a@b",
    ],
)
def test_keeps_every_other_part_of_a_url(url):
    assert strip_credentials(url) == url


@pytest.mark.parametrize(
    "text",
    [
        'He opened "/home/anna/list.txt" and wrote on.',
        "A set-cookie header: what every visitor gets, for years on end",
        "/home/x\nNext line",
        "the org-transformation and the sk-learning-transformation-plan",
        "Bearer transportation and bearer responsibilities",
        "the pk_users_2024_accounts key, risk-assessment-2024-transformation",
        "password hunter2 and API_KEY",
    ],
)
def test_keeps_prose_that_only_looks_private(text, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "password")
    monkeypatch.setenv("SOME_API_KEY", "transportation")
    for body in (text.encode(), b'{"a": "' + text.replace('"', '\\"').encode() + b'"}'):
        assert redact_body(body) == body


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghij0123456789",
        "sk-live-abcdefghij0123456789",
        "sk_live_abcdefghij0123456789",
        "org-abcdefghij1234567890",
        "proj_abcdefghij1234567890",
        "ghp_" + "a1" * 18,
        "AIza" + "a1_-b" * 7,
        "AKIAABCDEFGH12345678",
        "Bearer abcdefghij.0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.SflKxwRJSMeKKF2QT4",
    ],
)
def test_masks_every_known_shape_of_a_key_in_any_body(secret):
    plain, escaped = f"key:\n{secret}\nend", f"key:\\n{secret}\\nend"
    for body in (
        plain.encode(),
        f'{{"{secret}": ["{escaped}"]}}'.encode(),
        f'{{"arguments": "{{\\"a\\": \\"\\\\n{secret}\\"}}"}}'.encode(),
        f'data: {{"a": "{escaped}"}}\n\ndata: [DONE]\n'.encode(),
        b"\xff\x00" + plain.encode() + b"\xfe",
    ):
        redacted = redact_body(body)
        assert secret.encode() not in redacted
        assert MASK.encode() in redacted
    assert find_secrets(plain) != []


@pytest.mark.parametrize(
    "name",
    ["password", "passwd", "secret", "api_key", "apiKey", "API-KEY", "client_secret",
     "access_token", "refreshToken", "private_key", "aws_x"],
)  # fmt: skip
def test_masks_the_values_of_secret_fields(name):
    is_secret = name != "aws_x"
    for body in (
        f'{{"user": "ann", "{name}": "hunter2"}}',
        f'[{{"login": {{"{name}":"hunter2"}}}}]',
        f'{{"{name}": "hunter2"}}\n{{"{name}": "hunter2"}}\n',
        f"{name}=hunter2&user=ann",
        f"user=ann&{name}=hunter2",
    ):
        assert (b"hunter2" not in redact_body(body.encode())) is is_secret


@pytest.mark.parametrize(
    "body",
    [
        '{"logprobs": [{"token": "hunter2"}], "secret": "", "secrets": "three"}',
        '{"properties": {"password": {"type": "string"}}, "password": 7}',
        '{"content": "the form says {\\"password\\": \\"hunter2\\"} to all"}',
        '{"max_tokens": 5, "keyword": "secret", "passwords": "many"}',
        "Write password=hunter2&x=1 into it",
        "page_token=abc&keyword=ferry",
    ],
)
def test_keeps_every_other_field(body):
    assert redact_body(body.encode()) == body.encode()


@pytest.mark.parametrize("value", ['pa"ss\\word', "grüße-an-alle", "plain-gateway-key"])
def test_masks_the_credentials_of_the_request_in_any_notation(value):
    import json
    from urllib.parse import quote

    for body in (
        f"it is {value}!",
        json.dumps({"key": value}),
        json.dumps({"key": value}, ensure_ascii=False),
        "x: " + json.dumps({"key": value}) + "\n",
        f"key={quote(value, safe='')}&b=1",
    ):
        assert redact_body(body.encode(), {value}) != body.encode()


def test_finds_the_credentials_that_a_request_is_sent_with():
    headers = {
        "Authorization": b"Bearer a-key-of-12345",
        "OpenAI-Organization": "my-newsroom",
        "X-Other": "not a credential",
        "api-key": "test",
    }
    uri = "https://jane:her-password@a.example/?client_secret=another-one&v=2024-10-01"
    assert find_credentials(uri, headers) == {
        "a-key-of-12345",
        "my-newsroom",
        "her-password",
        "another-one",
    }
    assert find_credentials("http://a", {"authorization": "Bearer not-needed"}) == set()
