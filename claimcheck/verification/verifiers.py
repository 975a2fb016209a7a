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
from claimcheck.local.hub import HubName, HubStore
from claimcheck.verification.model_folder import (
    ModelFolder,
    choose_hub_files,
    read_model_folder,
)
from claimcheck.verification.nli import CrossEncoder

LEXICAL = "lexical"
# The verifier that comes with claimcheck, where it and the extra are installed.
DEFAULT = "default"
_SHIPPED_NAME = "claimcheck"
HUB = HubStore("verifiers", "nli", choose_hub_files)
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
    """Return the model a name means; download a hub's model on first use.

    A name is "default", a folder, an ONNX file, `ORG/NAME[@REVISION]` of a hub, or one
    that a signature states. A folder wins over a hub. `report` is called with a line
    before a download.

    Raises:
        InputError: there is no such model, or its files can't be used.
        ProviderError: the hub can't be reached, or has no such model.
    """
    if name == DEFAULT or name.startswith(f"{_SHIPPED_NAME}@"):
        return _find_shipped(name)
    path = Path(name).expanduser()
    if name and path.exists():  # the empty path is the working folder
        return _read_folder(path, path.resolve().name)
    hub_name = HubName.parse(name)
    if hub_name is None or hub_name.variant or _looks_like_path(name):
        raise InputError(
            f"verifier {name!r}: does not exist; give {LEXICAL}, a folder with "
            "model.onnx, or the name of a model on a hub, such as org/name"
        )
    downloaded = HUB.find_cached(hub_name) or HUB.download(hub_name, report=report)
    return Verifier(downloaded.name, read_model_folder(downloaded.folder))


def list_verifiers(report: Callable[[str], None] | None = None) -> list[Verifier]:
    """Return this machine's models: the shipped one, then downloaded ones.

    Those whose files can't be used are left out; `report` is called with the reason.
    """
    verifiers = []
    if is_shipped():
        verifiers.append(find_verifier(DEFAULT))
    for downloaded in HUB.list_cached():
        try:
            model = read_model_folder(downloaded.folder)
        except InputError as error:
            if report:
                report(f"{downloaded.name} can't be used: {error}")
        else:
            verifiers.append(Verifier(downloaded.name, model))
    return verifiers


def is_on_this_machine(name: str) -> bool:
    """Return whether a signature's scorer can be used without a download.

    Signatures come from others as well, who must not choose what is downloaded, or
    which folders are read.
    """
    return name == LEXICAL or name in {item.name for item in list_verifiers()}


def is_shipped() -> bool:
    """Return whether this installation of claimcheck contains a model."""
    return resources.find_data("verifier").is_dir()


def is_runnable() -> bool:
    """Return whether the packages are installed that run models."""
    return all(find_spec(module) for module in ("onnxruntime", "tokenizers"))


def _find_shipped(name: str) -> Verifier:
    if not is_shipped():
        raise InputError(
            f"verifier {name!r}: this installation of claimcheck comes without it; "
            f"give {LEXICAL}, a folder, or the name of a model on a hub"
        )
    verifier = _read_folder(resources.find_data("verifier"), _SHIPPED_NAME)
    if name not in (DEFAULT, verifier.name):
        raise InputError(
            f"verifier {name!r}: this version of claimcheck comes with {verifier.name}"
        )
    return verifier


def _read_folder(path: Path, name: str) -> Verifier:
    model = read_model_folder(path)
    # A path says nothing to others, and the files behind it change.
    return Verifier(f"{name}@{model.compute_digest()}", model)


def _looks_like_path(name: str) -> bool:
    return name.startswith((".", "~", os.sep)) or name.endswith(".onnx")


@lru_cache(maxsize=_MAX_OPEN_MODELS)
def _open_model(name: str, onnx: Path) -> CrossEncoder:
    return CrossEncoder(name, read_model_folder(onnx))
