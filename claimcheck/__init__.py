"""claimcheck: what a text claims, where it says so, and whether it holds.

Names are loaded when they are first used, so that `import claimcheck` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimcheck.version import __version__

if TYPE_CHECKING:
    from claimcheck import errors
    from claimcheck.api import GroundedQuote, asummarize, ground, summarize
    from claimcheck.core.claim import Claim, Kind, Match, Quantity, When
    from claimcheck.core.document import Document
    from claimcheck.core.exchange import Client, Message, ModelRequest, ModelResponse
    from claimcheck.core.run import Failure, LedgerEntry, LinkedText, Position, Run, Signature, Summary, Usage
    from claimcheck.core.settings import Settings
    from claimcheck.core.span import Excerpt, Span

_HOMES = {
    "Claim": "core.claim",
    "Client": "core.exchange",
    "Document": "core.document",
    "Excerpt": "core.span",
    "Failure": "core.run",
    "GroundedQuote": "api",
    "Kind": "core.claim",
    "LedgerEntry": "core.run",
    "LinkedText": "core.run",
    "Match": "core.claim",
    "Message": "core.exchange",
    "ModelRequest": "core.exchange",
    "ModelResponse": "core.exchange",
    "Position": "core.run",
    "Quantity": "core.claim",
    "Run": "core.run",
    "Settings": "core.settings",
    "Signature": "core.run",
    "Span": "core.span",
    "Summary": "core.run",
    "Usage": "core.run",
    "When": "core.claim",
    "asummarize": "api",
    "ground": "api",
    "summarize": "api",
}

__all__ = [
    "Claim",
    "Client",
    "Document",
    "Excerpt",
    "Failure",
    "GroundedQuote",
    "Kind",
    "LedgerEntry",
    "LinkedText",
    "Match",
    "Message",
    "ModelRequest",
    "ModelResponse",
    "Position",
    "Quantity",
    "Run",
    "Settings",
    "Signature",
    "Span",
    "Summary",
    "Usage",
    "When",
    "__version__",
    "asummarize",
    "errors",
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
