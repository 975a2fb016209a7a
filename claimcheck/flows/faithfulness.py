"""Whether a run's summary and claims are carried by the document that they came from."""

from __future__ import annotations

from dataclasses import replace

from claimcheck.checking.library import Library
from claimcheck.core.run import Run
from claimcheck.core.settings import Settings
from claimcheck.core.statement import Statement, statement_id
from claimcheck.flows.check import check_flow, extractive_flow
from claimcheck.flows.drive import Flow


def checked(flow: Flow[Run], settings: Settings, engine: str) -> Flow[Run]:
    """The flow's run with verdicts on its summary's sentences and key points and on its claims, in that order.

    Each text is checked once, as strictly as a summary deserves: what it adds, or states as a fact where the document
    has somebody say it, is not supported.
    """
    run = yield from flow
    statements = statements_of(run)
    if not statements:
        return run
    check = extractive_flow if engine == "extractive" else check_flow
    found = yield from check(statements, Library(run.document), settings, strict=True)
    signature = replace(
        run.signature,
        prompts=run.signature.prompts | found.signature.prompts,
        schemas=run.signature.schemas | found.signature.schemas,
        settings=run.signature.settings | found.signature.settings,
    )
    return replace(
        run,
        verdicts=found.verdicts,
        unchecked=found.failures,
        usage=run.usage + found.usage,
        signature=signature,
    )


def statements_of(run: Run) -> list[Statement]:
    """What of a run can be checked: the sentences and key points of its summary, and its claims."""
    texts = [*run.summary.sentences, *run.summary.key_points] if run.summary else []
    sentences = {statement_id(item.text): Statement.of(item.text) for item in texts}
    return [*sentences.values(), *(Statement(claim.id, claim.text, claim.speaker) for claim in run.claims)]
