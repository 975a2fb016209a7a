"""Lists, downloads, and prepares verifiers."""

from __future__ import annotations

from collections.abc import Callable

from claimcheck.errors import InputError
from claimcheck.local.hub import HubName
from claimcheck.verification.choose_scorer import choose_scorer, resolve_scorer_name
from claimcheck.verification.scorer import Calibration
from claimcheck.verification.verifiers import (
    DEFAULT,
    HUB,
    LEXICAL,
    Verifier,
    find_verifier,
    list_verifiers,
)

__all__ = [
    "DEFAULT",
    "LEXICAL",
    "Calibration",
    "Verifier",
    "download_verifier",
    "find_verifier",
    "get_lexical_calibration",
    "list_verifiers",
    "prepare_verifier",
    "resolve_scorer_name",
]


def get_lexical_calibration() -> Calibration:
    """Return the thresholds of the scorer that compares words."""
    return choose_scorer(LEXICAL).calibration


def download_verifier(
    name: str, *, report: Callable[[str], None] | None = None
) -> Verifier:
    """Download the newest commit of a model's revision, and return it.

    Raises:
        InputError: the name is not `ORG/NAME[@REVISION]`, or its files can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    hub_name = HubName.parse(name)
    # Variants are files of language models; a verifier has one file.
    if hub_name is None or hub_name.variant:
        raise InputError(
            f"{name!r} is not the name of a model on a hub; give ORG/NAME or "
            "ORG/NAME@REVISION"
        )
    model = HUB.download(hub_name, report=report)
    # By its commit, so that a folder of the same name does not get in the way.
    return find_verifier(model.name)


def prepare_verifier(name: str, *, report: Callable[[str], None] | None = None) -> None:
    """Load a verifier for `check`, and download it first if necessary.

    `report` is called with a line before a download.

    Raises:
        InputError: the verifier does not exist, or can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    # Loading it now shows a damaged file before the work, not after it.
    choose_scorer(name, report=report)
