"""The one place where the name of a verifier becomes a scorer."""

from __future__ import annotations

from collections.abc import Callable

from claimcheck.verification.lexical import LexicalScorer
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.verifiers import (
    DEFAULT,
    LEXICAL,
    find_verifier,
    is_runnable,
    is_shipped,
)


def choose_scorer(
    name: str | None = None, *, report: Callable[[str], None] | None = None
) -> EntailmentScorer:
    """Return the scorer of that name, loaded.

    None and "default" are the verifier that comes with claimcheck, if it and the extra
    `nli` are installed, else "lexical". Other names are those of `find_verifier`.

    Raises:
        InputError: there is no such verifier, its files can't be used, or the extra is
            not installed.
        ProviderError: the hub can't be reached, or has no such model.
    """
    name = _resolve_default(name)
    if name == LEXICAL:
        return LexicalScorer()
    return find_verifier(name, report=report).open()


def resolve_scorer_name(name: str | None = None) -> str:
    """Return the `name` of the scorer that `choose_scorer` would return.

    The scorer is not loaded.

    Raises:
        InputError: there is no such verifier, or its files can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    name = _resolve_default(name)
    return LEXICAL if name == LEXICAL else find_verifier(name).name


def _resolve_default(name: str | None) -> str:
    if name is not None and name != DEFAULT:
        return name
    return DEFAULT if is_shipped() and is_runnable() else LEXICAL
