"""A run as a case that somebody else can verify, offline: source, prompts, schemas, answers and hashes in one ZIP. Layer 5.

What is verified is that the run follows from what is inside: every span is the source's, every hash is right, and the same
flow on the same answers (or the extractive engine on the same text) comes to the same claims and verdicts. Whether the
source is what it says it is, and whether a model really gave these answers, no bundle can tell.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.engines import build_run_flow
from claimcheck.errors import InputError, ProviderError
from claimcheck.llm.digest import compute_request_digest
from claimcheck.llm.stored import StoredAnswersClient
from claimcheck.models.document import Document
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.llm import Client, ModelRequest, ModelResponse, load_response
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import drive
from claimcheck.settings import Settings
from claimcheck.version import __version__

_FORMAT_VERSION = 1
_MANIFEST, _RUN, _SOURCE, _ANSWERS = (
    "manifest.json",
    "run.json",
    "source.txt",
    "answers.jsonl",
)
_ALLOWED_NAME = re.compile(
    r"(?:manifest\.json|run\.json|source\.txt|answers\.jsonl|prompts/[\w-]+\.md\.j2|schemas/[\w.-]+\.schema\.json)"
)
_MAX_FILES, _MAX_BYTES = 200, 500 * 2**20
_ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the same case is the same file


@dataclass(frozen=True, slots=True)
class BundledAnswer:
    """An answer of a model, by the digest of its request; `response` as a store has it."""

    digest: str
    response: str


@dataclass(frozen=True, slots=True)
class VerificationStep:
    """A step of verification: whether it holds; None where the bundle can't tell, and `told` says why."""

    name: str
    holds: bool | None
    told: str


def write_bundle(
    run: Run,
    path: Path,
    way: Mapping[str, Any] | None = None,
    answers: Sequence[BundledAnswer] = (),
) -> None:
    """Write the run to a bundle at `path`; with answers it can be replayed.

    Raises:
        InputError: the run is without its document's text, or was made with other prompts or schemas than are here.
    """
    files = {
        _RUN: run.to_json(),
        _SOURCE: run.document.full_text,
        **{
            f"prompts/{name}.md.j2": prompts.read_source(name)
            for name in run.signature.prompts
        },
        **{
            f"schemas/{name}.schema.json": schemas.read_source(name)
            for name in run.signature.schemas
        },
    }
    if wrong := _find_foreign_files(run, files):
        raise InputError(
            f"{run.document.source}: was made with another {', '.join(wrong)}; bundle it with that claimcheck"
        )
    if answers:
        lines = (
            json.dumps({"digest": item.digest, "response": item.response})
            for item in answers
        )
        files[_ANSWERS] = "".join(f"{line}\n" for line in lines)
    manifest = {
        "format": _FORMAT_VERSION,
        "made_by": f"claimcheck {__version__}",
        "way": way,
        "files": {name: _sha256(text.encode()) for name, text in sorted(files.items())},
    }
    files[_MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as case:
        for name, text in sorted(files.items()):
            about = zipfile.ZipInfo(name, _ZIP_TIMESTAMP)
            about.compress_type = zipfile.ZIP_DEFLATED
            case.writestr(about, text.encode())


def verify_bundle(path: Path) -> list[VerificationStep]:
    """Verify the bundle at `path` step by step; it is read, never unpacked.

    Raises:
        InputError: it is no bundle.
    """
    files = _read_bundle(path)
    try:
        manifest = json.loads(files[_MANIFEST])
        if manifest["format"] != _FORMAT_VERSION:
            raise InputError(
                f"{path}: is a bundle of format {manifest['format']!r}, this claimcheck reads {_FORMAT_VERSION}"
            )
        listed: dict[str, str] = dict(manifest["files"])
        way = manifest["way"]
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: is no bundle of claimcheck: its {_MANIFEST} is broken ({error})"
        ) from None
    found = {name: _sha256(data) for name, data in files.items() if name != _MANIFEST}
    wrong = sorted(
        name
        for name in found.keys() | listed.keys()
        if found.get(name) != listed.get(name)
    )
    steps = [
        VerificationStep(
            "files",
            not wrong,
            f"changed, missing or added: {', '.join(wrong)}"
            if wrong
            else f"{len(found)} hashes",
        )
    ]
    if _RUN not in files or _SOURCE not in files:
        raise InputError(
            f"{path}: is no bundle of claimcheck: it has no {_RUN} or no {_SOURCE}"
        )
    fields_ = json.loads(files[_RUN])
    problems = [str(problem) for problem in schemas.find_problems("run", fields_)]
    run = Run.from_json(files[_RUN])
    problems += find_run_inconsistencies(run)
    steps.append(
        VerificationStep(
            "places",
            not problems,
            "; ".join(problems[:3])
            or f"every span of {len(run.claims)} claims is the document's text",
        )
    )
    source = files[_SOURCE].decode()
    same = (
        source == run.document.text and Document.from_text(source).id == run.document.id
    )
    steps.append(
        VerificationStep(
            "source",
            same,
            "the text is the run's, and its id"
            if same
            else "the text is not the run's",
        )
    )
    texts = {name: data.decode() for name, data in files.items()}
    foreign = _find_foreign_files(run, texts)
    steps.append(
        VerificationStep(
            "prompts and schemas",
            not foreign,
            f"not those of the run: {', '.join(foreign)}"
            if foreign
            else "those that the run names",
        )
    )
    steps.append(_replay_run(run, way, texts))
    return steps


