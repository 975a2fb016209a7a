"""Models that run on this machine, and their servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from claimcheck.local.models import (
    DEFAULT_VARIANT,
    LocalModel,
    download_model,
    estimate_memory_bytes,
    find_model,
    list_models,
    measure_memory_bytes,
    names_file,
)
from claimcheck.local.server import list_loading, list_servers, stop_servers
from claimcheck.settings.file import (
    read_settings_file,
    resolve_user_file,
    save_user_settings,
)
from claimcheck.settings.run import LOCAL

__all__ = [
    "DEFAULT_VARIANT",
    "SUGGESTIONS",
    "LocalModel",
    "Suggestion",
    "choose_model",
    "describe_fit",
    "download_model",
    "find_default",
    "find_model",
    "list_loading",
    "list_models",
    "list_running",
    "prepare_model",
    "stop_servers",
]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A model to start with, and the size of its file in bytes."""

    name: str
    size_bytes: float


# All three are under the Apache-2.0 license. Sizes are for the default variant.
SUGGESTIONS = (
    Suggestion("bartowski/Qwen2.5-1.5B-Instruct-GGUF", 0.99e9),
    Suggestion("bartowski/Qwen2.5-7B-Instruct-GGUF", 4.68e9),
    Suggestion("bartowski/Qwen2.5-14B-Instruct-GGUF", 8.99e9),
)


def list_running() -> Mapping[str, str]:
    """Return the URL of each running server, by the name of its model."""
    return {server.model: server.url for _, server in list_servers()}


def prepare_model(
    name: str, *, report: Callable[[str], None] | None = None
) -> LocalModel:
    """Return the model with this name; download a hub's model on first use.

    Raises:
        InputError: the file does not exist, or the repository lacks the variant.
        ProviderError: the hub can't be reached, or has no such model.
    """
    # A model that is here works without a network.
    if names_file(name) or name in {model.name for model in list_models()}:
        return find_model(name)
    return download_model(name, report=report)


def choose_model(name: str) -> Path:
    """Make a model the user's default; return the path of the settings file.

    Raises:
        InputError: the model is not on this machine.
        SettingsError: the user's settings file can't be written.
    """
    model = find_model(name)
    # An absolute path, because the settings apply in every folder.
    value = str(model.path) if names_file(name) else name
    return save_user_settings(engine=LOCAL, model=value)


def find_default() -> str | None:
    """Return the model that the user's settings file makes the default.

    None if it makes none.

    Raises:
        SettingsError: the file is invalid.
    """
    values = read_settings_file(resolve_user_file())
    return values.get("model") if values.get("engine") == LOCAL else None


def describe_fit(size_bytes: float) -> str:
    """Say whether a model of this size fits into this machine's memory."""
    needed = estimate_memory_bytes(int(size_bytes)) / 2**30
    memory = measure_memory_bytes() / 2**30
    if needed <= memory:
        return f"needs about {needed:.1f} of this machine's {memory:.0f} GB of memory"
    return (
        f"too large: needs about {needed:.1f} GB of memory; "
        f"this machine has {memory:.0f}"
    )
