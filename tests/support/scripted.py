"""A client that answers from a script, to test flows rather than models."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from claimcheck import ModelRequest, ModelResponse, Usage, asummarize, summarize


def response(text, *, finish_reason="stop", refusal=None):
    """Return a response with this text; a dict becomes JSON."""
    if isinstance(text, dict):
        text = json.dumps(text)
    usage = Usage(requests=1, input_tokens=100, output_tokens=50)
    return ModelResponse(text, finish_reason, refusal, "scripted", "json_schema", usage)


@dataclass
class ScriptedClient:
    """Returns its responses in order and records the requests."""

    responses: list[ModelResponse]
    requests: list[ModelRequest] = field(default_factory=list)

    def complete(self, request):
        self.requests.append(request)
        return self.responses[len(self.requests) - 1]

    async def acomplete(self, request):
        await asyncio.sleep(0)
        return self.complete(request)


def run_sync(source, settings, client):
    return summarize(source, settings=settings, client=client)


def run_async(source, settings, client):
    return asyncio.run(asummarize(source, settings=settings, client=client))


def claim(quote, text=None, **fields):
    """Return a claim as in a model's answer."""
    base = {
        "quote": quote,
        "text": text or quote,
        "kind": "event",
        "speaker": None,
        "check_worthiness": 0.5,
    }
    return base | fields


def answer(*claims, **fields):
    """Return a complete answer."""
    base = {
        "claims": list(claims),
        "ambiguous": [],
        "headline": "Headline",
        "sentences": [{"text": "A sentence.", "claims": [1]}],
        "key_points": [],
        "positions": [],
        "open_questions": [],
    }
    return base | fields
