"""Read Web Annotations in JSON-LD (https://www.w3.org/TR/annotation-model/).

claimcheck or another tool wrote them: annotations of a quote, whose bodies state the
`purpose` for which they were written. Those of brat become such annotations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, Statement
from claimcheck.models.decision import Action, Decision, check_decision
from claimcheck.models.review import Judgment, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.readers.brat import EDITING_SPEAKER, holds_standoff, parse_standoff

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
ID_PREFIX = "urn:claimcheck:"
SOFTWARE = "Software"  # the type of a creator who decides nothing
# Of the bodies that decide something.
_UNDECIDED = Judgment((), Action.NOTED, None, None, None)
_PURPOSES = ("moderating", "editing", EDITING_SPEAKER, "assessing", "commenting")


@dataclass(frozen=True, slots=True)
class ImportedDecisions:
    """A file's new decisions, and how many annotations match no claim."""

    decisions: tuple[Decision, ...]
    unmatched: int


def holds_annotations(data: bytes) -> bool:
    """Return whether a file's content seems to be annotations."""
    return CONTEXT.encode() in data if _is_json(data) else holds_standoff(data)


def parse_statements(data: bytes, source: str) -> list[Statement]:
    """Return the descriptions in annotations, or else the quotes, as claims.

    Raises:
        InputError: the data is not an annotation, a list, or a page of them.
    """
    statements = []
    for item in _parse_items(data, source):
        quotes = [quote for quote, _ in _iter_selected(item) if quote]
        described = [
            body["value"] for body in _iter_bodies(item) if _has(body, "describing")
        ]
        text = " ".join(" … ".join(described[:1] or quotes).split())
        if text:
            statements.append(Statement.of(text))
    return statements


def parse_decisions(data: bytes, source: str, run: Run, by: str) -> ImportedDecisions:
    """Return the decisions in annotations that the run does not have yet.

    An annotation is about the claim with the same id, or with the same quote or
    location. `by` is the decider if no creator is named.

    Raises:
        InputError: the data is not an annotation, a list, or a page of them, or a
            decision cannot be stored.
    """
    known = list(run.decisions)
    is_state = not _is_json(data)
    unmatched = 0
    for item in _parse_items(data, source):
        claim = _find_claim(item, run)
        if claim is None:
            unmatched += 1
            continue
        for decision, is_dated in _iter_decisions(item, claim, by):
            if is_state:
                known += _list_changes(decision, run)
                continue
            # Without a time, a decision that the run already has is not repeated.
            others = [
                other if is_dated else replace(other, at=decision.at) for other in known
            ]
            if decision not in others:
                known.append(decision)
    new = sorted(known[len(run.decisions) :], key=lambda decision: decision.at)
    return ImportedDecisions(tuple(new), unmatched)


def _is_json(data: bytes) -> bool:
    return data.lstrip()[:1] in (b"{", b"[")


def _list_changes(decision: Decision, run: Run) -> list[Decision]:
    """Return what is new in a decision that also repeats the run."""
    labels = {verdict.subject: verdict.label for verdict in run.verdicts}
    judgment = judge_claims(run).get(decision.claim, _UNDECIDED)
    label = judgment.verdict or labels.get(decision.claim)
    verdict = None if decision.verdict == label else decision.verdict
    repeats_note = _is_same_text(decision.note, judgment.note)
    note = None if repeats_note else decision.note
    changed = replace(decision, verdict=verdict, note=note)
    is_known = decision.action in (Action.NOTED, judgment.action)
    repeats_edit = _is_same_text(decision.text, judgment.text) and (
        _is_same_text(decision.speaker, judgment.speaker)
    )
    if not (is_known and repeats_edit):
        return [changed]
    if verdict or note:
        return [replace(changed, action=Action.NOTED, text=None, speaker=None)]
    return []


def _is_same_text(new: str | None, old: str | None) -> bool:
    """Whether a text is missing, or has the words of the other."""
    return new is None or new.split() == (old or "").split()


def _parse_items(data: bytes, source: str) -> list[dict[str, Any]]:
    if not _is_json(data):
        return parse_standoff(data, source)
    try:
        page = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source}: is not JSON: {error}") from None
    if isinstance(page, dict):
        first = page.get("first")
        if isinstance(first, dict):  # a collection with its first page
            page = first
        page = page.get("items", [page])
    items = page if isinstance(page, list) else []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or "target" not in item:
            raise InputError(f"{source}: item {number} is not a Web Annotation")
    return items


