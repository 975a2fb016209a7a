"""Compares two runs, or two batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from rapidfuzz.distance import Indel, LCSseq

from claimcheck.models.claim import Claim
from claimcheck.models.review import Judgment, apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.verdict import Verdict
from claimcheck.store.store import RunStore

# Two claims count as one reworded claim if they share at least this part of their
# words, in order (Indel similarity, 0 to 1). Chosen by hand.
_MIN_REWORDED_SIMILARITY = 0.55

ClaimPair = tuple[Claim, Claim]
"""A claim of the old run and the same claim of the new run."""


@dataclass(frozen=True, slots=True)
class DiffSegment:
    """Consecutive words, which are in both texts, or only in one."""

    change: Literal["same", "gone", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class RewordedClaim:
    """A claim whose words changed; `words` has the old and the new ones."""

    old: str
    new: str
    words: tuple[DiffSegment, ...]


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A claim, or a sentence of the summary, that got another label."""

    text: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A claim whose decision changed; None means that it had no decision."""

    text: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class RunDiff:
    """The changes from an old run to a new one; false if nothing changed.

    Claims are represented by their texts. `same` is the number of unchanged claims;
    `moved` has those of them that are in another order.
    """

    same: int
    added: tuple[str, ...]
    gone: tuple[str, ...]
    reworded: tuple[RewordedClaim, ...]
    moved: tuple[str, ...]
    verdicts: tuple[VerdictChange, ...]
    decisions: tuple[DecisionChange, ...]

    def __bool__(self) -> bool:
        claims = (self.added, self.gone, self.reworded, self.moved)
        return any((*claims, self.verdicts, self.decisions))


@dataclass(frozen=True, slots=True)
class BatchComparison:
    """The diffs, by key, of the documents that were run in both batches.

    `only_first` and `only_second` count the documents that were run in only one.
    """

    documents: dict[str, RunDiff]
    only_first: int
    only_second: int


def compare_batches(store: RunStore, first: int, second: int) -> BatchComparison:
    """Compare the runs of two batches, document by document."""
    first_keys, second_keys = store.list_run_keys(first), store.list_run_keys(second)
    # One run of each batch at a time: together they may not fit into memory.
    documents = {
        key: compare_runs(run, store.run(second, key))
        for key, run in store.runs(first)
        if key in second_keys
    }
    return BatchComparison(
        documents,
        only_first=len(first_keys - second_keys),
        only_second=len(second_keys - first_keys),
    )


def compare_runs(old: Run, new: Run) -> RunDiff:
    """Compare two runs; claims match by identical text, then by similarity.

    The runs are compared with people's decisions applied; claims match by their
    original text.
    """
    # Identical texts come first, so that a similar text is not preferred to an equal
    # one.
    identical = _match_identical_claims(old.claims, new.claims)
    old_rest, new_rest = _list_unmatched(old.claims, new.claims, identical)
    similar = _match_similar_claims(old_rest, new_rest)
    gone, added = _list_unmatched(old_rest, new_rest, similar)
    pairs = [*identical, *similar]
    old, new = apply_decisions(old), apply_decisions(new)
    reworded = _list_reworded(old, new, pairs)
    moved = _find_moved_claims(identical, old.claims)
    return RunDiff(
        same=len(pairs) - len(reworded),
        added=tuple(claim.text for claim in added),
        gone=tuple(claim.text for claim in gone),
        reworded=reworded,
        moved=tuple(claim.text for claim in moved),
        verdicts=tuple(_compare_verdicts(old, new, pairs)),
        decisions=tuple(_compare_decisions(old, new, pairs)),
    )


def _list_reworded(
    old: Run, new: Run, pairs: Sequence[ClaimPair]
) -> tuple[RewordedClaim, ...]:
    """List the pairs whose texts differ, in the order of the new run."""
    old_texts = {claim.id: claim.text for claim in old.claims}
    old_ids = {after.id: before.id for before, after in pairs}
    reworded = []
    for claim in new.claims:
        before = old_texts[old_ids[claim.id]] if claim.id in old_ids else claim.text
        if before != claim.text:
            words = _diff_words(before, claim.text)
            reworded.append(RewordedClaim(before, claim.text, words))
    return tuple(reworded)


def _match_identical_claims(
    old: Sequence[Claim], new: Sequence[Claim]
) -> list[ClaimPair]:
    """Pair claims of identical text, in the order of the new run."""
    unmatched: dict[str, list[Claim]] = defaultdict(list)
    for claim in old:
        unmatched[claim.text].append(claim)
    pairs = []
    for claim in new:
        if unmatched[claim.text]:
            pairs.append((unmatched[claim.text].pop(0), claim))
    return pairs


def _list_unmatched(
    old: Sequence[Claim], new: Sequence[Claim], pairs: Sequence[ClaimPair]
) -> tuple[list[Claim], list[Claim]]:
    """Return the old and the new claims that are in no pair."""
    old_rest, new_rest = list(old), list(new)
    for before, after in pairs:
        old_rest.remove(before)
        new_rest.remove(after)
    return old_rest, new_rest


def _match_similar_claims(
    old: Sequence[Claim], new: Sequence[Claim]
) -> list[ClaimPair]:
    """Pair similar claims, most similar first, in the order of the new run."""
    words = {claim.id: claim.text.lower().split() for claim in (*old, *new)}
    candidates = []
    for old_number, before in enumerate(old):
        for new_number, after in enumerate(new):
            # Words are compared: with characters, a changed name would look like a
            # typo.
            similarity = Indel.normalized_similarity(words[before.id], words[after.id])
            if similarity >= _MIN_REWORDED_SIMILARITY:
                candidates.append((-similarity, old_number, new_number))
    match_of: dict[int, int] = {}  # number of a new claim -> number of an old one
    # Matching is greedy, starting with the most similar pair: this is simple, and easy
    # to follow in a diff.
    for _, old_number, new_number in sorted(candidates):
        if new_number not in match_of and old_number not in match_of.values():
            match_of[new_number] = old_number
    return [(old[match_of[number]], new[number]) for number in sorted(match_of)]


def _find_moved_claims(pairs: Sequence[ClaimPair], old: Sequence[Claim]) -> list[Claim]:
    """Return the fewest claims without which the rest is in the old order."""
    position_of = {claim.id: number for number, claim in enumerate(old)}
    new_order = [before.id for before, _ in pairs]
    old_order = sorted(new_order, key=position_of.__getitem__)
    # What is outside the longest common subsequence was deleted and inserted again.
    edits = LCSseq.editops(old_order, new_order)
    return [pairs[edit.dest_pos][1] for edit in edits if edit.tag == "insert"]


def _diff_words(old: str, new: str) -> tuple[DiffSegment, ...]:
    before, after = old.split(), new.split()
    segments = []
    # `autojunk` would ignore frequent words in long texts; here every word counts.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        old_words = " ".join(before[old_start:old_end])
        new_words = " ".join(after[new_start:new_end])
        if tag == "equal":
            segments.append(DiffSegment("same", old_words))
            continue
        if old_words:
            segments.append(DiffSegment("gone", old_words))
        if new_words:
            segments.append(DiffSegment("added", new_words))
    return tuple(segments)


def _compare_verdicts(
    old: Run, new: Run, pairs: Sequence[ClaimPair]
) -> list[VerdictChange]:
    """List the label changes of matched claims and identical sentences."""
    old_verdicts = _index_verdicts(old)
    new_verdicts = _index_verdicts(new)
    claim_ids = {claim.id for claim in (*old.claims, *new.claims)}
    subjects = [(before.id, after.id) for before, after in pairs]
    for subject in new_verdicts:
        # The id of a sentence is derived from its text, so it is the same in both runs.
        if subject not in claim_ids:
            subjects.append((subject, subject))
    changes = []
    for old_subject, new_subject in subjects:
        before = old_verdicts.get(old_subject)
        after = new_verdicts.get(new_subject)
        if before and after and before.label != after.label:
            change = VerdictChange(after.text, str(before.label), str(after.label))
            changes.append(change)
    return changes


def _compare_decisions(
    old: Run, new: Run, pairs: Sequence[ClaimPair]
) -> list[DecisionChange]:
    """List the matched claims about which people decided differently."""
    old_judgments = judge_claims(old)
    new_judgments = judge_claims(new)
    changes = []
    for old_claim, new_claim in pairs:
        before = _describe_action(old_judgments.get(old_claim.id))
        after = _describe_action(new_judgments.get(new_claim.id))
        if before != after:
            changes.append(DecisionChange(new_claim.text, before, after))
    return changes


def _describe_action(judgment: Judgment | None) -> str | None:
    if judgment is None:
        return None
    words = []
    if judgment.text:
        words.append(f"edited to “{judgment.text}”")
    if judgment.speaker:
        words.append(f"said by {judgment.speaker}")
    if not words and (judgment.is_settled or not judgment.verdict):
        words.append(str(judgment.action))
    if judgment.verdict:
        words.append(f"judged {judgment.verdict.replace('_', ' ')}")
    return ", ".join(words)


def _index_verdicts(run: Run) -> Mapping[str, Verdict]:
    return {verdict.subject: verdict for verdict in run.verdicts}
