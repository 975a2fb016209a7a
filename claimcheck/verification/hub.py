"""Download cross-encoders from a model hub, once.

A revision is resolved to a commit, and the commit is what is stored and used: the same
name gives the same scores until somebody asks for a newer revision. Nothing is sent for
a model that is already here. `HF_ENDPOINT` names another hub. The token, of `HF_TOKEN`
or `hf auth login`, goes only to the hub itself, not to where its files are stored.

    verifiers/ORG/NAME/COMMIT/     the files of one commit, complete and verified
    verifiers/ORG/NAME/revisions.json
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.errors import (
    AuthenticationError,
    EndpointError,
    InputError,
    ProviderError,
    UnknownModelError,
    UnreachableError,
)
from claimcheck.installation import get_install_command
from claimcheck.verification.model_folder import (
    CALIBRATION_NAME,
    CONFIG_NAME,
    HUB_RECORD_NAME,
    TOKENIZER_CONFIG_NAME,
    TOKENIZER_NAME,
    choose_onnx,
)

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

DEFAULT_REVISION = "main"
_DEFAULT_ENDPOINT = "https://huggingface.co"
_NAME = re.compile(
    r"""
    (?P<repository> [\w-][\w.-]* / [\w-][\w.-]* )
    (?: @ (?P<revision> [\w-][\w./-]* ) )?
    """,
    re.VERBOSE | re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REQUIRED_NAMES = (TOKENIZER_NAME, CONFIG_NAME)
_OPTIONAL_NAMES = (CALIBRATION_NAME, TOKENIZER_CONFIG_NAME, "README.md")
_REVISIONS_NAME = "revisions.json"
_TIMEOUT_S = 30.0
_NOT_FOUND, _REFUSED_TOKEN = 404, (401, 403)
_CHUNK_BYTES = 2**20

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository of a hub, `ORG/NAME`, and a branch, tag, or commit of it."""

    repository: str
    revision: str = DEFAULT_REVISION

    @classmethod
    def parse(cls, text: str) -> HubName | None:
        """Return the name, or None if the text is not `ORG/NAME[@REVISION]`."""
        match = _NAME.fullmatch(text)
        # ".." in a revision would lead out of the folder, and git does not allow it.
        if match is None or ".." in text:
            return None
        return cls(match["repository"], match["revision"] or DEFAULT_REVISION)

    def __str__(self) -> str:
        if self.revision == DEFAULT_REVISION:
            return self.repository
        return f"{self.repository}@{self.revision}"


@dataclass(frozen=True, slots=True)
class HubModel:
    """A downloaded model: its repository, its commit, and where it is."""

    repository: str
    commit: str
    folder: Path

    @property
    def name(self) -> str:
        """The repository and the commit."""
        return f"{self.repository}@{self.commit}"


