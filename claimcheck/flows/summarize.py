"""Summarize with a model: one request for claims and summary, grounded and linked."""

from __future__ import annotations

import json
from typing import Any

from claimcheck import prompt, schema
from claimcheck.core import tokens
from claimcheck.core.document import Document
from claimcheck.core.exchange import ModelRequest
from claimcheck.core.run import Failure, LinkedText, Position, Run, Signature, Summary
from claimcheck.core.settings import Settings
from claimcheck.errors import ContextWindowError
from claimcheck.flows import requote
from claimcheck.flows.answer import Answer, ask, folded
from claimcheck.flows.claims import NumberedClaims, build
from claimcheck.flows.drive import Flow
from claimcheck.flows.ledger import ledger
from claimcheck.grounding import GroundingIndex
from claimcheck.text.reading import Reading
from claimcheck.version import __version__

_PROMPTS = ("summarize", "repair", "json-only", requote.PROMPT)
_SCHEMA = "summary.answer"
_ANSWER_SHARE = 0.25  # of the window, kept free for the answer


def summarize_flow(document: Document, reading: Reading, settings: Settings) -> Flow[Run]:
    """The run of a described document; an answer that can't be used is a failure in it.

    Raises:
        ContextWindowError: document and prompt do not fit the model's window; nothing was sent.
    """
    request = _request(document, reading, settings)
    _check_window(request, document, settings)
    answer: Answer = yield from ask(request)
    value = folded(answer.value)
    index = GroundingIndex(reading)
    quoted, spent = yield from requote.requote(reading, index, value["claims"] if value else [])
    claims = build(document, index, quoted, settings.max_claims)
    failures: tuple[Failure, ...] = ()
    if answer.cause:
        failures = (
            Failure(answer.cause, answer.message, 0, document.characters, answer.attempts, answer.raw),
        )
    return Run(
        document=document,
        summary=_summary(value, claims) if value else None,
        claims=claims.claims,
        verdicts=(),
        unchecked=(),
        failures=failures,
        ledger=ledger(document.characters, reading.noise, answer.message if answer.cause else None),
        usage=answer.usage + spent,
        signature=_signature(settings, answer),
    )


def _request(document: Document, reading: Reading, settings: Settings) -> ModelRequest:
    published = document.published.strftime("%A, %Y-%m-%d") if document.published else None
    variables = {
        "title": " ".join(document.title.split()) if document.title else None,
        "published": published,
        "text": reading.text,
        "fence": prompt.fence(reading.text + (document.title or "")),
        "max_claims": settings.max_claims,
    }
    wire = schema.wire(_SCHEMA)
    wire["properties"]["claims"]["maxItems"] = settings.max_claims
    compact = json.dumps(wire, ensure_ascii=False, separators=(",", ":"))
    return ModelRequest(
        messages=prompt.render("summarize", variables),
        schema_name=_SCHEMA,
        schema=wire,
        schema_message=prompt.render("json-only", {"schema": compact})[0],
    )


def _check_window(request: ModelRequest, document: Document, settings: Settings) -> None:
    needed = sum(tokens.count(message.content) for message in request.messages)
    free = int(settings.context_tokens * (1 - _ANSWER_SHARE))
    if needed > free:
        fits = max(0, free - (needed - (document.tokens or 0)))
        raise ContextWindowError(
            f"{document.source}: has {document.tokens:,} tokens, and {fits:,} fit a window of "
            f"{settings.context_tokens:,} with prompt and answer; give a shorter document, a larger "
            "`context_tokens` in claimcheck.toml if the model has it, or --engine extractive"
        )


def _summary(answer: dict[str, Any], claims: NumberedClaims) -> Summary:
    told: set[str] = set()  # a weak model repeats its sentences as key points

    def linked(items: list[dict[str, Any]]) -> tuple[LinkedText, ...]:
        texts = {item["text"]: item["claims"] for item in reversed(items)}
        fresh = [(text, numbers) for text, numbers in reversed(texts.items()) if text not in told]
        told.update(text for text, _ in fresh)
        return tuple(LinkedText(text, claims.ids(numbers, text)) for text, numbers in fresh)

    return Summary(
        headline=answer["headline"],
        sentences=linked(answer["sentences"]),
        key_points=linked(answer["key_points"]),
        positions=tuple(
            Position(
                item["party"],
                item["position"],
                claims.ids(item["claims"], f"{item['party']} {item['position']}"),
            )
            for item in answer["positions"]
        ),
        open_questions=tuple(dict.fromkeys(answer["open_questions"])),
    )


def _signature(settings: Settings, answer: Answer) -> Signature:
    exact = tokens.is_exact(settings.model)
    return Signature(
        version=__version__,
        engine="llm",
        model=answer.model,
        response_format=answer.response_format,
        prompts={name: prompt.load(name).digest for name in _PROMPTS},
        schemas={name: schema.digest(name) for name in (_SCHEMA, requote.SCHEMA, "run")},
        settings=settings.published() | dict.fromkeys(answer.left_out, None),
        seed=None if "seed" in answer.left_out else settings.seed,
        token_count=f"{tokens.ENCODING} ({'exact' if exact else 'estimate'})",
    )
