"""`claimcheck verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import write_rows

_RESULT_LABELS = {True: "ok", False: "FAILED", None: "not verified"}


def verify(
    bundle: Annotated[
        Path,
        typer.Argument(metavar="BUNDLE", help="A file that `claimcheck bundle` wrote."),
    ],
    prompts: options.Prompts = None,
) -> None:
    """Verify a bundle offline.

    Every hash, span, claim, and verdict must follow from what the bundle contains.
    Exits with 1 if one does not, or if it can't be verified because answers are missing
    or another version made the bundle.
    """
    from claimcheck.api.prompts_and_schemas import read_prompt_folder
    from claimcheck.bundles.verify import verify_bundle

    # The bundle's own copies are never run: templates from others are not code to
    # trust.
    user_prompts = read_prompt_folder(prompts) if prompts else ()
    steps = verify_bundle(bundle, user_prompts)
    # All steps are printed, because together they show what was changed.
    for step in steps:
        label = _RESULT_LABELS[step.holds]
        write_rows([f"{label:<13}{step.name}: {step.detail}"])
    if not all(step.holds for step in steps):
        raise typer.Exit(1)
