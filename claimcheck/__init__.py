"""claimcheck: what a text claims, where it says so, and whether it holds.

Names are loaded when they are first used, so that `import claimcheck` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimcheck.version import __version__

if TYPE_CHECKING:
    from claimcheck import errors
    from claimcheck.api import GroundedQuote, acheck, asummarize, check, ground, summarize
    from claimcheck.api.evaluating import compare_evaluations, evaluate
    from claimcheck.batch.batch import Batch
    from claimcheck.batch.progress import Progress
    from claimcheck.core.check import Check
    from claimcheck.core.claim import Claim, Kind, Match, Quantity, When
    from claimcheck.core.document import Document
    from claimcheck.core.exchange import Client, Message, ModelRequest, ModelResponse
    from claimcheck.core.limits import Limits
    from claimcheck.core.price import Price
    from claimcheck.core.run import (
        CheckFailure,
        Failure,
        LedgerEntry,
        LinkedText,
        Position,
        Run,
        Signature,
        Summary,
        Usage,
    )
    from claimcheck.core.settings import Settings
    from claimcheck.core.span import Excerpt, Span
    from claimcheck.core.stage import Stage, Work
    from claimcheck.core.statement import Statement
    from claimcheck.core.verdict import Difference, Evidence, Finding, Label, Stance, Verdict, Votes
    from claimcheck.evaluation.datasets import Rows
    from claimcheck.evaluation.result import Evaluation, Score
    from claimcheck.evidence import Index
    from claimcheck.store.runs import RunStore

_HOMES = {
    "Batch": "batch.batch",
    "Check": "core.check",
    "CheckFailure": "core.run",
    "Claim": "core.claim",
    "Client": "core.exchange",
    "Difference": "core.verdict",
    "Document": "core.document",
    "Evaluation": "evaluation.result",
    "Evidence": "core.verdict",
    "Excerpt": "core.span",
    "Failure": "core.run",
    "Finding": "core.verdict",
    "GroundedQuote": "api",
    "Index": "evidence",
    "Kind": "core.claim",
    "Label": "core.verdict",
    "LedgerEntry": "core.run",
    "Limits": "core.limits",
    "LinkedText": "core.run",
    "Match": "core.claim",
    "Message": "core.exchange",
    "ModelRequest": "core.exchange",
    "ModelResponse": "core.exchange",
    "Position": "core.run",
    "Price": "core.price",
    "Progress": "batch.progress",
    "Quantity": "core.claim",
    "Rows": "evaluation.datasets",
    "Run": "core.run",
    "RunStore": "store.runs",
    "Score": "evaluation.result",
    "Settings": "core.settings",
    "Signature": "core.run",
    "Span": "core.span",
    "Stage": "core.stage",
    "Stance": "core.verdict",
    "Statement": "core.statement",
    "Summary": "core.run",
    "Usage": "core.run",
    "Verdict": "core.verdict",
    "Votes": "core.verdict",
    "When": "core.claim",
    "Work": "core.stage",
    "acheck": "api",
    "asummarize": "api",
    "check": "api",
    "compare_evaluations": "api.evaluating",
    "evaluate": "api.evaluating",
    "ground": "api",
    "summarize": "api",
}

__all__ = [
    "Batch",
    "Check",
    "CheckFailure",
    "Claim",
    "Client",
    "Difference",
    "Document",
    "Evaluation",
    "Evidence",
    "Excerpt",
    "Failure",
    "Finding",
    "GroundedQuote",
    "Index",
    "Kind",
    "Label",
    "LedgerEntry",
    "Limits",
    "LinkedText",
    "Match",
    "Message",
    "ModelRequest",
    "ModelResponse",
    "Position",
    "Price",
    "Progress",
    "Quantity",
    "Rows",
    "Run",
    "RunStore",
    "Score",
    "Settings",
    "Signature",
    "Span",
    "Stage",
    "Stance",
    "Statement",
    "Summary",
    "Usage",
    "Verdict",
    "Votes",
    "When",
    "Work",
    "__version__",
    "acheck",
    "asummarize",
    "check",
    "compare_evaluations",
    "errors",
    "evaluate",
    "ground",
    "summarize",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("claimcheck.errors")
    if name in _HOMES:
        return getattr(import_module(f"claimcheck.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'claimcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
