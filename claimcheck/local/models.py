"""Find and download model files for llama.cpp (GGUF), from a path or a hub."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from claimcheck.errors import InputError, translate_os_errors
from claimcheck.local.hub import HubModel, HubName, HubStore

# Half the size of eight bits, with a small loss; most repositories have it.
DEFAULT_VARIANT = "Q4_K_M"
_SUFFIX = ".gguf"
_MAGIC = b"GGUF"
# model-q4_k_m-00001-of-00003.gguf: llama.cpp opens the first part and finds the others.
_PART = re.compile(r"-(\d{5})-of-\d{5}$")
_VARIANT = re.compile(r"(?:^|[-._])(I?Q\d\w*|F16|BF16|F32|MXFP4\w*)$", re.IGNORECASE)
_IMAGE_PART = "mmproj"  # of models that read images
# In addition to its file, a model needs memory for the context and for computation.
_WORKING_BYTES = 1.5 * 2**30


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model file on this machine; `name` includes its commit."""

    name: str
    path: Path

    @property
    def parts(self) -> list[Path]:
        """The files of the model, of which `path` is the first."""
        if not _PART.search(self.path.stem):
            return [self.path]
        start = _PART.sub("", self.path.stem)
        return sorted(self.path.parent.glob(f"{start}-*-of-*{_SUFFIX}"))

    def size_bytes(self) -> int:
        """Return the size of all files."""
        return sum(part.stat().st_size for part in self.parts)

    def compute_identity(self, context_tokens: int) -> str:
        """Return a hash that identifies this model and its context size."""
        stamps = [(str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in self.parts]
        text = repr((stamps, context_tokens))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def choose_files(names: Collection[str], variant: str, where: str) -> list[str]:
    """Return the GGUF file of a variant, or the parts of it, in order.

    Raises:
        InputError: the repository does not have the variant.
    """
    by_variant: dict[str, list[str]] = {}
    for name in sorted(names):
        stem = _PART.sub("", name.removesuffix(_SUFFIX))
        match = _VARIANT.search(stem)
        if name.endswith(_SUFFIX) and match and _IMAGE_PART not in stem.lower():
            by_variant.setdefault(match[1].upper(), []).append(name)
    if chosen := by_variant.get(variant.upper()):
        return chosen
    if by_variant:
        listed = ", ".join(by_variant)
        raise InputError(f"{where}: has no {variant}; name one of {listed} after a ':'")
    raise InputError(
        f"{where}: has no GGUF file; choose a repository with files for llama.cpp"
    )


MODELS = HubStore("models", "local", choose_files)


def find_model(name: str) -> LocalModel:
    """Return the model file for a name: a path, or ORG/NAME[:VARIANT].

    Raises:
        InputError: the model is not on this machine, or is not a GGUF file.
    """
    if names_file(name):
        return _check_file(Path(name).expanduser())
    if downloaded := MODELS.find_cached(parse_name(name)):
        return _describe(downloaded)
    raise InputError(
        f"model {name}: is not on this machine; run `claimcheck models get {name}`"
    )


def names_file(name: str) -> bool:
    """Return whether a name means a file, rather than a model of a hub."""
    return name.endswith(_SUFFIX) or Path(name).expanduser().is_file()


def download_model(
    name: str, *, report: Callable[[str], None] | None = None
) -> LocalModel:
    """Download the newest commit of a model, unless it is already here.

    Raises:
        InputError: the name is not ORG/NAME[:VARIANT][@REVISION], or has no GGUF file.
        ProviderError: the hub can't be reached, or has no such model.
    """
    if names_file(name):
        raise InputError(
            f"{name}: is a file, and only models of a hub are downloaded; "
            f"`claimcheck models use {name}` makes it the default"
        )
    return _describe(MODELS.download(parse_name(name), report=report))


def list_models() -> list[LocalModel]:
    """Return the downloaded models, sorted by name."""
    return [_describe(model) for model in MODELS.list_cached()]


def parse_name(name: str) -> HubName:
    """Parse the name of a model on a hub, with its variant.

    Raises:
        InputError: the name is not valid.
    """
    parsed = HubName.parse(name)
    if parsed is None:
        raise InputError(
            f"model {name!r}: give a GGUF file, or the name of a model on a hub, such "
            f"as org/name or org/name:{DEFAULT_VARIANT}"
        )
    return replace(parsed, variant=(parsed.variant or DEFAULT_VARIANT).upper())


def estimate_memory_bytes(size_bytes: int) -> float:
    """Return approximately how much memory a model of this size needs."""
    return size_bytes + _WORKING_BYTES


def measure_memory_bytes() -> int:
    """Return the memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _check_file(path: Path) -> LocalModel:
    with translate_os_errors(path), path.open("rb") as file:
        start = file.read(len(_MAGIC))
    if start != _MAGIC:
        raise InputError(f"{path}: is not a GGUF file; choose one for llama.cpp")
    return LocalModel(path.stem, path.resolve())


def _describe(downloaded: HubModel) -> LocalModel:
    files: Sequence[Path] = sorted(downloaded.folder.rglob(f"*{_SUFFIX}"))
    if not files:
        raise InputError(
            f"{downloaded.folder}: its model file is missing; delete this folder"
        )
    return LocalModel(downloaded.name, files[0])
