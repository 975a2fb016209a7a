"""Scorers by name."""

from __future__ import annotations

from claimcheck.errors import InputError
from claimcheck.verification.lexical import LexicalScorer
from claimcheck.verification.scorer import EntailmentScorer


def choose_scorer(name: str = "default") -> EntailmentScorer:
    """Return the scorer of that name; "default" is the best one installed."""
    if name in ("default", "lexical"):
        return LexicalScorer()
    raise InputError(f"Unknown verifier {name!r}. Available: default, lexical")
