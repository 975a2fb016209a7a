"""The words that every report uses: locations, labels, costs, and warnings.

Nothing here is escaped: each format does that for itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, Consistency, FieldValue, Match, When
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import Check, Failure, LinkedText, Position, Run, Status
from claimcheck.models.span import Excerpt, LineIndex
from claimcheck.models.verdict import Evidence, Finding, Label, Stance, Verdict

# Readers take "grounded" and "supported" for "true", so every report says otherwise.
GROUNDED_CAVEAT = "Grounded means found in the document; it does not mean true."
SUPPORTED_CAVEAT = (
    "Supported means that this evidence says so; it does not mean that the evidence "
    "is right."
)
NOT_IN_DOCUMENT = "NOT FOUND in the document"
DIFFERS_MARK = "DIFFERS FROM ITS QUOTE"
NO_CLAIMS = "No checkable claims were found."

_MAX_LISTED_DIFFERENCES = 3  # keeps a line readable; chosen by hand

# The second question about an attributed claim; the first is whether it was said.
CONTENT_QUESTION = "Is the statement itself true?"

# How the publication date is known (`Document.published_from`), for readers.
_DATE_ORIGINS = {
    "url": "from its URL",
    "text": "from its text",
    "given": "given",
    "metadata": "stated",
}


_STANCE_BY_LABEL = {Label.SUPPORTED: Stance.SUPPORTS, Label.REFUTED: Stance.REFUTES}


def number_claims(run: Run) -> dict[str, int]:
    """Map each claim id to the number, from 1, that reports show."""
    return {claim.id: number for number, claim in enumerate(run.claims, 1)}


def find_claim(run: Run, name: str) -> Claim:
    """Return the run's claim with this number or id.

    Raises:
        InputError: the run has no such claim.
    """
    for number, claim in enumerate(run.claims, 1):
        if name in (str(number), claim.id):
            return claim
    raise InputError(
        f"The run has no claim {name!r}. Its claims are numbered from 1 to "
        f"{len(run.claims)}."
    )


def format_citations(ids: Sequence[str], number_of: dict[str, int]) -> str:
    """Format claims as a citation, `[1, 4]`; empty if there are none."""
    numbers = ", ".join(str(number_of[claim_id]) for claim_id in ids)
    return f"[{numbers}]" if numbers else ""


def get_title(document: Document) -> str:
    """Return the document's title, or its source if it has none."""
    return document.title or document.source


def get_speaker(claim: Claim) -> str:
    """Return who makes the claim; without a speaker it is the document."""
    return claim.speaker or "the document"


def format_position(position: Position) -> LinkedText:
    """Format a party's position as "party: position", with its claims."""
    return LinkedText(f"{position.party}: {position.position}", position.claim_ids)


def format_count(number: int, noun: str) -> str:
    """Format a number of things: "1 document", "1,200 documents"."""
    plural = "" if number == 1 else "s"
    return f"{number:,} {noun}{plural}"


def format_label(label: Label) -> str:
    """Format a label in lower case words: "not enough evidence"."""
    return str(label).replace("_", " ")


def format_label_counts(verdicts: Sequence[Verdict]) -> str:
    """Format the number of verdicts per label: "3 supported, 1 refuted"."""
    counts = Counter(verdict.label for verdict in verdicts)
    parts = []
    # In the order of the enum, so that two reports are easy to compare.
    for label in Label:
        if counts[label]:
            parts.append(f"{counts[label]} {format_label(label)}")
    return ", ".join(parts) or "no verdict"


def format_check_heading(run: Run) -> str:
    """Format the heading of a run's verdicts, with their counts."""
    return f"Checked against the document: {format_label_counts(run.verdicts)}"


def list_unsupported(run: Run) -> list[Verdict]:
    """List the run's verdicts with any label but `supported`."""
    return [verdict for verdict in run.verdicts if verdict.label is not Label.SUPPORTED]


def format_confidence(finding: Finding) -> str:
    """Format a finding's confidence with two digits; empty if it has none."""
    return "" if finding.confidence is None else f"{finding.confidence:.2f}"


def build_line_index(document: Document) -> LineIndex | None:
    """Build the line index of a document; None if its text was left out."""
    return None if document.text is None else LineIndex(document.text)


