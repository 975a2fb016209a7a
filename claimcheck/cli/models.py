"""`claimcheck models`: language models that run on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.option_groups import create_command_group
from claimcheck.cli.output import print_note, write_rows

if TYPE_CHECKING:
    from claimcheck.api.local_models import LocalModel

app = create_command_group(
    "List, download, and choose models for --engine local.\n\n"
    "--engine local summarizes and checks with a language model on this machine: "
    "nothing else has to run, and no text leaves it. llama.cpp runs the model, which "
    "is a GGUF file. Needs the extra local; `claimcheck doctor` shows the extras."
)

ModelName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A GGUF file, or ORG/NAME[:VARIANT][@REVISION] on huggingface.co, or on "
        "the hub that HF_ENDPOINT names. The variant is Q4_K_M unless you name one.",
    ),
]


@app.command("list")
def list_() -> None:
    """List the models on this machine, what fits it, and what runs."""
    from claimcheck.api import local_models

    rows = [_format(model) for model in local_models.list_models()]
    if not rows:
        # A beginner's next command, ready to copy.
        rows = ["No model has been downloaded. Some to start with:"]
        for item in local_models.SUGGESTIONS:
            # Whether it fits decides which one to take.
            size, fit = item.size_bytes / 2**30, local_models.describe_fit
            rows.append(
                f"  claimcheck models get {item.name}"
                f"  ({size:.1f} GB; {fit(item.size_bytes)})"
            )
    if default := local_models.find_default():
        rows.append(f"Default: {default}")
    for name, url in local_models.list_running().items():
        rows.append(f"Running: {name} at {url}")
    rows += [f"Loading: {name}" for name in local_models.list_loading()]
    write_rows(rows)


@app.command("get")
def get(name: ModelName, quiet: options.Quiet = False) -> None:
    """Download a model, or its newest version."""
    from claimcheck.api import local_models

    # A download takes minutes, so it reports its progress.
    report = None if quiet else _report
    write_rows([_format(local_models.download_model(name, report=report))])


@app.command("use")
def use(name: ModelName, quiet: options.Quiet = False) -> None:
    """Make a model, and --engine local, the default of all commands.

    Writes `engine` and `model` into your own settings file.
    """
    from claimcheck.api import local_models

    model = local_models.prepare_model(name, report=None if quiet else _report)
    # Only after the model is here, so that the default always works.
    path = local_models.choose_model(name)
    write_rows([_format(model), f"Default from now on, set in {path}"])


@app.command("stop")
def stop() -> None:
    """Stop the servers that run or load a model, which frees their memory.

    Servers also stop by themselves ten minutes after their last use.
    """
    from claimcheck.api import local_models

    stopped = local_models.stop_servers()
    write_rows([f"Stopped: {name}" for name in stopped] or ["Nothing is running."])


def _format(model: LocalModel) -> str:
    from claimcheck.api.local_models import describe_fit

    size_bytes = model.size_bytes()
    size = size_bytes / 2**30
    return f"{model.name}: {size:.1f} GB, {describe_fit(size_bytes)}"


def _report(line: str) -> None:
    print_note(line, quiet=False)
