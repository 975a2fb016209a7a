"""Asks a model for verdicts on statements, in as few requests as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from claimcheck import prompts, tokens
from claimcheck.models.claim import Statement
from claimcheck.models.llm import ModelRequest
from claimcheck.pipeline.answers import VerdictAnswer, VerdictsAnswer
from claimcheck.pipeline.ask import Answer, ask_all
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.requests import (
    build_request,
    fold_text,
    require_count,
    split_into_groups,
    vary_request,
)
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
    poll = _Poll(items, settings)
    votes: dict[int, list[Vote]] = {}
    all_answers: list[Answer[VerdictsAnswer]] = []
    pending = poll.group_statements()
    while pending:
        requests = chain.from_iterable(map(poll.build_requests, pending))
        answers = yield from ask_all(list(requests), VerdictsAnswer)
        all_answers += answers
        # All requests are sent at once; each group takes its own answers, in order.
        remaining = iter(answers)
        repeated: list[_Group] = []
        for group in pending:
            group_votes = group.read_votes(list(islice(remaining, settings.votes)))
            # The votes of a later round replace those of this one.
            votes |= group_votes
            repeated += poll.list_repeats(group, group_votes)
        pending = repeated
    return [votes.get(index, []) for index in range(len(items))], all_answers


@dataclass(frozen=True, slots=True)
class _Poll:
    """The statements to vote on, and the settings that decide how."""

    items: Sequence[StatementEvidence]
    settings: Settings

    def group_statements(self) -> list[_Group]:
        """Group statements into one request if their documents fit into it.

        That costs far less than sending each statement its own passages, and it is the
        only way for a model to see an entire document.
        """
        sharing: dict[tuple[EvidenceDocument, ...], list[int]] = {}
        for index, item in enumerate(self.items):
            sharing.setdefault(tuple(item.documents), []).append(index)
        groups: list[_Group] = []
        for documents, indexes in sharing.items():
            passages = list(_list_passages(documents))
            if self._should_share(passages, len(indexes)):
                shared = split_into_groups(indexes, self.settings.claims_per_check)
                groups += [_Group(part, passages) for part in shared]
            else:
                groups += map(self._ask_alone, indexes)
        with_evidence = [group for group in groups if group.passages]
        return sorted(with_evidence, key=lambda group: group.indexes[0])

    def _should_share(self, passages: Sequence[Passage], statements: int) -> bool:
        """Whether one request with all passages is cheaper, and fits."""
        together = min(statements, self.settings.claims_per_check)
        if together == 1 or len(passages) >= self.settings.top_k * together:
            return False
        text = "\n".join(document.sentences[index].text for document, index in passages)
        limit = min(_MAX_SHARED_TOKENS, self.settings.context_tokens // 4)
        return tokens.count(text) <= limit

    def _ask_alone(self, index: int) -> _Group:
        return _Group([index], self.items[index].select(self.settings.top_k))

    def list_repeats(
        self, group: _Group, votes: dict[int, list[Vote]]
    ) -> Sequence[_Group]:
        """Return smaller groups for what the answers to a group lack."""
        first_votes = votes[group.indexes[0]]
        exceeds_window = any(
            vote.answer.response.exceeds_window for vote in first_votes
        )
        if len(group.indexes) == 1:
            return self._halve_passages(group) if exceeds_window else []
        # In each of these, the model may at least find its own statement.
        missing = [
            index
            for index in group.indexes
            if exceeds_window or all(vote.verdict is None for vote in votes[index])
        ]
        return list(map(self._ask_alone, missing))

    def _halve_passages(self, group: _Group) -> list[_Group]:
        """Return the group with the best half of its passages, if any."""
        if len(group.passages) < 2:
            return []
        (index,) = group.indexes
        return [_Group([index], self.items[index].select(len(group.passages) // 2))]

    def build_requests(self, group: _Group) -> list[ModelRequest]:
        """Return a request for each vote."""
        claims = []
        for index in group.indexes:
            statement = self.items[index].statement
            speaker = statement.speaker
            note = "" if speaker is None else f" (as the words of {speaker})"
            claims.append(fold_text(statement.text + note))
        texts = []
        for document, number in group.passages:
            texts.append(fold_text(document.sentences[number].text))
        fence = prompts.choose_fence("".join([*claims, *texts]))
        variables = {"claims": claims, "passages": texts, "fence": fence}
        limits = require_count("verdicts", len(claims))
        settings = self.settings
        request = build_request(settings.brief, PROMPT, variables, SCHEMA, *limits)
        if settings.votes == 1:
            return [request]
        return [vary_request(request, settings, vote) for vote in range(settings.votes)]


def _list_passages(documents: Sequence[EvidenceDocument]) -> Iterator[Passage]:
    for document in documents:
        for index in range(len(document.sentences)):
            yield document, index