def format_span_location(span: Excerpt, line_index: LineIndex | None) -> str:
    """Format where a span starts, in the way that a reader can look it up.

    That is the time in subtitles, the page of a PDF, and otherwise line and column.
    Without the text there are only offsets.
    """
    if span.time:
        seconds, _, _ = span.time.partition(".")
        return seconds
    if span.page:
        return f"p. {span.page}"
    # A run that was saved without its text has no lines to count.
    if line_index is None:
        return f"{span.start}-{span.end}"
    line, column = line_index.position(span.start)
    return f"{line}:{column}"


def format_claim_location(claim: Claim, line_index: LineIndex | None) -> str:
    """Format where a quote is: "3:14 (fuzzy); also 9:2", or "NOT FOUND"."""
    if claim.match is Match.NONE:
        return "NOT FOUND"
    starts = _list_locations(claim.spans, line_index)
    location = " + ".join(starts)
    if claim.spans[0].time and len(starts) > 1:
        # A quote from subtitles has a span per cue: its times are a range, not a list.
        location = f"{starts[0]} to {starts[-1]}"
    if claim.match is not Match.EXACT:
        location += f" ({claim.match})"
    if claim.consistency is Consistency.DIFFERS:
        location += f" {DIFFERS_MARK}"
    # The document says the same again there; one location is enough to check it.
    if claim.also_at:
        location += f"; also {', '.join(_list_locations(claim.also_at, line_index))}"
    return location


def _list_locations(
    spans: Iterable[Excerpt], line_index: LineIndex | None
) -> list[str]:
    """List the spans' locations, each once."""
    return list(dict.fromkeys(format_span_location(span, line_index) for span in spans))


def _get_site(document: Document) -> str:
    host = urlsplit(document.url or "").hostname
    return host.removeprefix("www.") if host else document.id


class EvidenceLocator:
    """Describes where evidence from these documents is.

    With `counts_sources`, it also says how many agree: copies were left out.
    """

    def __init__(
        self, documents: Iterable[Document], *, counts_sources: bool = False
    ) -> None:
        self._counts_sources = counts_sources
        self._sites: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._line_indexes: dict[str, LineIndex | None] = {}
        for document in documents:
            source = document.source
            # Whoever weighs a page has to know how old it is.
            if document.url and document.published:
                source = f"{source} ({document.published})"
            self._sources[document.id] = source
            self._sites[document.id] = _get_site(document)
            self._line_indexes[document.id] = build_line_index(document)

    def explain(self, finding: Finding) -> str:
        """Return the rationale, with the number of sources that agree."""
        stance = _STANCE_BY_LABEL.get(finding.label)
        if stance is None or not self._counts_sources:
            return finding.rationale
        # Documents of one site are one source.
        agreeing = {
            self._sites.get(evidence.document_id, evidence.document_id)
            for evidence in finding.evidence
            if evidence.stance is stance
        }
        if not agreeing:
            return finding.rationale
        sources = format_count(len(agreeing), "independent source")
        verb = "agrees" if len(agreeing) == 1 else "agree"
        return f"{finding.rationale} {sources} {verb}."

    def describe(self, evidence: Evidence) -> str:
        """Return the source and the locations: "report.pdf, p. 3 + p. 4"."""
        document_id = evidence.document_id
        # Without the document, its id at least tells evidence apart.
        source = self._sources.get(document_id, document_id)
        locations = [self.locate(document_id, span) for span in evidence.spans]
        return f"{source}, {' + '.join(locations)}"

    def locate(self, document_id: str, span: Excerpt) -> str:
        """Return where a span of a document starts."""
        return format_span_location(span, self._line_indexes.get(document_id))


def list_claim_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the known facts about a claim as (name, value)."""
    quantities = "; ".join(quantity.text for quantity in claim.quantities)
    # Empty ones are left out.
    facts = [
        (DIFFERS_MARK.capitalize(), describe_differences(claim)),
        ("Kind", str(claim.kind)),
        ("About", ", ".join(claim.about)),
        ("When", _format_time(claim.when)),
        ("Quantities", quantities),
        ("Check-worthiness", _format_check_worthiness(claim)),
        *list_field_facts(claim),
    ]
    return [(name, value) for name, value in facts if value]


def list_field_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the user's fields as (name, value), with a mark if one was not found."""
    facts = []
    for name, field in claim.fields.items():
        text = format_field_value(field)
        if field.match is Match.NONE:
            text += f" ({NOT_IN_DOCUMENT})"
        facts.append((name, text))
    return facts


