"""Apply people's decisions to a run for every report, export, and comparison.

`Run.decisions` has each decision as it was made. This module combines and applies
them in one place, so that two reports never show a claim in two states.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import NamedTuple

from claimcheck.models.claim import Claim, Consistency
from claimcheck.models.decision import (
    DOCUMENT_SPEAKER,
    Action,
    Decision,
    describe_decision,
)
from claimcheck.models.run import (
    Check,
    CheckFailure,
    LinkedText,
    Run,
    Summary,
)
from claimcheck.models.verdict import DecidedBy, Finding, Label, Verdict

_WORD = re.compile(r"\w+")
# A part of a sentence that repeats it: fewer words may be in any sentence. By hand.
_MIN_REPEATED_WORDS = 4
_MAX_HEADLINE = 100  # characters of a sentence in place of a headline; by hand


@dataclass(frozen=True, slots=True)
class Judgment:
    """The combined decisions about a claim.

    `decisions` are those in force, oldest first: the last one that accepts, edits, or
    rejects the claim, the edits it adds to, the last verdict, and the last one of any
    kind. `text` and `speaker` are None if they are the claim's own. A later edit voids
    `verdict`, because it was about another claim.
    """

    decisions: tuple[Decision, ...]
    action: Action
    text: str | None
    speaker: str | None
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
        """Whether the claim no longer counts."""
        return self.action is Action.REJECTED

    def describe(self) -> str:
        """Describe the decisions in force in one line."""
        return "; ".join(map(describe_decision, self.decisions))


def judge_claims(run: Run) -> dict[str, Judgment]:
    """Map the id of each claim with decisions to its judgment."""
    by_claim: dict[str, list[Decision]] = defaultdict(list)
    for decision in run.decisions:
        by_claim[decision.claim].append(decision)
    return {claim: _combine(decisions) for claim, decisions in by_claim.items()}


def _combine(decisions: list[Decision]) -> Judgment:
    acting = verdict = text = speaker = None
    for decision in decisions:
        if decision.action is Action.EDITED:
            verdict = None
            # Whoever corrects a speaker keeps the text that was corrected before.
            text = decision if decision.text else text
            speaker = decision if decision.speaker else speaker
        elif decision.action is not Action.NOTED:
            text = speaker = None  # accepted or rejected as the claim was at first
        acting = acting if decision.action is Action.NOTED else decision
        verdict = decision if decision.verdict else verdict
    in_force = [acting, text, speaker, verdict, decisions[-1]]
    return Judgment(
        decisions=tuple(item for item in decisions if item in in_force),
        action=acting.action if acting else Action.NOTED,
        text=getattr(text, "text", None),
        speaker=getattr(speaker, "speaker", None),
        verdict=getattr(verdict, "verdict", None),
    )


def apply_decisions(run: Run) -> Run:
    """Return the run with the claims and verdicts as people changed them.

    A rejected claim stays in the list, so that the other claims keep their numbers, but
    loses its verdicts. An edited claim loses them, too, because they were about another
    claim. The summary drops what rests on rejected claims alone, and repeats an edited
    claim in its new words. A headline that repeats a rejected claim is replaced. A
    person's verdict replaces that of the check. Applying decisions twice has no further
    effect.
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
        summary=run.summary and _apply_to_summary(run.summary, run, judgments),
        claims=tuple(_apply_edits(claim, judgments) for claim in run.claims),
        verdicts=_apply_verdicts(run, judgments, obsolete),
        unchecked=_drop_failures(run.unchecked, judgments.keys()),
        external_check=run.external_check
        and _drop_obsolete(run.external_check, obsolete),
    )


def list_checkable_claims(run: Run) -> list[Claim]:
    """List the claims that nobody rejected, as edited."""
    judgments = judge_claims(run)
    rejected = {claim for claim, judged in judgments.items() if judged.is_rejected}
    return [
        _apply_edits(claim, judgments)
        for claim in run.claims
        if claim.id not in rejected
    ]


class LabelCounts(NamedTuple):
    """How often each label was given: by checks, and by people to claims."""

    claims: Counter[Label]
    sentences: Counter[Label]
    by_people: Counter[Label]


def count_labels(run: Run) -> LabelCounts:
    """Count the verdicts on claims, on sentences of the summary, of people."""
    ids = {claim.id for claim in run.claims}
    counts = LabelCounts(Counter(), Counter(), Counter())
    for verdict in run.verdicts:
        if verdict.finding.decided_by is DecidedBy.PERSON:
            counts.by_people[verdict.label] += 1
        elif verdict.subject in ids:
            counts.claims[verdict.label] += 1
        else:
            counts.sentences[verdict.label] += 1
    return counts


