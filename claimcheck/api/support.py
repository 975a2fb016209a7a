"""Measure how many of a text's claims are supported, and explain the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claimcheck.api.check import ClaimsInput, EvidenceInput, acheck, check
from claimcheck.api.summarize import asummarize, summarize
from claimcheck.counting import format_count
from claimcheck.models.claim import Claim, Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.run import Check, LedgerEntry, Run
from claimcheck.models.verdict import Label, Verdict
from claimcheck.reports import locations, wording
from claimcheck.settings import Settings
from claimcheck.text.paragraphs import ParagraphKind
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

_INDENT = "\n    "


@dataclass(frozen=True, slots=True)
class Support:
    """How many claims of a text are supported.

    `problems` describes each that is not: its label, why, and the evidence.
    """

    supported: int
    total: int
    problems: tuple[str, ...]
    check: Check

    @property
    def score(self) -> float:
        """The share of supported claims, 0 to 1."""
        return self.supported / self.total

    @property
    def reason(self) -> str:
        """The problems as text, or the number of claims if there are none."""
        if not self.problems:
            return f"{self.total} of {format_count(self.total, 'claim')} supported"
        claims = format_count(self.total, "claim")
        title = f"{len(self.problems)} of {claims} not supported:"
        return "\n".join([title, *(f"  {problem}" for problem in self.problems)])


def measure_support(
    text: str | Iterable[str] | Run,
    sources: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    allow_unknown: bool = False,
) -> Support:
    """Check a text's claims against sources, and count the supported ones.

    `text` is prose, a list of claims, or a run. The claims of prose are extracted; if
    it has none, all its sentences are checked. A heading of prose counts only if it is
    supported or refuted. With `allow_unknown`, claims without enough evidence count as
    supported. Without settings, no model is asked.

    Raises:
        InputError: there is nothing to check, or no evidence.
    """
    settings = settings or Settings(engine="extractive")
    claims: ClaimsInput = text
    headings: list[Statement] = []
    if isinstance(text, str):
        document = Document.from_text(text)
        run = summarize(document, settings=settings, client=client)
        claims, headings = _choose_claims(run)
    # All claims in one check, so that the evidence is prepared once.
    result = check(claims, sources, settings=settings, client=client)
    return _measure(result, allow_unknown, headings)


async def ameasure_support(
    text: str | Iterable[str] | Run,
    sources: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    allow_unknown: bool = False,
) -> Support:
    """Do the same as `measure_support` without blocking other tasks."""
    settings = settings or Settings(engine="extractive")
    claims: ClaimsInput = text
    headings: list[Statement] = []
    if isinstance(text, str):
        document = Document.from_text(text)
        run = await asummarize(document, settings=settings, client=client)
        claims, headings = _choose_claims(run)
    result = await acheck(claims, sources, settings=settings, client=client)
    return _measure(result, allow_unknown, headings)


def _choose_claims(run: Run) -> tuple[ClaimsInput, list[Statement]]:
    """Return what to check, and the headings among it.

    This is the run, or the sentences of a text without checkable claims, plus the
    headings that claim something, which a run does not list as claims.
    """
    headings = list(_list_heading_claims(run.document, run.ledger))
    if run.claims:
        return [
            *map(_to_statement, run.claims),
            *headings,
        ] if headings else run, headings
    # A text without checkable claims must not pass unread.
    sentences = split_sentences(Reading(run.document.full_text), run.document.language)
    found = [Statement.of(sentence.text) for sentence in sentences]
    return [*found, *headings], headings if found else []


def _to_statement(claim: Claim) -> Statement:
    return Statement(claim.id, claim.text, claim.speaker)


def _list_heading_claims(
    document: Document, ledger: Iterable[LedgerEntry]
) -> Iterator[Statement]:
    """Yield the headings that would be claims if they were sentences."""
    for entry in ledger:
        text = document.full_text[entry.start : entry.end].strip()
        # A heading with a verb claims something, although no run lists it.
        if entry.reason == ParagraphKind.HEADING.value and text:
            sentence = Document.from_text(f"{text.rstrip('.:')}.")
            if summarize(sentence, settings=Settings(engine="extractive")).claims:
                yield Statement.of(text)


def _measure(
    result: Check, allow_unknown: bool, headings: Iterable[Statement]
) -> Support:
    # A heading is too short for its words to be found: only a refutation counts.
    ids = {heading.id for heading in headings}
    verdicts = [
        item
        for item in result.verdicts
        if item.subject not in ids or item.label is not Label.NOT_ENOUGH_EVIDENCE
    ]
    # Conflicting evidence never passes: somebody has to look at it.
    passing = {Label.SUPPORTED}
    if allow_unknown:
        passing.add(Label.NOT_ENOUGH_EVIDENCE)
    failing = [item for item in verdicts if item.label not in passing]
    problems = [_describe_verdict(verdict, result.documents) for verdict in failing]
    problems += [
        f"not checked: {failure.text}{_INDENT}{failure.message}"
        for failure in result.failures
    ]
    total = len(verdicts) + len(result.failures)
    return Support(total - len(problems), total, tuple(problems), result)


def _describe_verdict(verdict: Verdict, documents: Iterable[Document]) -> str:
    locator = locations.EvidenceLocator(documents)
    label = wording.format_label(verdict.label)
    parts = [f"{label}: {verdict.text}", verdict.finding.rationale]
    # One passage: the reason of a failed test should fit on a screen.
    for evidence in verdict.finding.evidence[:1]:
        parts.append(f"“{evidence.text}” ({locator.describe(evidence)})")
    return _INDENT.join(parts)
