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
from claimcheck.engines import run_flow
from claimcheck.errors import InputError, ProviderError
from claimcheck.models.codec import response_from_json
from claimcheck.models.document import Document
from claimcheck.models.integrity import inconsistencies
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.run import Run
from claimcheck.pipeline.driver import drive
from claimcheck.settings import Settings
from claimcheck.store.cache import digest_of
from claimcheck.version import __version__

_FORMAT = 1
_MANIFEST, _RUN, _SOURCE, _ANSWERS = "manifest.json", "run.json", "source.txt", "answers.jsonl"
_NAME = re.compile(
    r"(?:manifest\.json|run\.json|source\.txt|answers\.jsonl|prompts/[\w-]+\.md\.j2|schemas/[\w.-]+\.schema\.json)"
)
_MOST_FILES, _MOST_BYTES = 200, 500 * 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same case is the same file


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a model, by the digest of its request; `response` as a store has it."""

    digest: str
    response: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of verification: whether it holds; None where the bundle can't tell, and `told` says why."""

    name: str
    holds: bool | None
    told: str


def pack(
    run: Run, path: Path, way: Mapping[str, Any] | None = None, answers: Sequence[Answered] = ()
) -> None:
    """The run is in a bundle at `path`; with the way in which a batch asked and its answers it can be gone through again.

    Raises:
        InputError: the run is without its document's text, or was made with other prompts or schemas than are here.
    """
    files = {
        _RUN: run.to_json(),
        _SOURCE: run.document.full_text,
        **{f"prompts/{name}.md.j2": prompts.source(name) for name in run.signature.prompts},
        **{f"schemas/{name}.schema.json": schemas.source(name) for name in run.signature.schemas},
    }
    if wrong := _foreign(run, files):
        raise InputError(
            f"{run.document.source}: was made with another {', '.join(wrong)}; bundle it with that claimcheck"
        )
    if answers:
        lines = (json.dumps({"digest": item.digest, "response": item.response}) for item in answers)
        files[_ANSWERS] = "".join(f"{line}\n" for line in lines)
    manifest = {
        "format": _FORMAT,
        "made_by": f"claimcheck {__version__}",
        "way": way,
        "files": {name: _sha256(text.encode()) for name, text in sorted(files.items())},
    }
    files[_MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as case:
        for name, text in sorted(files.items()):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            case.writestr(about, text.encode())


def verify(path: Path) -> list[Step]:
    """The steps of verifying the bundle at `path`, in order; it is read, never unpacked.

    Raises:
        InputError: it is no bundle.
    """
    files = _read(path)
    try:
        manifest = json.loads(files[_MANIFEST])
        if manifest["format"] != _FORMAT:
            raise InputError(
                f"{path}: is a bundle of format {manifest['format']!r}, this claimcheck reads {_FORMAT}"
            )
        listed: dict[str, str] = dict(manifest["files"])
        way = manifest["way"]
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: is no bundle of claimcheck: its {_MANIFEST} is broken ({error})") from None
    found = {name: _sha256(data) for name, data in files.items() if name != _MANIFEST}
    wrong = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
    steps = [
        Step(
            "files",
            not wrong,
            f"changed, missing or added: {', '.join(wrong)}" if wrong else f"{len(found)} hashes",
        )
    ]
    if _RUN not in files or _SOURCE not in files:
        raise InputError(f"{path}: is no bundle of claimcheck: it has no {_RUN} or no {_SOURCE}")
    fields_ = json.loads(files[_RUN])
    problems = [str(problem) for problem in schemas.problems("run", fields_)]
    run = Run.from_json(files[_RUN])
    problems += inconsistencies(run)
    steps.append(
        Step(
            "places",
            not problems,
            "; ".join(problems[:3]) or f"every span of {len(run.claims)} claims is the document's text",
        )
    )
    source = files[_SOURCE].decode()
    same = source == run.document.text and Document.from_text(source).id == run.document.id
    steps.append(
        Step("source", same, "the text is the run's, and its id" if same else "the text is not the run's")
    )
    texts = {name: data.decode() for name, data in files.items()}
    foreign = _foreign(run, texts)
    steps.append(
        Step(
            "prompts and schemas",
            not foreign,
            f"not those of the run: {', '.join(foreign)}" if foreign else "those that the run names",
        )
    )
    steps.append(_replayed(run, way, texts))
    return steps


def _replayed(run: Run, way: dict[str, Any] | None, files: Mapping[str, str]) -> Step:
    """Whether the same flow comes to the same run."""
    name = "claims and verdicts"
    here = {item: prompts.load(item).digest for item in run.signature.prompts if item in prompts.names()}
    if here != run.signature.prompts or run.signature.version != __version__:
        return Step(
            name,
            None,
            f"made by claimcheck {run.signature.version} with its prompts; verify it with that one",
        )
    engine = run.signature.engine
    check = bool(run.verdicts or run.unchecked)
    if engine == "extractive":
        known = {field.name for field in fields(Settings)}
        given = {
            key: value for key, value in run.signature.settings.items() if key in known and value is not None
        }
        settings, client = Settings(**{**given, "engine": "extractive"}), None
    elif way is None or _ANSWERS not in files:
        return Step(name, None, "the model's answers are not in the bundle (only a store has them)")
    else:
        settings = _settings(way)
        client = _Replay(files[_ANSWERS], settings)
    try:
        again = drive(run_flow(run.document, settings, engine, check=check), client)
    except (ProviderError, InputError) as error:
        return Step(name, False, f"can't be gone through again: {error}")
    parts = ("summary", "claims", "verdicts", "unchecked", "failures", "ledger")
    differ = [part for part in parts if getattr(again, part) != getattr(run, part)]
    return Step(
        name, not differ, f"come out otherwise: {', '.join(differ)}" if differ else "come out the same"
    )


class _Replay(Client):
    """A client that knows the answers of a bundle, and no others."""

    def __init__(self, lines: str, settings: Settings) -> None:
        self._settings = settings
        rows = [json.loads(line) for line in lines.splitlines() if line.strip()]
        self._answers = {row["digest"]: response_from_json(row["response"]) for row in rows}

    def complete(self, request: ModelRequest) -> ModelResponse:
        digest = digest_of(request, self._settings)
        if digest not in self._answers:
            raise ProviderError(f"the bundle has no answer to request {digest[:12]}")
        return self._answers[digest]

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        return self.complete(request)


def _settings(way: Mapping[str, Any]) -> Settings:
    known = {field.name for field in fields(Settings)}
    endpoint = str(way["endpoint"])
    return Settings(
        engine="llm",
        model=way["model"],
        base_url=endpoint if "://" in endpoint else None,
        seed=way["seed"],
        **{name: value for name, value in way["settings"].items() if name in known},
    )


def _foreign(run: Run, files: Mapping[str, str]) -> list[str]:
    """The prompts and schemas in the files that are not those of the run's signature."""
    wanted = {
        **{f"prompts/{name}.md.j2": digest for name, digest in run.signature.prompts.items()},
        **{f"schemas/{name}.schema.json": digest for name, digest in run.signature.schemas.items()},
    }
    return [
        name
        for name, digest in wanted.items()
        if name not in files or _sha256(files[name].encode()) != digest
    ]


def _read(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as case:
            members = case.infolist()
            strange = [item.filename for item in members if not _NAME.fullmatch(item.filename)]
            if strange:
                raise InputError(f"{path}: is no bundle of claimcheck: it holds {strange[0]!r}")
            if len(members) > _MOST_FILES or sum(item.file_size for item in members) > _MOST_BYTES:
                raise InputError(f"{path}: is too large for a bundle")
            if len({item.filename for item in members}) != len(members):
                raise InputError(f"{path}: holds a file twice")
            return {item.filename: case.read(item) for item in members}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{path}: can't be read as a bundle: {reason}") from None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
