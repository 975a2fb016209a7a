"""Downloads models from a hub, each only once.

A revision is resolved to a commit, which is stored and used: a name means the same
files until somebody asks for a newer revision. Nothing is sent for a model that is
already on this machine. `HF_ENDPOINT` names another hub. The token, from `HF_TOKEN` or
`hf auth login`, is sent only to the hub itself, not to the servers that store its
files.

    KIND/ORG/NAME/COMMIT/             the chosen files of one commit, verified
    KIND/ORG/NAME/COMMIT-VARIANT/     if a repository has variants of its model
    KIND/ORG/NAME/revisions.json
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
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
from claimcheck.resources import resolve_user_path

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

DEFAULT_REVISION = "main"
_DEFAULT_ENDPOINT = "https://huggingface.co"
RECORD_NAME = "hub.json"  # the hub's metadata of a downloaded model
_NAME = re.compile(
    r"""
    (?P<repository> [\w-][\w.-]* / [\w-][\w.-]* )
    (?: : (?P<variant> [\w-][\w.-]* ) )?
    (?: @ (?P<revision> [\w-][\w./-]* ) )?
    """,
    re.VERBOSE | re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FOLDER = re.compile(r"(?P<commit>[0-9a-f]{40})(?:-(?P<variant>.+))?(?<!\.part)")
_REVISIONS_NAME = "revisions.json"
# For the list of a model's files, not for their download. Chosen by hand.
_TIMEOUT_S = 30.0
_NOT_FOUND, _REFUSED_TOKEN = 404, (401, 403)
# Files of models have gigabytes: they are hashed a piece at a time.
_CHUNK_BYTES = 2**20

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository of a hub, `ORG/NAME`, and a branch, tag, or commit of it.

    `variant` chooses one of several files; it is empty if there is only one.
    """

    repository: str
    revision: str = DEFAULT_REVISION
    variant: str = ""

    @classmethod
    def parse(cls, text: str) -> HubName | None:
        """Parse `ORG/NAME[:VARIANT][@REVISION]`; None for anything else."""
        match = _NAME.fullmatch(text)
        # ".." in a revision would lead out of the folder; git does not allow it either.
        if match is None or ".." in text:
            return None
        revision = match["revision"] or DEFAULT_REVISION
        return cls(match["repository"], revision, match["variant"] or "")

    def __str__(self) -> str:
        variant = f":{self.variant}" if self.variant else ""
        revision = "" if self.revision == DEFAULT_REVISION else f"@{self.revision}"
        return f"{self.repository}{variant}{revision}"


@dataclass(frozen=True, slots=True)
class HubModel:
    """A downloaded model: its repository, commit, and folder."""

    repository: str
    commit: str
    folder: Path
    variant: str = ""

    @property
    def name(self) -> str:
        """The repository, the variant, and the commit."""
        return str(HubName(self.repository, self.commit, self.variant))


@dataclass(frozen=True, slots=True)
class HubStore:
    """The downloaded models of one kind.

    `kind` names their folder, and `extra` is the extra that a download needs.
    `choose_files` gets the names of all files of a repository, the requested variant,
    and their location for error messages; it returns the names of the files to
    download, or raises InputError.
    """

    kind: str
    extra: str
    choose_files: Callable[[Collection[str], str, str], Sequence[str]]

    def resolve_folder(self) -> Path:
        """Return the folder of the models; it need not exist."""
        return resolve_user_path("cache", self.kind)

    def find_cached(self, name: HubName) -> HubModel | None:
        """Return the downloaded model of that revision, or None."""
        folder = self.resolve_folder() / name.repository
        commit = _read_revisions(folder).get(_get_key(name))
        if commit is None and _COMMIT.fullmatch(name.revision):
            commit = name.revision
        if commit is None:
            return None
        model = _build_model(folder, name, commit)
        return model if model.folder.is_dir() else None

    def list_cached(self) -> list[HubModel]:
        """Return all downloaded models, sorted by name."""
        models = []
        for record in sorted(self.resolve_folder().glob(f"*/*/*/{RECORD_NAME}")):
            folder = record.parent
            # An interrupted download is in a folder with another name.
            if match := _FOLDER.fullmatch(folder.name):
                repository = f"{folder.parent.parent.name}/{folder.parent.name}"
                variant = match["variant"] or ""
                models.append(HubModel(repository, match["commit"], folder, variant))
        return models

    def download(self, name: HubName, *, report: Report | None = None) -> HubModel:
        """Download the newest commit of a revision, unless already stored.

        `report` is called with a line at the start; without it, no progress bar is
        shown either.

        Raises:
            ProviderError: the hub can't be reached, does not have the model, refuses
                access to it, or sent a file with another hash than announced.
            InputError: the repository has no usable file, or the extra is missing.
        """
        api, endpoint = _open_api(name, self.extra)
        info = _describe_repository(api, name, endpoint)
        siblings = {file.rfilename: file for file in info.siblings or ()}
        where = f"{name} at {endpoint}"
        chosen = self.choose_files(siblings, name.variant, where)
        files = [siblings[file] for file in chosen]
        folder = self.resolve_folder() / name.repository
        model = _build_model(folder, name, str(info.sha))
        part = model.folder.with_name(f"{model.folder.name}.part")
        with _lock_folder(folder):
            if not model.folder.is_dir():
                if report:
                    size = sum(file.size or 0 for file in files) / 2**20
                    report(f"Downloading {model.name} ({size:.1f} MB) from {endpoint}")
                with _translate_errors(name, endpoint):
                    _download_files(api, model, part, files, has_bar=bool(report))
                _write_record(part, model, info, endpoint)
                part.replace(model.folder)
            revisions = _read_revisions(folder) | {_get_key(name): model.commit}
            text = json.dumps(revisions)
            (folder / _REVISIONS_NAME).write_text(text, encoding="utf-8")
        return model