def _replay_run(
    run: Run, way: dict[str, Any] | None, files: Mapping[str, str]
) -> VerificationStep:
    """Check whether the same flow produces the same run."""
    name = "claims and verdicts"
    here = {
        item: prompts.load(item).digest
        for item in run.signature.prompts
        if item in prompts.list_names()
    }
    if here != run.signature.prompts or run.signature.version != __version__:
        return VerificationStep(
            name,
            None,
            f"made by claimcheck {run.signature.version} with its prompts; verify it with that one",
        )
    engine = run.signature.engine
    check = bool(run.verdicts or run.unchecked)
    if engine == "extractive":
        known = {field.name for field in fields(Settings)}
        given = {
            key: value
            for key, value in run.signature.settings.items()
            if key in known and value is not None
        }
        settings, client = Settings(**{**given, "engine": "extractive"}), None
    elif way is None or _ANSWERS not in files:
        return VerificationStep(
            name,
            None,
            "the model's answers are not in the bundle (only a store has them)",
        )
    else:
        settings = _build_settings(way)
        client = StoredAnswersClient(
            _NoEndpoint(settings), _BundledAnswers(files[_ANSWERS]), settings
        )
    try:
        again = drive(
            build_run_flow(run.document, settings, engine, check=check), client
        )
    except (ProviderError, InputError) as error:
        return VerificationStep(name, False, f"can't be gone through again: {error}")
    parts = ("summary", "claims", "verdicts", "unchecked", "failures", "ledger")
    differ = [part for part in parts if getattr(again, part) != getattr(run, part)]
    return VerificationStep(
        name,
        not differ,
        f"come out otherwise: {', '.join(differ)}" if differ else "come out the same",
    )


class _BundledAnswers:
    """An `AnswerStore` that knows the answers of a bundle, and has no endpoint to ask."""

    def __init__(self, lines: str) -> None:
        rows = [json.loads(line) for line in lines.splitlines() if line.strip()]
        self._answers = {row["digest"]: load_response(row["response"]) for row in rows}

    def find(self, digest: str) -> ModelResponse | None:
        return self._answers.get(digest)

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        raise AssertionError("a bundle is read only")


class _NoEndpoint(Client):
    """The client behind a bundle's answers: whatever reaches it is missing there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        digest = compute_request_digest(request, self._settings)
        raise ProviderError(f"the bundle has no answer to request {digest[:12]}")

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        return self.complete(request)


def _build_settings(way: Mapping[str, Any]) -> Settings:
    known = {field.name for field in fields(Settings)}
    endpoint = str(way["endpoint"])
    return Settings(
        engine="llm",
        model=way["model"],
        base_url=endpoint if "://" in endpoint else None,
        seed=way["seed"],
        **{name: value for name, value in way["settings"].items() if name in known},
    )


def _find_foreign_files(run: Run, files: Mapping[str, str]) -> list[str]:
    """Return the prompts and schemas that do not match the run's signature."""
    wanted = {
        **{
            f"prompts/{name}.md.j2": digest
            for name, digest in run.signature.prompts.items()
        },
        **{
            f"schemas/{name}.schema.json": digest
            for name, digest in run.signature.schemas.items()
        },
    }
    return [
        name
        for name, digest in wanted.items()
        if name not in files or _sha256(files[name].encode()) != digest
    ]


def _read_bundle(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as case:
            members = case.infolist()
            strange = [
                item.filename
                for item in members
                if not _ALLOWED_NAME.fullmatch(item.filename)
            ]
            if strange:
                raise InputError(
                    f"{path}: is no bundle of claimcheck: it holds {strange[0]!r}"
                )
            if (
                len(members) > _MAX_FILES
                or sum(item.file_size for item in members) > _MAX_BYTES
            ):
                raise InputError(f"{path}: is too large for a bundle")
            if len({item.filename for item in members}) != len(members):
                raise InputError(f"{path}: holds a file twice")
            return {item.filename: case.read(item) for item in members}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else error
        )
        raise InputError(f"{path}: can't be read as a bundle: {reason}") from None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
