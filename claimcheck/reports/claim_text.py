"""One claim on a terminal: what it says, where, with the sentences before and after, and what the check came to."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, Match
from claimcheck.models.run import Run
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import plain, rendered
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, sentences

_COLUMN = 18


def find(run: Run, name: str) -> Claim:
    """The claim of this number or id.

    Raises:
        InputError: the run has none.
    """
    for number, claim in enumerate(run.claims, 1):
        if name in (str(number), claim.id):
            return claim
    raise InputError(f"claim {name!r}: there is none; the run has 1 to {len(run.claims)}")


def render(run: Run, claim: Claim, *, width: int = 100, colour: bool = False) -> str:
    """The claim as text of at most `width` columns; with terminal colours only when asked."""
    number = common.numbers(run)[claim.id]
    found = claim.match is not Match.NONE
    facts = [
        ("Who says it", claim.speaker or "the document"),
        ("Where", common.place(claim, common.places_of(run))),
        *common.facts(claim),
        ("Id", claim.id),
    ]
    parts: list[object] = [plain(f"{number}. {claim.text}", "bold"), Text("")]
    parts.append(
        Padding(_in_context(run, claim), (0, 0, 0, 2))
        if found
        else plain(f"NOT FOUND: {claim.quote}", "bold red")
    )
    parts.append(Text(""))
    parts += [plain(f"{name:<{_COLUMN}}{value}") for name, value in facts]
    verdicts = [verdict for verdict in run.verdicts if verdict.subject == claim.id]
    if verdicts:
        parts += [Text(""), verdicts_text.block(verdicts, [run.document])]
    return rendered(Group(*parts), width=width, colour=colour)  # type: ignore[arg-type]


def _in_context(run: Run, claim: Claim) -> Text:
    """The sentences that the claim stands in, its own words marked, with the sentence before and the one after."""
    if run.document.text is None:
        return plain(claim.quote, "bold")
    reading = Reading(run.document.text)
    every = sentences(reading, run.document.language, headings=True)
    held = [place for place, sentence in enumerate(every) if _holds(reading, sentence, claim)]
    if not held:
        return plain(claim.quote, "bold")
    text = Text()
    for place in range(max(0, held[0] - 1), min(len(every), held[-1] + 2)):
        if text:
            text.append(" ")
        text.append_text(plain(every[place].text, "" if place in held else "dim"))
    for span in claim.spans:
        words = plain(" ".join(span.text.split())).plain
        start = text.plain.find(words)
        if start >= 0:
            text.stylize("bold underline", start, start + len(words))
    return text


def _holds(reading: Reading, sentence: Sentence, claim: Claim) -> bool:
    parts = reading.spans(sentence.start, sentence.end)
    return any(part.start < span.end and span.start < part.end for part in parts for span in claim.spans)
