"""Provides a request as sent, a good answer to it, and a cache of answers."""

from claimcheck import Settings, summarize
from tests.support.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(
    engine="llm", model="m", base_url="http://user:secret@localhost:1/v1?key=abc"
)
GOOD = response(answer(claim("Venus is hot.")))


def record_request():
    """Return the request that a summary sends."""
    client = ScriptedClient([GOOD])
    summarize("Venus is hot.", settings=SETTINGS, client=client)
    return client.requests[0]