def format_fields(claim: Claim) -> str:
    """Format all fields that have a value, in one line; empty if none has."""
    facts = [f"{name}: {text}" for name, text in list_field_facts(claim) if text]
    return " · ".join(facts)


def format_field_value(field: FieldValue) -> str:
    """Format the value of a field; empty if there is none."""
    value = field.value
    if isinstance(value, list):
        return "; ".join(map(_format_scalar, value))
    return _format_scalar(value)


def _format_scalar(value: Any) -> str:
    if value is None:
        return ""
    # JSON's words for true and false; a text as it is.
    return value if isinstance(value, str) else json.dumps(value)


def describe_differences(claim: Claim) -> str:
    """Describe how a claim differs from its quote; empty if it does not."""
    described = [item.describe("its quote") for item in claim.differences]
    return "; ".join(described[:_MAX_LISTED_DIFFERENCES])


def _format_check_worthiness(claim: Claim) -> str:
    check_worthiness = f"{claim.check_worthiness:.2f}"
    # Models leave the reason out now and then.
    return f"{check_worthiness}: {claim.reason}" if claim.reason else check_worthiness


def _format_time(when: When | None) -> str:
    """Format a time as written, and as resolved if that says more."""
    if when is None:
        return ""
    if when.resolved in (None, when.text):
        return when.text
    return f"{when.text} ({when.resolved})"


def describe_document(run: Run) -> str:
    """Describe the document's source, date, language and size in one line."""
    document = run.document
    parts = [document.source]
    if document.author:
        parts.append(f"by {document.author}")
    if document.published:
        # How sure the date is depends on where it is from.
        origin = _DATE_ORIGINS.get(document.published_from or "", "")
        parts.append(f"published {document.published} ({origin})")
    else:
        parts.append("publication date not known")
    parts.append(f"language {document.language or 'not known'}")
    parts.append(f"{document.characters:,} characters")
    if document.tokens is not None:
        # A tokenizer other than the model's own gives an estimate.
        about = "about " if "estimate" in run.signature.token_count else ""
        parts.append(f"{about}{document.tokens:,} tokens")
    return " · ".join(part for part in parts if part)


def describe_search(check: Check) -> str:
    """Describe in how many documents evidence was searched."""
    text = f"Checked against {format_count(check.searched, 'document')}"
    log = check.search
    if log is None:
        return text
    queries = sum(len(claim.queries) for claim in log.claims)
    text += f" · searched {', '.join(log.providers)} ({_format_queries(queries)})"
    return f"{text}, before {log.before}" if log.before else text


def _format_queries(number: int) -> str:
    return "1 query" if number == 1 else f"{number:,} queries"


def list_left_out_pages(check: Check) -> list[str]:
    """List the pages that a search found and left out, and why."""
    pages = check.search.pages if check.search else ()
    return [f"{page.url}: {page.problem}" for page in pages if page.problem]


def format_external_heading(check: Check) -> str:
    """Format the heading of a check against evidence from outside."""
    counts = format_label_counts(check.verdicts)
    return f"Checked against evidence from outside: {counts}"


def describe_provenance(result: Run | Check) -> str:
    """Describe version, engine, model, tokens, cost and time in one line."""
    signature = result.signature
    parts = [f"claimcheck {signature.version}", f"engine {signature.engine}"]
    if signature.model:
        claims = len(result.claims if isinstance(result, Run) else result.verdicts)
        parts.append(f"model {signature.model} ({signature.response_format})")
        parts += _list_usage(result.usage, claims)
    else:
        parts.append("no model")
        verifier = signature.settings.get("verifier")
        if verifier not in (None, "lexical"):
            parts.append(f"verifier {verifier}")
    parts.append(f"{result.usage.seconds:.1f} s")
    return " · ".join(parts)


