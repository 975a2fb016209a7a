"""What a schema can't say: whether the parts of a run fit each other and the document's text."""

from __future__ import annotations

from claimcheck.core.claim import Match
from claimcheck.core.run import Run


def inconsistencies(run: Run) -> list[str]:
    """Every place where a run contradicts itself, with its JSON path; none in a run that claimcheck made."""
    return [*_spans(run), *_ids(run), *_ledger(run)]


def _spans(run: Run) -> list[str]:
    found = []
    text = run.document.text
    if text is not None and len(text) != run.document.characters:
        found.append(f"$.document.characters: is {run.document.characters}, the text has {len(text)}")
    for number, claim in enumerate(run.claims):
        if (claim.match is Match.NONE) != (not claim.spans):
            found.append(f"$.claims[{number}].spans: match is {claim.match}, with {len(claim.spans)} spans")
        for place, span in enumerate(claim.spans):
            if text is not None and text[span.start : span.end] != span.text:
                found.append(
                    f"$.claims[{number}].spans[{place}].text: is not document.text[{span.start}:{span.end}]"
                )
    return found


def _ids(run: Run) -> list[str]:
    known = [claim.id for claim in run.claims]
    found = [
        f"$.claims[{place}].id: {identity} occurs twice"
        for place, identity in enumerate(known)
        if identity in known[:place]
    ]
    if run.summary is None:
        return found if run.failures else [*found, "$.summary: is null, and no failure says why"]
    for name in ("sentences", "key_points", "positions"):
        for place, item in enumerate(getattr(run.summary, name)):
            found += [
                f"$.summary.{name}[{place}].claim_ids: there is no claim {identity}"
                for identity in item.claim_ids
                if identity not in known
            ]
    return found


def _ledger(run: Run) -> list[str]:
    position = 0
    for number, entry in enumerate(run.ledger):
        if entry.start != position or entry.end <= entry.start:
            return [f"$.ledger[{number}]: starts at {entry.start}, the entry before ends at {position}"]
        position = entry.end
    end = run.document.characters
    return [] if position == end else [f"$.ledger: ends at {position}, the document at {end}"]
