"""Verifiers by name: the lexical scorer, a folder, or a model of a hub."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from claimcheck import resources
from claimcheck.errors import InputError
from claimcheck.verification import hub
from claimcheck.verification.model_folder import ModelFolder, read_model_folder
from claimcheck.verification.nli import CrossEncoder

LEXICAL = "lexical"
# The verifier that comes with claimcheck, where it and the extra are installed.
DEFAULT = "default"
_SHIPPED_NAME = "claimcheck"
# A model takes hundreds of megabytes; two are enough to compare them.
_MAX_OPEN_MODELS = 2


@dataclass(frozen=True, slots=True)
class Verifier:
    """A model on this machine; `name` has its revision, for signatures."""

    name: str
    model: ModelFolder

    def open(self) -> CrossEncoder:
        """Load the model; the same one again if it is still loaded.

        Raises:
            InputError: the extra is not installed, or a file is damaged.
        """
        return _open_model(self.name, self.model.onnx)


def find_verifier(
    name: str, *, report: Callable[[str], None] | None = None
) -> Verifier:
    """Return the model that a name means; one of a hub is downloaded on first use.

    A name is "default", a folder, an ONNX file, or `ORG/NAME[@REVISION]` of a hub. A
    folder of that name wins. `report` is called with a line before a download.

    Raises:
        InputError: there is no such model, or its files can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    if name == DEFAULT:
        return _read_folder(resources.find_data("verifier"), _SHIPPED_NAME)
    path = Path(name).expanduser()
    if name and path.exists():  # the empty path is the working folder
        return _read_folder(path, path.resolve().name)
    hub_name = hub.HubName.parse(name)
    if hub_name is None or _looks_like_path(name):
        raise InputError(
            f"verifier {name!r}: does not exist; give {LEXICAL}, a folder with "
            "model.onnx, or the name of a model on a hub, such as org/name"
        )
    downloaded = hub.find_cached(hub_name) or hub.download(hub_name, report=report)
    return Verifier(downloaded.name, read_model_folder(downloaded.folder))


def list_verifiers() -> list[Verifier]:
    """Return the models on this machine: the shipped one, then the downloaded ones."""
    verifiers = []
    if is_shipped():
        verifiers.append(find_verifier(DEFAULT))
    for model in hub.list_cached():
        verifiers.append(Verifier(model.name, read_model_folder(model.folder)))
    return verifiers


def is_shipped() -> bool:
    """Return whether this installation of claimcheck contains a model."""
    return resources.find_data("verifier").is_dir()


def is_runnable() -> bool:
    """Return whether the packages are installed that run models."""
    return all(find_spec(module) for module in ("onnxruntime", "tokenizers"))


def _read_folder(path: Path, name: str) -> Verifier:
    model = read_model_folder(path)
    # A path says nothing to others, and the files behind it change.
    return Verifier(f"{name}@{model.compute_digest()}", model)


def _looks_like_path(name: str) -> bool:
    return name.startswith((".", "~", os.sep)) or name.endswith(".onnx")


@lru_cache(maxsize=_MAX_OPEN_MODELS)
def _open_model(name: str, onnx: Path) -> CrossEncoder:
    return CrossEncoder(name, read_model_folder(onnx))