def _get_key(name: HubName) -> str:
    """Return the key of a revision and variant in revisions.json."""
    return f"{name.revision}:{name.variant}" if name.variant else name.revision


def _build_model(folder: Path, name: HubName, commit: str) -> HubModel:
    suffix = f"-{name.variant}" if name.variant else ""
    return HubModel(name.repository, commit, folder / (commit + suffix), name.variant)


def _describe_repository(api: HfApi, name: HubName, endpoint: str) -> ModelInfo:
    with _translate_errors(name, endpoint):
        info = api.model_info(
            name.repository,
            revision=name.revision,
            timeout=_TIMEOUT_S,
            files_metadata=True,
        )
    if not _COMMIT.fullmatch(info.sha or ""):
        raise ProviderError(
            f"{endpoint}: did not name a commit of {name}; try again later"
        )
    return info


def _open_api(name: HubName, extra: str) -> tuple[HfApi, str]:
    # Otherwise huggingface_hub tells the hub about other packages on this machine.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub import HfApi
    except ImportError:
        raise InputError(
            f"{name}: a download needs an extra; run {get_install_command(extra)}"
        ) from None
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _DEFAULT_ENDPOINT
    return HfApi(endpoint=endpoint, library_name="claimcheck"), endpoint


def _download_files(
    api: HfApi,
    model: HubModel,
    folder: Path,
    files: Sequence[RepoSibling],
    *,
    has_bar: bool,
) -> None:
    """Download files into a folder, and verify them."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

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
    # huggingface_hub keeps the state of interrupted downloads there.
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def _matches(path: Path, file: RepoSibling) -> bool:
    """Return whether a file has the hash that the hub announced."""
    if file.lfs is not None:
        digest, expected = hashlib.sha256(), file.lfs.sha256
    elif file.blob_id is not None:
        # Small files are git blobs, whose hash includes a header.
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
    (folder / RECORD_NAME).write_text(text, encoding="utf-8")


def _read_revisions(folder: Path) -> dict[str, str]:
    try:
        revisions = json.loads((folder / _REVISIONS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Without the file, models are found by commit, and the next download writes it.
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
    """Translate errors of the hub to ours, which say what to do."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _translate_refusal(name, endpoint, error) from None
    except (httpx2.HTTPError, OSError) as error:
        # A partial download also raises an OSError, without a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnreachableError(
            f"{name}: is not on this machine, and the download from {endpoint} failed: "
            f"{_first_line(error) or type(error).__name__}; check the network, or "
            "download it elsewhere and give its path"
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
            f"{name.repository}: {endpoint} does not have its revision {name.revision}"
        )
    if isinstance(error, errors.RepositoryNotFoundError) or status == _NOT_FOUND:
        return UnknownModelError(
            f"{name}: {endpoint} does not have this model, or it is private; check the "
            "name, or set HF_TOKEN"
        )
    if status in _REFUSED_TOKEN:
        return AuthenticationError(
            f"{name}: {endpoint} refused the token (HTTP {status}); check HF_TOKEN"
        )
    return EndpointError(f"{name}: {endpoint} answered HTTP {status}; try again later")


def _first_line(error: Exception) -> str:
    line = str(error).strip().partition("\n")[0]
    return line.partition("] ")[2] if line.startswith("[Errno") else line
