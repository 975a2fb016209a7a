"""A run as people decided it: what every report, export, and comparison shows.

`Run.decisions` has each decision as it was made. Here they are taken together and
applied, so that two reports of a run never show two states of a claim.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from claimcheck.models.claim import Claim, Consistency
from claimcheck.models.decision import Action, Decision, describe_decision
from claimcheck.models.run import (
    Check,
    CheckFailure,
    LinkedText,
    Position,
    Run,
    Summary,
)
from claimcheck.models.verdict import DecidedBy, Finding, Label, Verdict


# Of a headline that begins a claim: fewer are a topic. Chosen by hand.
_MIN_SENTENCE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Judgment:
    """What people decided about a claim, all their decisions taken together.

    `decisions` are those in force, oldest first: the last one that accepts, edits, or
    rejects the claim, the last verdict, and the last of all. `verdict` is None if it
    was given before the claim was edited: it is about other words.
    """

    decisions: tuple[Decision, ...]
    action: Action
    text: str | None
    verdict: Label | None

    @property
    def note(self) -> str | None:
        """The last note."""
        notes = [decision.note for decision in self.decisions if decision.note]
        return notes[-1] if notes else None

    @property
    def is_settled(self) -> bool:
        """Whether somebody accepted, edited, or rejected the claim."""
        return self.action is not Action.NOTED

    @property
    def is_rejected(self) -> bool:
        """Whether the claim counts no longer."""
        return self.action is Action.REJECTED

    def describe(self) -> str:
        """Describe the decisions in force in one line."""
        return "; ".join(map(describe_decision, self.decisions))


def judge_claims(run: Run) -> dict[str, Judgment]:
    """Map the ids of claims that people decided about to what they decided."""
    by_claim: dict[str, list[Decision]] = defaultdict(list)
    for decision in run.decisions:
        by_claim[decision.claim].append(decision)
    return {claim: _combine(decisions) for claim, decisions in by_claim.items()}


def _combine(decisions: list[Decision]) -> Judgment:
    acting = verdict = None
    for decision in decisions:
        if decision.action is not Action.NOTED:
            acting = decision
        if decision.action is Action.EDITED:
            verdict = None
        if decision.verdict:
            verdict = decision
    in_force = [item for item in (acting, verdict, decisions[-1]) if item]
    return Judgment(
        decisions=tuple(item for item in decisions if item in in_force),
        action=acting.action if acting else Action.NOTED,
        text=acting.text if acting else None,
        verdict=verdict.verdict if verdict else None,
    )


def apply_decisions(run: Run) -> Run:
    """Return the run with the texts and verdicts that people gave its claims.

    A rejected claim keeps its place, so that the numbers of claims stay, and loses its
    verdicts. So does an edited one: they are about other words. The summary no longer
    says what rests on rejected claims alone, and repeats an edited one in its new
    words. A verdict of a person takes the place of that of the check. Applying
    decisions twice changes nothing more.
    """
    judgments = judge_claims(run)
    if not judgments:
        return run
    obsolete = {
        claim
        for claim, judgment in judgments.items()
        if judgment.action in (Action.EDITED, Action.REJECTED)
    }
    return replace(
        run,
        summary=run.summary and _apply_to_summary(run.summary, run.claims, judgments),
        claims=tuple(_apply_text(claim, judgments) for claim in run.claims),
        verdicts=_apply_verdicts(run, judgments, obsolete),
        unchecked=_drop_failures(run.unchecked, judgments.keys()),
        external_check=run.external_check
        and _drop_obsolete(run.external_check, obsolete),
    )


def list_checkable_claims(run: Run) -> list[Claim]:
    """List the claims that are not rejected, with texts as edited."""
    judgments = judge_claims(run)
    rejected = {claim for claim, made in judgments.items() if made.is_rejected}
    return [
        _apply_text(claim, judgments)
        for claim in run.claims
        if claim.id not in rejected
    ]


def count_labels(run: Run) -> tuple[Counter[Label], Counter[Label]]:
    """Count the verdicts on claims, and those on sentences of the summary."""
    ids = {claim.id for claim in run.claims}
    claims: Counter[Label] = Counter()
    sentences: Counter[Label] = Counter()
    for verdict in run.verdicts:
        (claims if verdict.subject in ids else sentences)[verdict.label] += 1
    return claims, sentences


@dataclass(frozen=True, slots=True)
class _ReviewedClaims:
    """The claims that are left, and what people decided on them."""

    kept: Mapping[str, Claim]
    rejected: Collection[str]
    judgments: Mapping[str, Judgment]

    def support(self, item: LinkedText | Position) -> bool:
        """Return whether an item rests on more than rejected claims."""
        return not item.claim_ids or not set(self.rejected).issuperset(item.claim_ids)

    def get_text(self, text: str, claim_ids: Sequence[str]) -> str:
        """Return the new words of the one claim that a text repeats."""
        claim = self.kept.get(claim_ids[0]) if len(claim_ids) == 1 else None
        if claim is None or text not in (claim.text, claim.quote):
            return text
        judgment = self.judgments.get(claim.id)
        return (judgment and judgment.text) or text

    def apply(self, items: Iterable[LinkedText]) -> tuple[LinkedText, ...]:
        """Return the texts that are left, in their new words."""
        left = filter(self.support, items)
        return tuple(
            replace(item, text=self.get_text(item.text, item.claim_ids))
            for item in left
        )


def _apply_to_summary(
    summary: Summary, claims: Iterable[Claim], judgments: Mapping[str, Judgment]
) -> Summary:
    rejected = {claim for claim, made in judgments.items() if made.is_rejected}
    kept = {claim.id: claim for claim in claims if claim.id not in rejected}
    reviewed = _ReviewedClaims(kept, rejected, judgments)
    repeated = {text for claim in kept.values() for text in (claim.text, claim.quote)}
    gone = {text for claim in claims for text in (claim.text, claim.quote)} - repeated
    positions = [
        replace(item, position=reviewed.get_text(item.position, item.claim_ids))
        for item in filter(reviewed.support, summary.positions)
    ]
    sentences = reviewed.apply(summary.sentences)
    key_points = reviewed.apply(summary.key_points)
    return replace(
        summary,
        headline=_choose_headline(summary.headline, gone, [*sentences, *key_points]),
        sentences=sentences,
        key_points=key_points,
        positions=tuple(positions),
        open_questions=tuple(
            question for question in summary.open_questions if question not in gone
        ),
    )


def _choose_headline(
    headline: str, gone: Collection[str], left: Sequence[LinkedText]
) -> str:
    """Return the headline, or what is left if it begins or is a text that is gone."""
    words = headline.rstrip(".")
    is_sentence = len(words.split()) >= _MIN_SENTENCE_WORDS
    if not (is_sentence and any(text.startswith(words) for text in gone)):
        return headline
    return left[0].text if left else "(headline rejected)"


def _apply_text(claim: Claim, judgments: Mapping[str, Judgment]) -> Claim:
    judgment = judgments.get(claim.id)
    if judgment is None or judgment.text is None:
        return claim
    # Nobody compared the new text with the quote.
    return replace(
        claim,
        text=judgment.text,
        consistency=Consistency.UNCLEAR,
        differences=(),
    )


def _apply_verdicts(
    run: Run, judgments: Mapping[str, Judgment], obsolete: set[str]
) -> tuple[Verdict, ...]:
    kept = {
        verdict.subject: verdict
        for verdict in run.verdicts
        if verdict.subject not in obsolete
    }
    for claim in run.claims:
        judgment = judgments.get(claim.id)
        if judgment is None or judgment.verdict is None or judgment.is_rejected:
            continue
        before = kept.get(claim.id)
        # A verdict that a person shares keeps its reason and its evidence.
        if before is None or before.label is not judgment.verdict:
            kept[claim.id] = _build_verdict(claim, judgment, judgment.verdict, before)
    return tuple(kept.values())


def _build_verdict(
    claim: Claim, judgment: Judgment, label: Label, before: Verdict | None
) -> Verdict:
    made = [decision for decision in judgment.decisions if decision.verdict]
    rationale = f"The verdict of {made[-1].by}."
    if before:
        name = before.label.replace("_", " ")
        rationale += f" The check said {name}: {before.finding.rationale}"
    return Verdict(
        subject=claim.id,
        text=judgment.text or claim.text,
        speaker=before.speaker if before else None,
        finding=Finding(label, None, rationale, (), (), DecidedBy.PERSON),
        content=before.content if before else None,
        votes=None,
    )


def _drop_obsolete(check: Check, obsolete: set[str]) -> Check:
    return replace(
        check,
        verdicts=tuple(
            verdict for verdict in check.verdicts if verdict.subject not in obsolete
        ),
        failures=_drop_failures(check.failures, obsolete),
    )


def _drop_failures(
    failures: tuple[CheckFailure, ...], claims: Container[str]
) -> tuple[CheckFailure, ...]:
    return tuple(item for item in failures if item.subject not in claims)