class _SummaryReview:
    """Applies decisions about claims that a summary rests on or repeats."""

    def __init__(
        self, claims: Iterable[Claim], judgments: Mapping[str, Judgment]
    ) -> None:
        rejected = {claim for claim, judged in judgments.items() if judged.is_rejected}
        self._rejected = rejected
        self._kept = {claim.id: claim for claim in claims if claim.id not in rejected}
        self._judgments = judgments
        # Words that another claim still says are not gone.
        kept = {words for claim in self._kept.values() for words in _list_words(claim)}
        gone = {words for claim in claims for words in _list_words(claim)}
        self._gone = gone - kept

    def repeats_rejected(self, text: str) -> bool:
        """Return whether a text repeats a rejected claim, or part of one."""
        words = _normalize_words(text)
        if words.count(" ") < _MIN_REPEATED_WORDS:
            return words in self._gone
        return any(f" {words} " in f" {gone} " for gone in self._gone)

    def keeps(self, text: str, claim_ids: Sequence[str]) -> bool:
        """Return whether a text rests on a claim that nobody rejected."""
        if claim_ids:
            return not self._rejected.issuperset(claim_ids)
        return not self.repeats_rejected(text)

    def update(self, text: str, claim_ids: Sequence[str]) -> str:
        """Return the new words of the one claim that a text repeats."""
        claim = self._kept.get(claim_ids[0]) if len(claim_ids) == 1 else None
        if claim is None or _normalize_words(text) not in _list_words(claim):
            return text
        judgment = self._judgments.get(claim.id)
        return (judgment and judgment.text) or text

    def update_all(self, items: Iterable[LinkedText]) -> tuple[LinkedText, ...]:
        """Return the texts that remain, in their new words."""
        return tuple(
            replace(item, text=self.update(item.text, item.claim_ids))
            for item in items
            if self.keeps(item.text, item.claim_ids)
        )

    def update_headline(self, headline: str, texts: Sequence[str]) -> str:
        """Update the headline; replace it if it repeats a rejected claim.

        The replacement is the first text that is not empty.
        """
        if self.repeats_rejected(headline):
            return shorten(next(filter(None, texts)), _MAX_HEADLINE, placeholder="…")
        # A headline without citations can only be recognized by its words.
        for claim_id, judgment in self._judgments.items():
            new = self.update(headline, [claim_id])
            if judgment.text and new != headline:
                return new.rstrip(".")
        return headline


def _list_words(claim: Claim) -> set[str]:
    return {_normalize_words(claim.text), _normalize_words(claim.quote)}


def _normalize_words(text: str) -> str:
    """Return the words alone: a headline lacks its sentence's full stop."""
    return " ".join(_WORD.findall(text.casefold()))


def _apply_to_summary(
    summary: Summary, run: Run, judgments: Mapping[str, Judgment]
) -> Summary:
    review = _SummaryReview(run.claims, judgments)
    sentences = review.update_all(summary.sentences)
    key_points = review.update_all(summary.key_points)
    positions = [
        replace(item, position=review.update(item.position, item.claim_ids))
        for item in summary.positions
        if review.keeps(item.position, item.claim_ids)
    ]
    # A title is the best headline, unless it repeats what was rejected.
    title = run.document.title or ""
    left = [item.text for item in (*sentences, *key_points)]
    texts = ["" if review.repeats_rejected(title) else title, *left]
    return replace(
        summary,
        headline=review.update_headline(
            summary.headline, [*texts, run.document.source]
        ),
        sentences=sentences,
        key_points=key_points,
        positions=tuple(positions),
        open_questions=tuple(
            question
            for question in summary.open_questions
            if not review.repeats_rejected(question)
        ),
    )


def _apply_edits(claim: Claim, judgments: Mapping[str, Judgment]) -> Claim:
    judgment = judgments.get(claim.id)
    if judgment is None or not (judgment.text or judgment.speaker):
        return claim
    speaker = judgment.speaker or claim.speaker
    # The new claim has not been compared with the quote.
    return replace(
        claim,
        text=judgment.text or claim.text,
        speaker=None if speaker == DOCUMENT_SPEAKER else speaker,
        consistency=Consistency.UNCLEAR,
        differences=(),
    )


def _apply_verdicts(
    run: Run, judgments: Mapping[str, Judgment], obsolete: set[str]
) -> tuple[Verdict, ...]:
    verdicts = {
        verdict.subject: verdict
        for verdict in run.verdicts
        if verdict.subject not in obsolete
    }
    for claim in run.claims:
        judgment = judgments.get(claim.id)
        if judgment is None or judgment.verdict is None or judgment.is_rejected:
            continue
        before = verdicts.get(claim.id)
        # If the person agrees with the check, its reason and evidence stay.
        if before is None or before.label is not judgment.verdict:
            verdicts[claim.id] = _build_verdict(
                claim, judgment, judgment.verdict, before
            )
    return tuple(verdicts.values())


def _build_verdict(
    claim: Claim, judgment: Judgment, label: Label, before: Verdict | None
) -> Verdict:
    # The last verdict holds, whoever else decided something.
    with_verdict = [item for item in judgment.decisions if item.verdict]
    rationale = f"The verdict of {with_verdict[-1].by}."
    if before:
        name = before.label.replace("_", " ")
        rationale += f" The check said {name}: {before.finding.rationale}"
    return Verdict(
        subject=claim.id,
        text=judgment.text or claim.text,
        speaker=before.speaker if before else None,
        finding=Finding(label, None, rationale, (), (), DecidedBy.PERSON),
        # The person answered the first question only.
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
