"""Test assertions about texts: are they supported, are their quotes real?

They check with the rules that come with claimcheck, or with the model of `settings`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.models.claim import Match
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt, format_quote
from claimcheck.settings import Settings

if TYPE_CHECKING:
    from claimcheck.models.llm import Client

_Source = Document | str | Path
_INDENT = "\n    "


def assert_supported(
    text: str | Iterable[str] | Run,
    sources: _Source | Iterable[_Source],
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    allow_unknown: bool = False,
) -> None:
    """Assert that the sources support what a text claims.

    `text` is prose, a list of claims, or a run. The claims of prose are extracted; if
    it has none, all its sentences are checked. A heading of prose fails only if it is
    refuted. With `allow_unknown`, claims without enough evidence pass. Without
    settings, no model is asked.

    Raises:
        AssertionError: a claim is not supported; the message names each one, with the
            reason and the evidence.
        InputError: there is nothing to check, or no evidence.
    """
    __tracebackhide__ = True  # pytest then shows the caller's line
    support = _api("support").measure_support(
        text, sources, settings=settings, client=client, allow_unknown=allow_unknown
    )
    if support.problems:
        raise AssertionError(support.reason)


def assert_grounded(
    quotes: str | Iterable[str] | Run,
    source: _Source | None = None,
    *,
    exact: bool = False,
) -> None:
    """Assert that quotes are in a document.

    For a run, the quotes of its claims must be in its document and say what the claims
    say. A quote may differ in a few words that change no number, name, date, or
    negation (`Match.FUZZY`), unless `exact` is set: then only typography, case, and the
    spelling of numbers may.

    Raises:
        AssertionError: a quote was not found; the message names each one, with the
            reason and the closest passage.
        InputError: there are no quotes, or their source can't be read.
        ValueError: the source of quotes is missing.
    """
    __tracebackhide__ = True  # pytest then shows the caller's line
    if isinstance(quotes, Run):
        total = len(quotes.claims)
        lines = _list_ungrounded_claims(quotes, exact=exact)
    else:
        if source is None:
            raise ValueError("assert_grounded needs the source of the quotes")
        quote_list = [quotes] if isinstance(quotes, str) else list(quotes)
        total = len(quote_list)
        lines = _list_ungrounded_quotes(quote_list, source, exact=exact)
    if not total:
        raise InputError("quotes: the list is empty; give at least one")
    if lines:
        title = f"{len(lines)} of {format_count(total, 'quote')} not grounded:"
        raise AssertionError("\n".join([title, *(f"  {line}" for line in lines)]))


def _list_ungrounded_claims(run: Run, *, exact: bool) -> list[str]:
    common = import_module("claimcheck.reports.wording")
    lines = []
    for claim in run.claims:
        if exact and claim.match is Match.FUZZY:
            lines.append(_describe_fuzzy_match(claim.quote, claim.spans))
        elif not claim.is_grounded and claim.differences:
            differences = common.describe_differences(claim)
            lines.append(f"{claim.text}{_INDENT}{differences}")
        elif not claim.is_grounded:
            reason = f"not in the document: “{claim.quote}”"
            lines.append(f"{claim.text}{_INDENT}{reason}")
    return lines


def _list_ungrounded_quotes(
    quotes: list[str], source: _Source, *, exact: bool
) -> list[str]:
    lines = []
    for result in _api("ground").ground(source, quotes):
        if exact and result.match is Match.FUZZY:
            lines.append(_describe_fuzzy_match(result.quote, result.spans))
        elif not result.spans:
            lines.append(_describe_quote(result))
    return lines


def _describe_fuzzy_match(quote: str, spans: tuple[Excerpt, ...]) -> str:
    return f"“{quote}”{_INDENT}only similar: “{format_quote(spans)}”"


def _describe_quote(result: Any) -> str:
    parts = [f"“{result.quote}”", result.reason or "not in the document"]
    if result.suggestion:
        parts.append(f"closest: “{format_quote(result.suggestion)}”")
    return _INDENT.join(parts)


def _api(module: str) -> Any:
    """Return a module of `claimcheck.api`, a layer above this one."""
    return import_module(f"claimcheck.api.{module}")
