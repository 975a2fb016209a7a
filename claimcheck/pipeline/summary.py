"""What runs of short and of long documents have in common: what a prompt is told, the summary, the signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from claimcheck import prompts, schemas, tokens
from claimcheck.models.document import Document
from claimcheck.models.run import LinkedText, Position, Signature, Summary
from claimcheck.pipeline.answers import Answer
from claimcheck.settings import Settings
from claimcheck.version import __version__


class ClaimNumbering(Protocol):
    """What leads from a model's numbers to the ids of claims."""

    def ids(self, numbers: Sequence[int], text: str) -> tuple[str, ...]:
        """The claims that the model named for a text."""
        ...


def describe_for_prompt(document: Document) -> dict[str, str | None]:
    """Return the title and the date in the form that prompts use."""
    return {
        "title": " ".join(document.title.split()) if document.title else None,
        "published": document.published.strftime("%A, %Y-%m-%d")
        if document.published
        else None,
    }


def build_summary(answer: dict[str, Any], claims: ClaimNumbering) -> Summary:
    """Build the summary from a model's answer and link it to claims."""
    told: set[str] = set()  # a weak model repeats its sentences as key points

    def linked(items: list[dict[str, Any]]) -> tuple[LinkedText, ...]:
        texts = {item["text"]: item["claims"] for item in reversed(items)}
        fresh = [
            (text, numbers)
            for text, numbers in reversed(texts.items())
            if text not in told
        ]
        told.update(text for text, _ in fresh)
        return tuple(
            LinkedText(text, claims.ids(numbers, text)) for text, numbers in fresh
        )

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


def build_signature(
    settings: Settings,
    answers: Sequence[Answer],
    prompt_names: Sequence[str],
    schema_names: Sequence[str],
) -> Signature:
    """Build the signature of a run with a model, from its first answer."""
    first = next((answer for answer in answers if answer.model), answers[0])
    exact = tokens.is_exact(settings.model)
    return Signature(
        version=__version__,
        engine="llm",
        model=first.model or settings.model,
        response_format=first.response_format or None,
        prompts={name: prompts.load(name).digest for name in prompt_names},
        schemas={name: schemas.compute_digest(name) for name in (*schema_names, "run")},
        settings=settings.published() | dict.fromkeys(first.left_out, None),
        seed=None if "seed" in first.left_out else settings.seed,
        token_count=f"{tokens.ENCODING} ({'exact' if exact else 'estimate'})",
    )
