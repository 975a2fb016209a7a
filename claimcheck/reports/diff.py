"""Two batches over the same documents, document by document: what a changed model, prompt or setting changed."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz.distance import Indel

from claimcheck.models.claim import Claim
from claimcheck.models.run import Run
from claimcheck.store.store import RunStore

_MIN_REWORDED_SIMILARITY = (
    0.55  # of the words of two claims, that they share in order: less is another claim
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class DiffSegment:
    """A run of words in both texts (`same`), in the old one alone (`gone`) or in the new one alone (`added`)."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class RewordedClaim:
    """A claim whose words changed; `words` in a row say how."""

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
class RunDiff:
    """From an old run to a new one: claims by their texts. `moved` ones stand before or after others than they did."""

    same: int
    added: tuple[str, ...]
    gone: tuple[str, ...]
    reworded: tuple[RewordedClaim, ...]
    moved: tuple[str, ...]
    verdicts: tuple[VerdictChange, ...]

    def __bool__(self) -> bool:
        return bool(
            self.added or self.gone or self.reworded or self.moved or self.verdicts
        )


def compare_runs(old: Run, new: Run) -> RunDiff:
    """Compare two runs; claims match by identical text, then by similarity."""
    pairs = _match_identical_claims(old.claims, new.claims)
    left = [
        claim
        for claim in old.claims
        if claim.id not in {before.id for before, _ in pairs}
    ]
    right = [
        claim
        for claim in new.claims
        if claim.id not in {after.id for _, after in pairs}
    ]
    likest = _match_similar_claims(left, right)
    moved = _find_moved_claims(pairs, old.claims, new.claims)
    gone = {before.id for before, _ in likest}
    added = {after.id for _, after in likest}
    return RunDiff(
        same=len(pairs),
        added=tuple(claim.text for claim in right if claim.id not in added),
        gone=tuple(claim.text for claim in left if claim.id not in gone),
        reworded=tuple(
            RewordedClaim(before.text, after.text, _diff_words(before.text, after.text))
            for before, after in likest
        ),
        moved=tuple(claim.text for claim in moved),
        verdicts=_compare_verdicts(old, new, [*pairs, *likest]),
    )


def _match_identical_claims(
    old: Sequence[Claim], new: Sequence[Claim]
) -> list[tuple[Claim, Claim]]:
    """Pair claims of identical text, each once, in the order of the new run."""
    waiting: dict[str, list[Claim]] = {}
    for claim in old:
        waiting.setdefault(claim.text, []).append(claim)
    return [
        (waiting[claim.text].pop(0), claim) for claim in new if waiting.get(claim.text)
    ]


def _match_similar_claims(
    old: Sequence[Claim], new: Sequence[Claim]
) -> list[tuple[Claim, Claim]]:
    """Pair similar claims, most similar first, in the order of the new run."""
    words = {claim.id: _WORD.findall(claim.text.lower()) for claim in (*old, *new)}
    scores = sorted(
        (
            (
                Indel.normalized_similarity(words[before.id], words[after.id]),
                here,
                there,
            )
            for here, before in enumerate(old)
            for there, after in enumerate(new)
        ),
        key=lambda score: (-score[0], score[1], score[2]),
    )
    used_old: set[int] = set()
    found: dict[int, int] = {}
    for score, here, there in scores:
        if score < _MIN_REWORDED_SIMILARITY:
            break
        if here not in used_old and there not in found:
            used_old.add(here)
            found[there] = here
    return [(old[found[there]], new[there]) for there in sorted(found)]


def _find_moved_claims(
    pairs: Sequence[tuple[Claim, Claim]], old: Sequence[Claim], new: Sequence[Claim]
) -> list[Claim]:
    """Return the claims outside the longest common order (patience sorting)."""
    place = {claim.id: number for number, claim in enumerate(old)}
    order = {claim.id: number for number, claim in enumerate(new)}
    ordered = sorted(pairs, key=lambda pair: order[pair[1].id])
    places = [place[before.id] for before, _ in ordered]
    tails: list[int] = []
    last: list[int] = []
    previous: list[int | None] = []
    for number, where in enumerate(places):
        at = bisect.bisect_left(tails, where)
        previous.append(last[at - 1] if at else None)
        if at == len(tails):
            tails.append(where)
            last.append(number)
        else:
            tails[at], last[at] = where, number
    kept: set[int] = set()
    number_: int | None = last[-1] if last else None
    while number_ is not None:
        kept.add(number_)
        number_ = previous[number_]
    return [after for number, (_, after) in enumerate(ordered) if number not in kept]


def _diff_words(old: str, new: str) -> tuple[DiffSegment, ...]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    found: list[DiffSegment] = []
    for tag, a, b, c, d in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            found.append(DiffSegment("same", " ".join(before[a:b])))
            continue
        if a < b:
            found.append(DiffSegment("gone", " ".join(before[a:b])))
        if c < d:
            found.append(DiffSegment("added", " ".join(after[c:d])))
    return tuple(found)


def _compare_verdicts(
    old: Run, new: Run, pairs: Sequence[tuple[Claim, Claim]]
) -> tuple[VerdictChange, ...]:
    """Return the label changes of matched claims and of identical sentences."""
    before = {verdict.subject: verdict for verdict in old.verdicts}
    after = {verdict.subject: verdict for verdict in new.verdicts}
    subjects = [(left.id, right.id) for left, right in pairs]
    claims = {claim.id for claim in (*old.claims, *new.claims)}
    subjects += [
        (subject, subject)
        for subject in after
        if subject in before and subject not in claims
    ]
    return tuple(
        VerdictChange(
            after[right].text, str(before[left].label), str(after[right].label)
        )
        for left, right in subjects
        if left in before
        and right in after
        and before[left].label != after[right].label
    )


@dataclass(frozen=True, slots=True)
class BatchComparison:
    """The changes of the documents that both batches have a run of, by key, and how many only one has."""

    documents: dict[str, RunDiff]
    only_first: int
    only_second: int


def compare_batches(store: RunStore, first: int, second: int) -> BatchComparison:
    """Compare the runs of two batches, document by document."""
    both = {
        key: compare_runs(run, store.run(second, key))
        for key, run in store.runs(first)
        if store.has_run(second, key)
    }
    only = [store.count_runs(batch) - len(both) for batch in (first, second)]
    return BatchComparison(both, *only)
