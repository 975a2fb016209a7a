"""Assertions about texts, for any test: are they supported, are their quotes real?

They check with the rules that come with claimcheck, or with the model of `settings`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label, Verdict
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

    `text` is prose, whose claims are extracted (all its sentences, if there are none);
    or a claim per item; or a run. With `allow_unknown`, claims pass on which the
    sources have not enough evidence. Without settings, no model is asked.

    Raises:
        AssertionError: it names each claim without support, why, and the evidence.
        InputError: there is nothing to check, or no evidence.
    """
    settings = settings or Settings(engine="extractive")
    claims: Any = text
    if isinstance(text, str):
        document = Document.from_text(text)
        run = _api("summarize").summarize(document, settings=settings, client=client)
        claims = run if run.claims else _split_sentences(text)
    result = _api("check").check(claims, sources, settings=settings, client=client)

    passing = {Label.SUPPORTED}
    if allow_unknown:
        passing.add(Label.NOT_ENOUGH_EVIDENCE)
    failing = [item for item in result.verdicts if item.label not in passing]
    lines = [_describe_verdict(verdict, result.documents) for verdict in failing]
    lines += [
        f"not checked: {failure.text}{_INDENT}{failure.message}"
        for failure in result.failures
    ]
    if lines:
        total = len(result.verdicts) + len(result.failures)
        _fail(f"{len(lines)} of {total} claims are not supported", lines)


def assert_grounded(
    quotes: str | Iterable[str] | Run, source: _Source | None = None
) -> None:
    """Assert that quotes are in a document, in these words.

    Of a run, the claims are meant: their quotes must be in its document, and say what
    the claims say.

    Raises:
        AssertionError: it names each quote that is not there, why, and the closest
            passage.
        ValueError: the source of quotes is missing.
    """
    if isinstance(quotes, Run):
        common = import_module("claimcheck.reports.common")
        lines = [
            f"{claim.text}{_INDENT}{common.describe_differences(claim)}"
            if claim.differences
            else f"{claim.text}{_INDENT}not in the document: “{claim.quote}”"
            for claim in quotes.claims
            if not claim.is_grounded
        ]
        total = len(quotes.claims)
    else:
        if source is None:
            raise ValueError("assert_grounded needs the source of the quotes")
        wanted = [quotes] if isinstance(quotes, str) else list(quotes)
        lines = [
            _describe_quote(result)
            for result in _api("ground").ground(source, wanted)
            if not result.spans
        ]
        total = len(wanted)
    if lines:
        _fail(f"{len(lines)} of {total} quotes are not grounded", lines)


def _fail(title: str, lines: list[str]) -> None:
    # No traceback through this file: pytest then shows the line of the test.
    __tracebackhide__ = True
    raise AssertionError("\n".join([f"{title}:", *(f"  {line}" for line in lines)]))


def _describe_verdict(verdict: Verdict, documents: Iterable[Document]) -> str:
    locations = import_module("claimcheck.reports.locations")
    locator = locations.EvidenceLocator(documents)
    label = str(verdict.label).replace("_", " ")
    parts = [f"{label}: {verdict.text}", verdict.finding.rationale]
    for evidence in verdict.finding.evidence[:1]:
        parts.append(f"“{evidence.text}” ({locator.describe(evidence)})")
    return _INDENT.join(parts)


def _describe_quote(result: Any) -> str:
    parts = [f"“{result.quote}”", result.reason or "not in the document"]
    if result.suggestion:
        parts.append(
            f"closest: “{' … '.join(span.text for span in result.suggestion)}”"
        )
    return _INDENT.join(parts)


def _split_sentences(text: str) -> list[str]:
    from claimcheck.text.reading import Reading
    from claimcheck.text.sentences import split_sentences

    return [sentence.text for sentence in split_sentences(Reading(text), None)]


def _api(module: str) -> Any:
    """Return a module of `claimcheck.api`, a layer above this one."""
    return import_module(f"claimcheck.api.{module}")
