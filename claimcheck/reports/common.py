"""What every report says about a run: where claims stand, which engine made it, what failed."""

from __future__ import annotations

import io
import re

from rich.console import Console, RenderableType
from rich.text import Text

from claimcheck.models.claim import Claim, Match
from claimcheck.models.llm import Usage
from claimcheck.models.run import Check, Run, Status
from claimcheck.models.span import Excerpt, LineIndex

_MARKDOWN_SYNTAX = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def escape_markdown(text: str) -> str:
    """Escape all Markdown syntax and put the text on one line."""
    return _MARKDOWN_SYNTAX.sub(r"\\\1", _CONTROL_CHARACTER.sub(" ", text))


_TERMINAL_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def render_for_terminal(page: RenderableType, *, width: int, color: bool) -> str:
    """Render as text of at most `width` columns, without trailing white space."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="auto" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(page)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def make_safe_text(text: str, style: str = "") -> Text:
    """Build a rich Text without control characters that could drive a terminal."""
    return Text(_TERMINAL_CONTROLS.sub(" ", text), style)


def number_claims(run: Run) -> dict[str, int]:
    """Map each claim id to the number, from 1, that reports show."""
    return {claim.id: number for number, claim in enumerate(run.claims, 1)}


def format_citations(ids: tuple[str, ...], number_of: dict[str, int]) -> str:
    """Format claim numbers as a citation, `[1, 4]`; empty if there are none."""
    return f"[{', '.join(str(number_of[identity]) for identity in ids)}]" if ids else ""


def format_claim_location(claim: Claim, places: LineIndex | None) -> str:
    """Describe where each span of a claim starts, or say that it was not found."""
    if claim.match is Match.NONE:
        return "NOT FOUND"
    starts = list(
        dict.fromkeys(format_span_location(span, places) for span in claim.spans)
    )
    found = (
        f"{starts[0]} to {starts[-1]}"
        if claim.spans[0].time and starts[1:]
        else " + ".join(starts)
    )
    if claim.match is not Match.EXACT:
        found = f"{found} ({claim.match})"
    again = list(
        dict.fromkeys(format_span_location(span, places) for span in claim.also_at)
    )
    return f"{found}; also {', '.join(again)}" if again else found


def list_claim_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the known facts about a claim as (name, value), omitting empty ones."""
    when = claim.when
    known = [
        ("Kind", str(claim.kind)),
        ("About", ", ".join(claim.about)),
        (
            "When",
            f"{when.text} ({when.resolved})"
            if when and when.resolved not in (None, when.text)
            else when.text
            if when
            else "",
        ),
        ("Quantities", "; ".join(quantity.text for quantity in claim.quantities)),
        ("Check-worthiness", f"{claim.check_worthiness:.2f}: {claim.reason}"),
    ]
    return [(name, value) for name, value in known if value]


def format_cost_per_claim(usage: Usage, claims: int) -> str | None:
    """Format the average cost per claim; None without a known cost or claims."""
    return f"${usage.cost_usd / claims:.4f}" if usage.cost_usd and claims else None


def format_span_location(span: Excerpt, places: LineIndex | None) -> str:
    """Format a span's location: time, page, line:column, or offsets without a text."""
    if span.time:
        return span.time.partition(".")[0]
    if span.page:
        return f"p. {span.page}"
    return (
        "{}:{}".format(*places.position(span.start))
        if places
        else f"{span.start}-{span.end}"
    )


def build_line_index(run: Run) -> LineIndex | None:
    """Build the line index of a run's document; None if its text was left out."""
    return LineIndex(run.document.text) if run.document.text is not None else None


def describe_provenance(result: Run | Check) -> str:
    """Describe engine, model, tokens, cost and time in one line."""
    signature, usage = result.signature, result.usage
    parts = [f"claimcheck {signature.version}", f"engine {signature.engine}"]
    if signature.model:
        parts.append(f"model {signature.model} ({signature.response_format})")
        parts.append(f"{usage.requests} request{'s' if usage.requests != 1 else ''}")
        reasoning = (
            f", {usage.reasoning_tokens:,} of them reasoning"
            if usage.reasoning_tokens
            else ""
        )
        cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
        parts.append(
            f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out{reasoning}"
        )
        if usage.stored_answers:
            parts.append(
                f"{usage.stored_answers} stored answer{'s' if usage.stored_answers != 1 else ''}"
            )
        parts.append(
            _format_cost(
                usage,
                len(result.claims if isinstance(result, Run) else result.verdicts),
            )
        )
    else:
        parts.append("no model")
    parts.append(f"{usage.seconds:.1f} s")
    return " · ".join(parts)


def _format_cost(usage: Usage, claims: int) -> str:
    """Format the total cost and the cost per claim."""
    if usage.cost_usd is None:
        return "price not known"
    each = format_cost_per_claim(usage, claims)
    return f"${usage.cost_usd:.4f}" + (f" ({each} a claim)" if each else "")


def describe_document(run: Run) -> str:
    """Describe the document's source, date, language and size in one line."""
    document = run.document
    origin = {
        "url": "from its URL",
        "text": "from its text",
        "given": "given",
        "metadata": "stated",
    }.get(document.published_from or "", "")
    estimate = "about " if "estimate" in run.signature.token_count else ""
    parts = [
        document.source,
        *([f"by {document.author}"] if document.author else []),
        f"published {document.published} ({origin})"
        if document.published
        else "publication date not known",
        f"language {document.language}" if document.language else "language not known",
        f"{document.characters:,} characters",
        f"{estimate}{document.tokens:,} tokens" if document.tokens is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def describe_failed_passages(run: Run) -> str | None:
    """Say how many passages failed and where; None if none did or there is only one."""
    failed = [
        failure
        for failure in run.failures
        if not failure.covers(run.document.characters)
    ]
    if run.passages == 1 or not failed:
        return None
    ranges: list[tuple[int, int]] = []
    for entry in run.ledger:
        if entry.status is Status.FAILED and ranges and ranges[-1][1] == entry.start:
            ranges[-1] = (ranges[-1][0], entry.end)
        elif entry.status is Status.FAILED:
            ranges.append((entry.start, entry.end))
    where = " and ".join(f"{start:,}-{end:,}" for start, end in ranges)
    return f"{len(failed)} of {run.passages} passages failed: characters {where}"


def list_warnings(run: Run) -> list[str]:
    """List failures, unlocated quotes, and text that was set aside."""
    found = [f"{failed}."] if (failed := describe_failed_passages(run)) else []
    found += [
        f"FAILED ({failure.cause}): characters {failure.start:,}-{failure.end:,}: {failure.message}"
        for failure in run.failures
    ]
    found += [
        f"NOT CHECKED ({failure.cause}): {failure.text}: {failure.message}"
        for failure in run.unchecked
    ]
    ungrounded = sum(claim.match is Match.NONE for claim in run.claims)
    if ungrounded:
        found.append(
            f"{ungrounded} of {len(run.claims)} claims: the quote that the model gave does not stand in the document "
            "(marked NOT FOUND)"
        )
    aside = [entry for entry in run.ledger if entry.status is Status.SET_ASIDE]
    if aside:
        reasons = ", ".join(sorted({str(entry.reason) for entry in aside}))
        found.append(
            f"Set aside: {sum(entry.end - entry.start for entry in aside):,} characters ({reasons})"
        )
    return found
