"""Asks a model for verdicts on statements, in as few requests as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from claimcheck import prompts, tokens
from claimcheck.models.claim import Statement
from claimcheck.models.llm import ModelRequest
from claimcheck.pipeline.answer_values import VerdictAnswer, VerdictsAnswer
from claimcheck.pipeline.answers import Answer, ask_all
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.requests import build_request, fold_text, vary_request
from claimcheck.settings import Settings
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.retrieve import select_passages

SCHEMA, PROMPT = "verdict.answer", "verdict"
# With more shared passages, one request costs more than it saves. Chosen by hand.
_MAX_SHARED_TOKENS = 3_000
# A document, and the index of a sentence in it.
Passage = tuple[EvidenceDocument, int]


@dataclass(frozen=True, slots=True)
class StatementEvidence:
    """A statement, and the documents that may bear on it."""

    statement: Statement
    documents: Sequence[EvidenceDocument]

    def select(self, count: int) -> Sequence[Passage]:
        """Return the best passages for the statement, at most `count`."""
        return select_passages(self.statement.text, self.documents, count)


@dataclass(frozen=True, slots=True)
class Vote:
    """An answer, and its verdict on one statement, if it has one."""

    answer: Answer[VerdictsAnswer]
    verdict: VerdictAnswer | None
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class _Group:
    """The indexes of statements that are checked in one request.

    `passages` are the sentences that the model sees, numbered from 1.
    """

    indexes: Sequence[int]
    passages: Sequence[Passage]

    def build_requests(
        self, items: Sequence[StatementEvidence], settings: Settings
    ) -> list[ModelRequest]:
        """Return a request for each vote."""
        statements = [items[index].statement for index in self.indexes]
        return _build_requests(statements, self.passages, settings)

    def split(
        self, items: Sequence[StatementEvidence], settings: Settings
    ) -> list[_Group]:
        """Return smaller groups, for a smaller window; none if impossible."""
        if len(self.indexes) > 1:
            return [
                _Group([index], items[index].select(settings.top_k))
                for index in self.indexes
            ]
        if len(self.passages) < 2:
            return []
        (index,) = self.indexes
        return [_Group([index], items[index].select(len(self.passages) // 2))]

    def read_votes(
        self, answers: Sequence[Answer[VerdictsAnswer]]
    ) -> dict[int, list[Vote]]:
        """Return the votes on each statement, in the order of the answers."""
        votes: dict[int, list[Vote]] = {index: [] for index in self.indexes}
        for answer in answers:
            verdicts: dict[int, VerdictAnswer] = {}
            for item in answer.value.verdicts if answer.value else ():
                verdicts.setdefault(item.number, item)
            for number, index in enumerate(self.indexes, 1):
                vote = Vote(answer, verdicts.get(number), self.passages)
                votes[index].append(vote)
        return votes


def ask_for_votes(
    items: Sequence[StatementEvidence], settings: Settings
) -> Flow[tuple[list[list[Vote]], list[Answer[VerdictsAnswer]]]]:
    """Return the votes on each statement, and all answers that were paid for.

    A statement that a shared answer omits gets its own request. A request that
    exceeds the model's window is repeated with fewer passages.
    """
    votes_by_item: list[list[Vote]] = [[] for _ in items]
    all_answers: list[Answer[VerdictsAnswer]] = []
    pending = _group_items(items, settings)
    while pending:
        requests: list[ModelRequest] = []
        for group in pending:
            requests += group.build_requests(items, settings)
        answers = yield from ask_all(requests, VerdictsAnswer)
        all_answers += answers
        # All requests are sent at once; each group takes its own answers, in order.
        remaining = iter(answers)
        repeated: list[_Group] = []
        for group in pending:
            group_answers = list(islice(remaining, settings.votes))
            if any(answer.response.exceeds_window for answer in group_answers):
                smaller = group.split(items, settings)
                repeated += smaller
                if smaller:
                    continue
            for index, votes in group.read_votes(group_answers).items():
                votes_by_item[index] = votes
                is_missing = all(vote.verdict is None for vote in votes)
                if is_missing and len(group.indexes) > 1:
                    repeated.append(
                        _Group([index], items[index].select(settings.top_k))
                    )
        pending = repeated
    return votes_by_item, all_answers


def _group_items(
    items: Sequence[StatementEvidence], settings: Settings
) -> list[_Group]:
    """Group statements into one request if their documents fit into it.

    That costs far less than sending each statement its own passages, and it is the only
    way for a model to see an entire document.
    """
    groups: list[_Group] = []
    sharing: dict[tuple[EvidenceDocument, ...], list[int]] = {}
    for index, item in enumerate(items):
        sharing.setdefault(tuple(item.documents), []).append(index)
    for documents, indexes in sharing.items():
        passages: list[Passage] = []
        for document in documents:
            passages += [(document, n) for n in range(len(document.sentences))]
        together = min(len(indexes), settings.claims_per_check)
        is_cheaper = len(passages) < settings.top_k * together
        if together == 1 or not is_cheaper or not _fits(passages, settings):
            for index in indexes:
                if selected := items[index].select(settings.top_k):
                    groups.append(_Group([index], selected))
            continue
        size = settings.claims_per_check
        for start in range(0, len(indexes), size):
            groups.append(_Group(indexes[start : start + size], passages))
    return sorted(groups, key=lambda group: group.indexes[0])


def _fits(passages: Sequence[Passage], settings: Settings) -> bool:
    """Return whether passages fit into a request with claims and answer."""
    texts = [document.sentences[index].text for document, index in passages]
    limit = min(_MAX_SHARED_TOKENS, settings.context_tokens // 4)
    return bool(texts) and tokens.count("\n".join(texts)) <= limit


def _build_requests(
    statements: Sequence[Statement],
    passages: Sequence[Passage],
    settings: Settings,
) -> list[ModelRequest]:
    claims = []
    for statement in statements:
        speaker = statement.speaker
        note = "" if speaker is None else f" (as the words of {speaker})"
        claims.append(fold_text(statement.text + note))
    texts = [fold_text(document.sentences[index].text) for document, index in passages]
    fence = prompts.choose_fence("".join([*claims, *texts]))
    variables = {"claims": claims, "passages": texts, "fence": fence}
    limits = [
        ("verdicts", keyword, len(statements)) for keyword in ("minItems", "maxItems")
    ]
    request = build_request(settings.brief, PROMPT, variables, SCHEMA, *limits)
    if settings.votes == 1:
        return [request]
    return [vary_request(request, settings, vote) for vote in range(settings.votes)]
