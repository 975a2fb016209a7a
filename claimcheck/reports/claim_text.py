"""One claim on a terminal: what it says, where, with the sentences before and after, and what the check came to."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, Match
from claimcheck.models.run import Run
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import make_safe_text, render_for_terminal
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, split_sentences

_FACT_NAME_WIDTH = 18


def find_claim(run: Run, name: str) -> Claim:
    """Return the run's claim with this number or id.

    Raises:
        InputError: the run has none.
    """
    for number, claim in enumerate(run.claims, 1):
        if name in (str(number), claim.id):
            return claim
    raise InputError(
        f"claim {name!r}: there is none; the run has 1 to {len(run.claims)}"
    )


def render_claim(
    run: Run, claim: Claim, *, width: int = 100, color: bool = False
) -> str:
    """Render a claim as text of at most `width` columns; colors only on request."""
    number = common.number_claims(run)[claim.id]
    found = claim.match is not Match.NONE
    facts = [
        ("Who says it", claim.speaker or "the document"),
        ("Where", common.format_claim_location(claim, common.build_line_index(run))),
        *common.list_claim_facts(claim),
        ("Id", claim.id),
    ]
    parts: list[object] = [make_safe_text(f"{number}. {claim.text}", "bold"), Text("")]
    parts.append(
        Padding(_build_context(run, claim), (0, 0, 0, 2))
        if found
        else make_safe_text(f"NOT FOUND: {claim.quote}", "bold red")
    )
    parts.append(Text(""))
    parts += [
        make_safe_text(f"{name:<{_FACT_NAME_WIDTH}}{value}") for name, value in facts
    ]
    verdicts = [verdict for verdict in run.verdicts if verdict.subject == claim.id]
    if verdicts:
        parts += [Text(""), verdicts_text.build_verdict_list(verdicts, [run.document])]
    return render_for_terminal(Group(*parts), width=width, color=color)  # type: ignore[arg-type]


def _build_context(run: Run, claim: Claim) -> Text:
    """Show the claim's sentences, its words marked, and one sentence on each side."""
    if run.document.text is None:
        return make_safe_text(claim.quote, "bold")
    reading = Reading(run.document.text)
    every = split_sentences(reading, run.document.language, headings=True)
    held = [
        place
        for place, sentence in enumerate(every)
        if _overlaps_claim(reading, sentence, claim)
    ]
    if not held:
        return make_safe_text(claim.quote, "bold")
    text = Text()
    for place in range(max(0, held[0] - 1), min(len(every), held[-1] + 2)):
        if text:
            text.append(" ")
        text.append_text(
            make_safe_text(every[place].text, "" if place in held else "dim")
        )
    for span in claim.spans:
        words = make_safe_text(" ".join(span.text.split())).plain
        start = text.plain.find(words)
        if start >= 0:
            text.stylize("bold underline", start, start + len(words))
    return text


def _overlaps_claim(reading: Reading, sentence: Sentence, claim: Claim) -> bool:
    parts = reading.locate(sentence.start, sentence.end)
    return any(
        part.start < span.end and span.start < part.end
        for part in parts
        for span in claim.spans
    )
