"""Writes a run's claims as Web Annotations in JSON-LD, for annotation tools.

They follow https://www.w3.org/TR/annotation-model/. A claim is an annotation whose
targets are its spans. Its bodies are its text (`describing`), its kind (`tagging`), the
verdict (`assessing`), and people's decisions (`moderating`, `editing`, `commenting`).
`readers.annotations` reads them back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from claimcheck.models.claim import Claim
from claimcheck.models.decision import Action, Decision
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.readers.annotations import CONTEXT, ID_PREFIX, SOFTWARE
from claimcheck.readers.brat import EDITING_SPEAKER
from claimcheck.version import __version__

_CONTEXT_CHARACTERS = 32  # around a quote, to find it in a changed text


def render(run: Run) -> str:
    """Render the claims of a run as an annotation page."""
    labels = {verdict.subject: str(verdict.label) for verdict in run.verdicts}
    creator = {"type": SOFTWARE, "name": f"claimcheck {__version__}"}
    items = []
    for claim in run.claims:
        decisions = [item for item in run.decisions if item.claim == claim.id]
        bodies = [
            _build_body("describing", claim.text),
            _build_body("tagging", claim.kind),
        ]
        if claim.id in labels:
            verdict = _build_body("assessing", labels[claim.id])
            bodies.append({**verdict, "creator": creator})
        for decision in decisions:
            bodies += _list_decision_bodies(decision)
        items.append(
            {
                "id": ID_PREFIX + claim.id,
                "type": "Annotation",
                "motivation": "assessing" if claim.id in labels else "describing",
                "generator": creator,
                "body": bodies,
                "target": list(_iter_targets(run.document, claim)),
            }
        )
    page = {
        "@context": CONTEXT,
        "id": ID_PREFIX + run.document.id,
        "type": "AnnotationPage",
        "startIndex": 0,
        "items": items,
    }
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def _build_body(purpose: str, value: str) -> dict[str, Any]:
    return {
        "type": "TextualBody",
        "purpose": purpose,
        "value": value,
        "format": "text/plain",
    }


def _list_decision_bodies(decision: Decision) -> Iterator[dict[str, Any]]:
    values = {
        "moderating": None if decision.action is Action.NOTED else str(decision.action),
        "editing": decision.text,
        EDITING_SPEAKER: decision.speaker,
        "assessing": decision.verdict and str(decision.verdict),
        "commenting": decision.note,
    }
    for purpose, value in values.items():
        if value:
            yield {
                **_build_body(purpose, value),
                "creator": {"type": "Person", "name": decision.by},
                "created": decision.at.isoformat(),
            }


def _iter_targets(document: Document, claim: Claim) -> Iterator[dict[str, Any]]:
    source = document.url or document.source
    if not claim.spans:
        yield {"source": source}  # the quote was not found
    for span in claim.spans:
        part = document.find_part(span.start)
        offset = part.start if part else 0
        quote: dict[str, Any] = {"type": "TextQuoteSelector", "exact": span.text}
        if text := document.text:
            quote["prefix"] = text[
                max(0, span.start - _CONTEXT_CHARACTERS) : span.start
            ]
            quote["suffix"] = text[span.end : span.end + _CONTEXT_CHARACTERS]
        # The specification also counts code points.
        position = {
            "type": "TextPositionSelector",
            "start": span.start - offset,
            "end": span.end - offset,
        }
        yield {
            "source": part.source if part else source,
            "selector": [position, quote],
        }
