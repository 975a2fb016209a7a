"""The endpoint's words reach the user, and a key never does."""

import httpx2
import openai
import pytest

from claimcheck import Settings
from claimcheck.llm.errors import translate_error

KEY = "0123456789abcdef0123456789abcdef"
SETTINGS = Settings(model="m", base_url="http://127.0.0.1:9/v1", api_key=f"{KEY}\n")


@pytest.mark.parametrize(
    "body",
    [
        {"error": f"bad key {KEY}"},
        {"detail": [{"loc": ["header"], "msg": f"bad key {KEY}"}]},
        f"<html><p>bad key {KEY}</p></html>",
        {"error": {"message": "x" * 280 + f" bad key {KEY}"}},
        {"error": {"message": "bad key", "metadata": {"raw": f'{{"k": "{KEY}"}}'}}},
        {"bad key": KEY},
    ],
)
def test_no_shape_of_error_shows_the_key(body):
    request = httpx2.Request("POST", "http://127.0.0.1:9/v1")
    content = {"text": body} if isinstance(body, str) else {"json": body}
    response = httpx2.Response(418, request=request, **content)
    error = openai.APIStatusError("x", response=response, body=None)
    message = str(translate_error(error, SETTINGS))
    assert message.startswith("http://127.0.0.1:9/v1: HTTP 418: ")
    assert KEY[:8] not in message
    assert "bad key" in message or "xxx" in message