def _find_claim(item: dict[str, Any], run: Run) -> Claim | None:
    name = str(item.get("id", "")).removeprefix(ID_PREFIX)
    selected = set(_iter_selected(item))
    quotes = {" ".join(quote.split()) for quote, _ in selected}
    positions = {position for _, position in selected if position}
    for claim in run.claims:
        if claim.id == name:
            return claim
    for claim in run.claims:
        claim_spans = {(span.start, span.end) for span in claim.spans}
        texts = [" ".join(span.text.split()) for span in claim.spans]
        # By quote if there is one, because locations move when a text changes.
        # A quote may have all parts.
        has_quote = quotes in (set(texts), {" ".join(texts)})
        if claim_spans and (has_quote if any(quotes) else claim_spans == positions):
            return claim
    return None


def _iter_decisions(
    item: dict[str, Any], claim: Claim, by: str
) -> Iterator[tuple[Decision, bool]]:
    """Yield a decision per person and time, and whether the time is stated."""
    for (name, at), values in _group_bodies(item, by).items():
        action = _choose_action(values)
        is_edited = action is Action.EDITED
        text = values.get("editing") if is_edited else None
        speaker = values.get(EDITING_SPEAKER) if is_edited else None
        label = values.get("assessing")
        verdict = Label(label) if label in set(Label) else None
        note = values.get("commenting")
        if verdict or note or action is not Action.NOTED:
            moment = at or datetime.now(UTC).replace(microsecond=0)
            decision = Decision(
                claim.id, action, text, verdict, note, name, moment, speaker
            )
            yield check_decision(decision), at is not None


def _group_bodies(
    item: dict[str, Any], by: str
) -> dict[tuple[str, datetime | None], dict[str, str]]:
    """Map each person and time to the texts of their bodies, by purpose."""
    decided: dict[tuple[str, datetime | None], dict[str, str]] = {}
    for body in _iter_bodies(item):
        for purpose in _PURPOSES:
            if _has(body, purpose):
                key = (body["name"] or by, body["created"])
                decided.setdefault(key, {})[purpose] = body["value"]
    return decided


def _choose_action(values: dict[str, str]) -> Action:
    stated = values.get("moderating")
    is_edited = "editing" in values or EDITING_SPEAKER in values
    if is_edited and stated != Action.REJECTED:
        return Action.EDITED
    return Action(stated) if stated in set(Action) else Action.NOTED


def _has(body: dict[str, Any], purpose: str) -> bool:
    return purpose in body["purposes"]


def _iter_bodies(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the texts of an annotation, with who wrote them, when, and why."""
    bodies = item.get("body", item.get("bodyValue", []))
    for body in bodies if isinstance(bodies, list) else [bodies]:
        fields = {"value": body} if isinstance(body, str) else body
        if not isinstance(fields, dict) or _is_by_software(fields):
            continue
        if isinstance(fields.get("value"), str):
            purposes = fields.get("purpose") or item.get("motivation") or "commenting"
            yield {
                "value": fields["value"],
                "purposes": purposes if isinstance(purposes, list) else [purposes],
                "name": _get_name(fields) or _get_name(item),
                "created": _get_time(fields) or _get_time(item),
            }


def _is_by_software(fields: dict[str, Any]) -> bool:
    creator = fields.get("creator")
    return isinstance(creator, dict) and creator.get("type") == SOFTWARE


def _get_name(fields: dict[str, Any]) -> str:
    creator = fields.get("creator")
    if isinstance(creator, dict):
        creator = creator.get("name") or creator.get("id")
    return creator if isinstance(creator, str) else ""


def _get_time(fields: dict[str, Any]) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(fields.get("created")))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _iter_selected(
    item: dict[str, Any],
) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """Yield the quote and the location of each target."""
    targets = item["target"]
    for target in targets if isinstance(targets, list) else [targets]:
        selectors = target.get("selector", []) if isinstance(target, dict) else []
        quote, position = "", None
        for selector in selectors if isinstance(selectors, list) else [selectors]:
            if not isinstance(selector, dict):
                continue
            if isinstance(selector.get("exact"), str):
                quote = selector["exact"]
            start, end = selector.get("start"), selector.get("end")
            if isinstance(start, int) and isinstance(end, int):
                position = (start, end)
        yield quote, position
