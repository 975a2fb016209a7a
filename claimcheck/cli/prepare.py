"""Prepares the engine and the verifier before the work of a command starts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from claimcheck.cli.output import print_note

if TYPE_CHECKING:
    from claimcheck.settings import Settings


def prepare_verifier(settings: Settings, *, quiet: bool, check: bool = True) -> None:
    """Download the verifier before a check starts, if necessary.

    Raises:
        InputError: the verifier does not exist, or can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    if settings.verifier is None or not check:
        return
    from claimcheck.api.verifiers import prepare_verifier as prepare

    prepare(settings.verifier, report=partial(print_note, quiet=quiet))


def prepare_engine(settings: Settings, *, quiet: bool) -> None:
    """Print which engine `auto` chose; download a `local` model if necessary.

    Raises:
        InputError: the model file does not exist.
        ProviderError: the hub can't be reached, or has no such model.
    """
    # Now, because a download in the middle of the work would look as if it hung.
    if settings.engine == "local" and settings.model:
        from claimcheck.api.local_models import prepare_model

        prepare_model(settings.model, report=partial(print_note, quiet=quiet))
    # Somebody who named the engine knows which one runs.
    if settings.engine != "auto":
        return
    if settings.chosen_engine() == "llm":
        model = settings.model or "no model named"
        note = (
            f"Engine: llm ({model} at {settings.endpoint()}); --engine extractive "
            "works without a model."
        )
    else:
        note = (
            "Engine: extractive (no model); --model NAME, with --base-url URL for a "
            "local server, uses a model."
        )
        # A key alone does not select a model, so that no text leaves the machine
        # because a variable happens to be set.
        if settings.api_key:
            note = f"OPENAI_API_KEY is set but no model is named. {note}"
    print_note(note, quiet=quiet)