def resolve_models_folder() -> Path:
    """Return the folder of downloaded models; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("claimcheck")) / "verifiers"


def find_cached(name: HubName) -> HubModel | None:
    """Return the downloaded model, if there is one for that revision."""
    folder = resolve_models_folder() / name.repository
    commit = _read_revisions(folder).get(name.revision)
    if commit is None and _COMMIT.fullmatch(name.revision):
        commit = name.revision
    if commit is None or not (folder / commit).is_dir():
        return None
    return HubModel(name.repository, commit, folder / commit)


def list_cached() -> list[HubModel]:
    """Return all downloaded models, sorted by name."""
    models = []
    for record in sorted(resolve_models_folder().glob(f"*/*/*/{HUB_RECORD_NAME}")):
        folder = record.parent
        # A download that was interrupted is in a folder of another name.
        if _COMMIT.fullmatch(folder.name):
            repository = f"{folder.parent.parent.name}/{folder.parent.name}"
            models.append(HubModel(repository, folder.name, folder))
    return models


def download(name: HubName, *, report: Report | None = None) -> HubModel:
    """Download the newest commit of a revision, unless it is already here.

    `report` is called with a line at the start; without it, there is no progress bar
    either.

    Raises:
        ProviderError: the hub can't be reached, has no such model or no access to it,
            or sent something else than it announced.
        InputError: the repository has no usable ONNX file, or the extra is missing.
    """
    api, endpoint = _open_api(name)
    with _translate_errors(name, endpoint):
        info = api.model_info(
            name.repository,
            revision=name.revision,
            timeout=_TIMEOUT_S,
            files_metadata=True,
        )
    commit = info.sha or ""
    if not _COMMIT.fullmatch(commit):
        raise ProviderError(f"{endpoint}: named no commit of {name}; try again later")
    files = _choose_files(info, f"{name} at {endpoint}")
    folder = resolve_models_folder() / name.repository
    model = HubModel(name.repository, commit, folder / commit)
    with _lock_folder(folder):
        if not model.folder.is_dir():
            if report:
                size = sum(file.size or 0 for file in files) / 2**20
                report(f"Downloading {model.name} ({size:.1f} MB) from {endpoint}")
            with _translate_errors(name, endpoint):
                _download_files(api, model, files, has_bar=report is not None)
            _write_record(model.folder.with_suffix(".part"), model, info, endpoint)
            model.folder.with_suffix(".part").replace(model.folder)
        revisions = _read_revisions(folder) | {name.revision: commit}
        (folder / _REVISIONS_NAME).write_text(json.dumps(revisions), encoding="utf-8")
    return model


def _open_api(name: HubName) -> tuple[HfApi, str]:
    # huggingface_hub would tell the hub about other packages and tools on this machine.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub import HfApi
    except ImportError:
        raise InputError(
            f"{name}: a download needs an extra; run {get_install_command('nli')}"
        ) from None
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _DEFAULT_ENDPOINT
    return HfApi(endpoint=endpoint, library_name="claimcheck"), endpoint


def _choose_files(info: ModelInfo, where: str) -> list[RepoSibling]:
    """Return the files to download: one ONNX file and what belongs to it."""
    files = {file.rfilename: file for file in info.siblings or ()}
    onnx = choose_onnx([name for name in files if name.endswith(".onnx")], where)
    # Large models keep their tensors in files such as model.onnx_data.
    chosen = [name for name in files if name.startswith(onnx)]
    folder = onnx.rpartition("/")[0]
    for name in (*_REQUIRED_NAMES, *_OPTIONAL_NAMES):
        beside = f"{folder}/{name}" if folder else name
        if beside in files:
            chosen.append(beside)
        elif name in files:
            chosen.append(name)
        elif name in _REQUIRED_NAMES:
            raise InputError(f"{where}: has no {name}; choose another model")
    return [files[name] for name in chosen]


def _download_files(
    api: HfApi, model: HubModel, files: list[RepoSibling], *, has_bar: bool
) -> None:
    """Download files into the `.part` folder of a model, and verify them."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    folder = model.folder.with_suffix(".part")
    with nullcontext() if has_bar else disable_progress_bars():
        for file in files:
            path = api.hf_hub_download(
                model.repository,
                file.rfilename,
                revision=model.commit,
                local_dir=folder,
            )
            if not _matches(Path(path), file):
                Path(path).unlink()
                raise ProviderError(
                    f"{model.repository}: {file.rfilename} is not the file that the "
                    "hub announced (its hash differs). Run the command again; if that "
                    "does not help, something between here and the hub changes files"
                )
    # Where huggingface_hub keeps the state of interrupted downloads.
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def _matches(path: Path, file: RepoSibling) -> bool:
    """Return whether a file has the hash that the hub announced."""
    if file.lfs is not None:
        digest, expected = hashlib.sha256(), file.lfs.sha256
    elif file.blob_id is not None:
        # Small files are blobs of git, which hashes a header as well.
        digest = hashlib.sha1(usedforsecurity=False)
        digest.update(f"blob {path.stat().st_size}\0".encode())
        expected = file.blob_id
    else:
        return False
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest() == expected


def _write_record(
    folder: Path, model: HubModel, info: ModelInfo, endpoint: str
) -> None:
    card: Any = info.card_data
    languages = getattr(card, "language", None) or []
    if isinstance(languages, str):
        languages = [languages]
    record = {
        "repository": model.repository,
        "commit": model.commit,
        "endpoint": endpoint,
        "license": getattr(card, "license", None),
        "languages": languages,
    }
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (folder / HUB_RECORD_NAME).write_text(text, encoding="utf-8")


def _read_revisions(folder: Path) -> dict[str, str]:
    try:
        revisions = json.loads((folder / _REVISIONS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Without the file, models are found by their commit, and downloads add it.
        return {}
    return revisions if isinstance(revisions, dict) else {}


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Let one process at a time download into the folder."""
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            yield
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: can't be written: {error.strerror or error}"
        ) from None


@contextmanager
def _translate_errors(name: HubName, endpoint: str) -> Iterator[None]:
    """Raise errors of the hub as ours, each with what to do."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _translate_refusal(name, endpoint, error) from None
    except (httpx2.HTTPError, OSError) as error:
        # A file that arrived in part is an OSError without a number as well.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnreachableError(
            f"{name}: is not on this machine, and the download from {endpoint} failed: "
            f"{_first_line(error) or type(error).__name__}"
        ) from None
    except (ValueError, TypeError, KeyError):
        raise ProviderError(
            f"{name}: {endpoint} does not answer as a model hub does; check HF_ENDPOINT"
        ) from None


def _translate_refusal(
    name: HubName, endpoint: str, error: HfHubHTTPError
) -> ProviderError:
    from huggingface_hub import errors

    status = error.response.status_code
    if isinstance(error, errors.GatedRepoError):
        return AuthenticationError(
            f"{name}: {endpoint} asks for an agreement. Accept the terms on the page "
            "of the model, and set HF_TOKEN or run `hf auth login`"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return UnknownModelError(
            f"{name.repository}: {endpoint} has no revision {name.revision} of it"
        )
    if isinstance(error, errors.RepositoryNotFoundError) or status == _NOT_FOUND:
        return UnknownModelError(
            f"{name}: {endpoint} has no such model, or it is private; check the name, "
            "or set HF_TOKEN"
        )
    if status in _REFUSED_TOKEN:
        return AuthenticationError(
            f"{name}: {endpoint} refused the token (HTTP {status}); check HF_TOKEN"
        )
    return EndpointError(f"{name}: {endpoint} answered HTTP {status}; try again later")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