def _list_usage(usage: Usage, claims: int) -> list[str]:
    """List the requests, tokens and cost of a model."""
    tokens_in = f"{usage.input_tokens:,} tokens in"
    if usage.cached_tokens:
        tokens_in += f" ({usage.cached_tokens:,} cached)"
    tokens_out = f"{usage.output_tokens:,} out"
    if usage.reasoning_tokens:
        # They are part of the output, and most of the cost of a reasoning model.
        tokens_out += f" ({usage.reasoning_tokens:,} reasoning)"
    parts = [format_count(usage.requests, "request"), f"{tokens_in}, {tokens_out}"]
    if usage.stored_answers:
        parts.append(format_count(usage.stored_answers, "stored answer"))
    parts.append(_format_cost(usage, claims))
    return parts


def _format_cost(usage: Usage, claims: int) -> str:
    """Format the total cost and the cost per claim."""
    if usage.cost_usd is None:
        return "price not known"
    total = f"${usage.cost_usd:.4f}"
    cost_per_claim = format_cost_per_claim(usage, claims)
    return f"{total} ({cost_per_claim} per claim)" if cost_per_claim else total


def format_cost_per_claim(usage: Usage, claims: int) -> str | None:
    """Format the average cost per claim; None without a cost or claims."""
    return f"${usage.cost_usd / claims:.4f}" if usage.cost_usd and claims else None


def describe_failed_passages(run: Run) -> str | None:
    """Say how many of several passages failed, and where; None if none did."""
    # If the only passage failed, the failure itself says all there is to say.
    if run.passages == 1:
        return None
    characters = run.document.characters
    failed_ranges = _merge_failed_ranges(run)
    # A claim that was left out, or a summary, leaves no part of the document unread.
    failures = [
        failure
        for failure in run.failures
        if not failure.covers(characters) and _overlaps_any(failure, failed_ranges)
    ]
    if not failures:
        return None
    ranges = [f"{start:,}-{end:,}" for start, end in failed_ranges]
    return (
        f"{len(failures)} of {run.passages} passages failed: "
        f"characters {' and '.join(ranges)}"
    )


def _overlaps_any(failure: Failure, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(failure.start < end and start < failure.end for start, end in ranges)


def _merge_failed_ranges(run: Run) -> list[tuple[int, int]]:
    """Return the failed ranges of the ledger; adjacent ones are merged."""
    ranges: list[tuple[int, int]] = []
    for entry in run.ledger:
        if entry.status is not Status.FAILED:
            continue
        start = entry.start
        # Neighboring passages that failed are one range.
        if ranges and ranges[-1][1] == start:
            start, _ = ranges.pop()
        ranges.append((start, entry.end))
    return ranges


def list_warnings(run: Run) -> list[str]:
    """List failures, and how many quotes are not in the document."""
    warnings = []
    if failed_passages := describe_failed_passages(run):
        warnings.append(f"{failed_passages}.")
    for failure in run.failures:
        warnings.append(
            f"FAILED ({failure.cause}): characters {failure.start:,}-{failure.end:,}: "
            f"{failure.message}"
        )
    for unchecked in run.unchecked:
        warnings.append(
            f"NOT CHECKED ({unchecked.cause}): {unchecked.text}: {unchecked.message}"
        )
    not_found = sum(claim.match is Match.NONE for claim in run.claims)
    if not_found:
        warnings.append(
            f"{not_found} of {len(run.claims)} claims: the model's quote does not "
            "appear in the document (marked NOT FOUND)"
        )
    differing = [
        claim for claim in run.claims if claim.consistency is Consistency.DIFFERS
    ]
    if differing:
        warnings.append(
            f"{len(differing)} of {len(run.claims)} claims: the text does not say what "
            f"its quote says (marked {DIFFERS_MARK})"
        )
    numbers = number_claims(run)
    for claim in differing:
        warnings.append(
            f"{DIFFERS_MARK}: claim {numbers[claim.id]}: {describe_differences(claim)}"
        )
    return warnings


def list_set_aside(run: Run) -> list[str]:
    """List, in at most one line, how much text was set aside, and why."""
    characters = 0
    reasons = set()
    for entry in run.ledger:
        if entry.status is Status.SET_ASIDE:
            characters += entry.end - entry.start
            reasons.add(str(entry.reason))
    if not reasons:
        return []
    return [f"Set aside: {characters:,} characters ({', '.join(sorted(reasons))})"]
