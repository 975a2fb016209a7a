"""Asks a model what to search for, and which claims are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from claimcheck import prompts
from claimcheck.english.terms import extract_terms
from claimcheck.models.claim import Statement
from claimcheck.models.known import ClaimMatch, Relation
from claimcheck.models.llm import ModelRequest, Usage, sum_usage
from claimcheck.models.run import Signature
from claimcheck.pipeline.ask import Answer, ask_all
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.requests import (
    build_request,
    fold_text,
    require_count,
    split_into_groups,
)
from claimcheck.pipeline.signature import build_model_signature
from claimcheck.settings import Settings

QUERIES, MATCH = "queries", "match"
_OTHER_PROMPTS = ("repair", "json-only")
# Claims are grouped, because each request repeats the instructions. Chosen by hand.
_CLAIMS_PER_REQUEST = 10


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Queries for evidence for a claim, and one for evidence against it."""

    number: int
    queries: tuple[str, ...]
    contrary: str


@dataclass(frozen=True, slots=True)
class SearchesAnswer:
    """The answer to `queries`."""

    searches: tuple[SearchAnswer, ...]


@dataclass(frozen=True, slots=True)
class RelationAnswer:
    """How the known claim with this number is related to a claim."""

    number: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class RelationsAnswer:
    """The answer to `match`."""

    relations: tuple[RelationAnswer, ...]


@dataclass(frozen=True, slots=True)
class SuggestedQueries:
    """A model's queries by the id of their statement, and their cost."""

    queries: dict[str, tuple[str, ...]]
    usage: Usage
    signature: Signature


@dataclass(frozen=True, slots=True)
class JudgedMatches:
    """The matches of each claim, those of the same claim first, and the cost.

    If the model gave no usable answer, the matches keep their order and have no
    relation; `problems` says why.
    """

    matches: tuple[tuple[ClaimMatch, ...], ...]
    problems: tuple[str, ...]
    usage: Usage
    signature: Signature


def suggest_queries(
    statements: Sequence[Statement], settings: Settings
) -> Flow[SuggestedQueries]:
    """Ask a model for queries; a statement that the answer omits has none."""
    groups = split_into_groups(statements, _CLAIMS_PER_REQUEST)
    requests = []
    for group in groups:
        claims = {"claims": [item.text for item in group]}
        requests.append(
            _build_request(settings, QUERIES, claims, "searches", len(group))
        )
    answers = yield from ask_all(requests, SearchesAnswer)
    queries: dict[str, tuple[str, ...]] = {}
    for group, answer in zip(groups, answers, strict=True):
        for item in answer.value.searches if answer.value else ():
            # The model may have made up a number.
            if item.number <= len(group):
                statement = group[item.number - 1]
                # A query for the contrary finds what a verdict needs to refute.
                texts = dict.fromkeys([*item.queries, item.contrary])
                related = [text for text in texts if _shares_word(text, statement.text)]
                queries.setdefault(statement.id, tuple(related))
    usage, signature = _sign(settings, answers, QUERIES)
    return SuggestedQueries(queries, usage, signature)


def _shares_word(query: str, claim: str) -> bool:
    """Return whether a query is about a claim; a weak model's may not be."""
    forms = {term.form for term in extract_terms(claim)}
    return any(term.form in forms for term in extract_terms(query))


def judge_matches(
    claims: Sequence[Statement],
    matches: Sequence[Sequence[ClaimMatch]],
    settings: Settings,
) -> Flow[JudgedMatches]:
    """Ask a model which known claims are the same as a claim.

    A claim without matches needs no request.
    """
    indexes = [index for index, found in enumerate(matches) if found]
    requests = []
    for index in indexes:
        known = [match.known.text for match in matches[index]]
        texts = {"claims": [claims[index].text], "items": known}
        requests.append(_build_request(settings, MATCH, texts, "relations", len(known)))
    answers = yield from ask_all(requests, RelationsAnswer)
    judged = [tuple(found) for found in matches]
    problems = []
    for index, answer in zip(indexes, answers, strict=True):
        if answer.value is None:
            problems.append(f"{claims[index].text}: {answer.message}")
            continue
        judged[index] = _order_matches(judged[index], answer.value)
    usage, signature = _sign(settings, answers, MATCH)
    return JudgedMatches(tuple(judged), tuple(problems), usage, signature)


def _order_matches(
    matches: Sequence[ClaimMatch], answer: RelationsAnswer
) -> tuple[ClaimMatch, ...]:
    # Weak models give a number twice; the last relation counts.
    relations = {item.number: item.relation for item in answer.relations}
    judged = [
        replace(match, relation=relations.get(number))
        for number, match in enumerate(matches, 1)
    ]
    # Matches that the answer omits come after the related ones.
    order = [Relation.SAME, Relation.RELATED, None, Relation.DIFFERENT]
    judged.sort(key=lambda match: order.index(match.relation))
    return tuple(judged)


def _build_request(
    settings: Settings,
    prompt: str,
    texts: Mapping[str, Sequence[str]],
    list_name: str,
    count: int,
) -> ModelRequest:
    """Ask for a list of `count` items about texts of others."""
    variables: dict[str, Any] = {
        name: list(map(fold_text, items)) for name, items in texts.items()
    }
    variables["fence"] = prompts.choose_fence("".join(chain(*variables.values())))
    limits = require_count(list_name, count)
    return build_request(settings.brief, prompt, variables, f"{prompt}.answer", *limits)


def _sign(
    settings: Settings, answers: Sequence[Answer[Any]], prompt: str
) -> tuple[Usage, Signature]:
    names = (prompt, *_OTHER_PROMPTS)
    return sum_usage(answers), build_model_signature(
        settings, answers, names, (f"{prompt}.answer",)
    )
