"""Bundles verified: whether a run follows from what its bundle contains.

Nothing of a bundle is trusted: it is read within limits and never unpacked, and no
template of it is run.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from cattrs.errors import BaseValidationError

from claimcheck import prompts, schemas
from claimcheck.briefs import read_stored_brief
from claimcheck.counting import format_count
from claimcheck.engines import build_run_flow
from claimcheck.errors import ClaimcheckError, InputError, ProviderError
from claimcheck.json_lines import read_json_lines
from claimcheck.llm.stored import (
    AnswerStore,
    StoredAnswersClient,
    compute_request_digest,
)
from claimcheck.models.document import Document
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.llm import (
    Client,
    ModelRequest,
    ModelResponse,
    dump_response,
    load_response,
)
from claimcheck.models.run import Check, Run, Signature
from claimcheck.pipeline.check import VERIFIER
from claimcheck.pipeline.driver import drive
from claimcheck.prompts import Templates
from claimcheck.reports import evidence_bundle
from claimcheck.reports.bundle import (
    ANSWERS,
    CHECK,
    FORMAT_VERSION,
    MANIFEST,
    RUN,
    SOURCE,
    BundledAnswer,
    find_different_files,
    get_searched_check,
    hash_bytes,
)
from claimcheck.search.archive import EvidenceArchive
from claimcheck.settings import Settings
from claimcheck.verification.verifiers import is_on_this_machine
from claimcheck.version import __version__

# A bundle comes from somebody else. It is never unpacked, may contain no other file,
# and may not be a ZIP bomb: far above what a run needs, far below what fills a memory.
_ALLOWED_NAME = re.compile(
    r"""
      manifest\.json | run\.json | check\.json | source\.txt | answers\.jsonl
    | documents\.jsonl | pages/[0-9a-f]{64}
    | prompts/[\w-]+\.md\.j2
    | schemas/[\w.-]+\.schema\.json
    """,
    re.VERBOSE,
)


_MAX_FILES = 10_000


_MAX_BYTES = 500 * 2**20


# What `zipfile` and its decompressors raise for damaged files. RuntimeError: encrypted;
# NotImplementedError: an unknown compression; ValueError: a name that is not UTF-8.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
)


_NO_ANSWERS = "the bundle has no model answers; only a store keeps them"
_MAX_REPORTED_PROBLEMS = 3  # one line of text; chosen by hand


# Whatever a forged run, configuration, or answer can raise: it was not reproduced.
_REPLAY_ERRORS = (
    ClaimcheckError,
    BaseValidationError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class VerificationStep:
    """A step of verification.

    `holds` is None if the bundle cannot tell. Only True is verified.
    """

    name: str
    holds: bool | None
    detail: str


def verify_bundle(path: Path, own_prompts: Templates = ()) -> list[VerificationStep]:
    """Verify the bundle at `path` step by step; it is read, never unpacked.

    A run that was made with `own_prompts` can be replayed only with them: no template
    of a bundle is run.

    Raises:
        InputError: the file is not a bundle.
    """
    files = _read_bundle(path)
    manifest = _parse_manifest(path, files)
    if CHECK not in files and (RUN not in files or SOURCE not in files):
        raise InputError(f"{path} is not a claimcheck bundle: no {RUN} or {SOURCE}")
    texts = {
        name: _decode(path, name, data)
        for name, data in files.items()
        if not name.startswith(evidence_bundle.PAGES)
    }
    result: Run | Check
    try:
        if CHECK in files:
            result = Check.from_json(texts[CHECK])
        else:
            result = Run.from_json(texts[RUN])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    config = manifest.batch_config
    # Each step is done even if one before it fails: together they show what changed.
    steps = [_verify_hashes(files, manifest.hashes)]
    if isinstance(result, Run):
        steps.append(_verify_spans(result, texts[RUN]))
        steps.append(_verify_source(result, texts[SOURCE]))
    steps.append(_verify_prompts_and_schemas(result, files))
    if isinstance(result, Run):
        steps.append(_verify_results(result, config, texts, own_prompts))
    if check := get_searched_check(result):
        steps += _verify_evidence(check, config, files, own_prompts)
    return steps


def _verify_evidence(
    check: Check,
    batch_config: Mapping[str, Any] | None,
    files: Mapping[str, bytes],
    own_prompts: Templates,
) -> list[VerificationStep]:
    """Read the pages again, look up the quotations, and check again."""
    name = "evidence"
    try:
        documents = evidence_bundle.read_documents(check, files)
        problems = evidence_bundle.find_problems(check, documents)
    except _REPLAY_ERRORS as error:
        return [VerificationStep(name, False, str(error) or type(error).__name__)]
    count = format_count(len(documents), "document")
    detail = f"every quotation is in one of {count}, read again"
    if problems:
        detail = "; ".join(problems[:_MAX_REPORTED_PROBLEMS])
    steps = [VerificationStep(name, not problems, detail)]
    step = _verify_external_verdicts(check, batch_config, files, own_prompts, documents)
    return [*steps, step]


def _verify_external_verdicts(
    check: Check,
    batch_config: Mapping[str, Any] | None,
    files: Mapping[str, bytes],
    own_prompts: Templates,
    documents: Sequence[Document],
) -> VerificationStep:
    name = "verdicts from evidence"
    if not _has_same_version(check.signature, own_prompts):
        return VerificationStep(name, None, _describe_version(check.signature))
    client: Client | None = None
    try:
        verifier = _read_verifier(check.signature)
        if check.signature.engine == "extractive":
            settings = Settings(engine="extractive", verifier=verifier)
        elif batch_config is None or ANSWERS not in files:
            return VerificationStep(name, None, _NO_ANSWERS)
        else:
            settings = _build_model_settings(batch_config, own_prompts)
            settings = replace(settings, verifier=verifier)
            answers = _BundledAnswers(files[ANSWERS].decode())
            client = StoredAnswersClient(_NoEndpoint(settings), answers, settings)
        different = evidence_bundle.replay(check, documents, settings, client)
    except _REPLAY_ERRORS as error:
        reason = str(error) or type(error).__name__
        return VerificationStep(name, False, f"cannot be reproduced: {reason}")
    detail = f"different: {', '.join(different)}" if different else "reproduced"
    return VerificationStep(name, not different, detail)


def collect_cached_answers(check: Check, settings: Settings) -> list[BundledAnswer]:
    """Return the model's answers of a check from the answer cache.

    `settings` name the endpoint, which is part of what an answer is stored under.

    Raises:
        ProviderError: the cache does not have all of them.
        InputError: the archive does not have the pages.
    """
    from claimcheck.store.cache import AnswerCache

    with EvidenceArchive() as archive:
        files = evidence_bundle.collect_files(check, archive)
    documents = evidence_bundle.read_documents(check, files)
    config = build_check_config(check, settings)
    replay_settings = replace(
        _build_model_settings(config, settings.brief.prompts),
        verifier=_read_verifier(check.signature),
    )
    with AnswerCache() as cache:
        answers = _CollectedAnswers(cache)
        client = StoredAnswersClient(
            _NoEndpoint(replay_settings), answers, replay_settings
        )
        evidence_bundle.replay(check, documents, replay_settings, client)
    return list(answers.collected.values())


def build_check_config(check: Check, settings: Settings) -> dict[str, Any]:
    """Return the configuration from which a check of a model is replayed."""
    return {
        "endpoint": settings.endpoint(),
        "model": settings.model,
        "seed": check.signature.seed,
        "settings": check.signature.settings,
    }


class _CollectedAnswers:
    """An `AnswerStore` that notes which answers of a cache are used."""

    def __init__(self, cache: AnswerStore) -> None:
        self._cache = cache
        self.collected: dict[str, BundledAnswer] = {}

    def find(self, digest: str) -> ModelResponse | None:
        response = self._cache.find(digest)
        if response is not None:
            answer = BundledAnswer(digest, dump_response(response))
            self.collected[digest] = answer
        return response

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        raise AssertionError("nothing is sent, so nothing is answered")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The hashes of a bundle's files, and the batch's configuration."""

    hashes: dict[str, str]
    batch_config: Mapping[str, Any] | None


def _read_bundle(path: Path) -> dict[str, bytes]:
    """Read all files of a bundle.

    Raises:
        InputError: it cannot be read, is too large, or holds files of other names.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            entries = bundle.infolist()
            _check_entries(path, entries)
            return {entry.filename: bundle.read(entry) for entry in entries}
    except OSError as error:
        raise _make_read_error(path, error.strerror or error) from None
    except _ZIP_ERRORS as error:
        raise _make_read_error(path, error) from None


def _decode(path: Path, name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _make_read_error(path, f"{name} is not UTF-8: {error.reason}") from None


def _make_read_error(path: Path, reason: object) -> InputError:
    if not path.exists():
        return InputError(f"{path}: does not exist")
    return InputError(
        f"{path}: is not a bundle ({reason}); `claimcheck bundle` makes one"
    )


def _check_entries(path: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if not _ALLOWED_NAME.fullmatch(entry.filename):
            raise InputError(
                f"{path} is not a claimcheck bundle: it holds {entry.filename!r}"
            )
    total_bytes = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_FILES or total_bytes > _MAX_BYTES:
        raise InputError(f"{path} is too large for a bundle")
    # Readers differ in which of two files of one name they take.
    if len({entry.filename for entry in entries}) != len(entries):
        raise InputError(f"{path} holds a file twice")


def _parse_manifest(path: Path, files: Mapping[str, bytes]) -> _Manifest:
    try:
        manifest = json.loads(files[MANIFEST])
        version = manifest["format"]
        # Checked first: another format may have other fields.
        if version != FORMAT_VERSION:
            raise InputError(
                f"{path} is a bundle of format {version!r}; this claimcheck reads "
                f"format {FORMAT_VERSION}"
            )
        hashes, config = dict(manifest["files"]), manifest["way"]
        if not all(isinstance(value, str) for value in hashes.values()):
            raise ValueError("a hash is not a string")
        if not isinstance(config, dict | None):
            raise ValueError("the batch's configuration is not an object")
        return _Manifest(hashes, config)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a claimcheck bundle: its {MANIFEST} is broken ({error})"
        ) from None


def _verify_hashes(
    files: Mapping[str, bytes], hashes: Mapping[str, str]
) -> VerificationStep:
    # The manifest cannot have its own hash.
    actual = {
        name: hash_bytes(data) for name, data in files.items() if name != MANIFEST
    }
    different = {name for name, _ in actual.items() ^ hashes.items()}
    detail = f"{len(actual)} hashes match"
    if different:
        detail = f"changed, missing, or added: {', '.join(sorted(different))}"
    return VerificationStep("files", not different, detail)


def _verify_spans(run: Run, run_json: str) -> VerificationStep:
    schema_problems = schemas.find_problems("run", json.loads(run_json))
    problems = [*map(str, schema_problems), *find_run_inconsistencies(run)]
    detail = f"every span of {len(run.claims)} claims matches the document's text"
    if problems:
        detail = "; ".join(problems[:_MAX_REPORTED_PROBLEMS])
    return VerificationStep("spans", not problems, detail)


def _verify_source(run: Run, source: str) -> VerificationStep:
    document = run.document
    # The id is derived from the text, and every claim's id from that of its document.
    if source == document.text and Document.from_text(source).id == document.id:
        return VerificationStep("source", True, "text and id match the run")
    return VerificationStep("source", False, "not the text of the run")


def _verify_prompts_and_schemas(
    result: Run | Check, files: Mapping[str, bytes]
) -> VerificationStep:
    different = find_different_files(result, files)
    kind = "run" if isinstance(result, Run) else "check"
    detail = f"match the {kind}'s signature"
    if different:
        detail = f"differ from the {kind}'s signature: {', '.join(different)}"
    return VerificationStep("prompts and schemas", not different, detail)


def _verify_results(
    run: Run,
    batch_config: Mapping[str, Any] | None,
    texts: Mapping[str, str],
    own_prompts: Templates,
) -> VerificationStep:
    """Replay the pipeline and compare what it gives with the run."""
    name = "claims and verdicts"
    # Another version may extract other claims, and be right to.
    if not _has_same_version(run.signature, own_prompts):
        return VerificationStep(name, None, _describe_version(run.signature))

    is_extractive = run.signature.engine == "extractive"
    if not is_extractive and (batch_config is None or ANSWERS not in texts):
        return VerificationStep(name, None, _NO_ANSWERS)
    try:
        replayed = _replay(run, batch_config, texts, own_prompts)
    except _REPLAY_ERRORS as error:
        reason = str(error) or type(error).__name__
        return VerificationStep(name, False, f"cannot be reproduced: {reason}")
    # Not the usage: a replay costs nothing and takes less time.
    parts = (
        "summary",
        "claims",
        "verdicts",
        "unchecked",
        "failures",
        "ledger",
        "passages",
        "signature",
    )
    different = [
        part for part in parts if getattr(replayed, part) != getattr(run, part)
    ]
    detail = f"different: {', '.join(different)}" if different else "reproduced"
    return VerificationStep(name, not different, detail)


def _replay(
    run: Run,
    batch_config: Mapping[str, Any] | None,
    texts: Mapping[str, str],
    own_prompts: Templates,
) -> Run:
    """Run the steps again that made the run, on what the bundle contains."""
    engine = run.signature.engine
    client: Client | None = None
    verifier = _read_verifier(run.signature)
    if engine == "extractive":
        settings = _build_settings(
            run.signature.settings, engine=engine, seed=run.signature.seed
        )
    else:
        assert batch_config is not None
        settings = _build_model_settings(batch_config, own_prompts)
        settings = replace(settings, verifier=verifier)
        answers = _BundledAnswers(texts[ANSWERS])
        # Every answer is in the bundle, so no request reaches the client behind it.
        client = StoredAnswersClient(_NoEndpoint(settings), answers, settings)
    # A run does not state whether it was checked, but its verdicts show it.
    checked = bool(run.verdicts or run.unchecked)
    return drive(build_run_flow(run.document, settings, engine, check=checked), client)


def _describe_version(signature: Signature) -> str:
    return (
        f"made by claimcheck {signature.version} with other prompts; name them with "
        "--prompts, or verify the bundle with that version"
    )


def _has_same_version(signature: Signature, own_prompts: Templates) -> bool:
    """Whether this version, with these prompts, made the result."""
    names = [name for name in prompts.list_names() if name in signature.prompts]
    digests = prompts.compute_digests(names, own_prompts)
    return digests == signature.prompts and signature.version == __version__


def _read_verifier(signature: Signature) -> str | None:
    """Return the verifier that the result was checked with.

    Raises:
        InputError: it is not on this machine. A bundle comes from somebody else, who
            must not choose what is downloaded.
    """
    name: str | None = signature.settings.get(VERIFIER)
    if name is not None and not is_on_this_machine(name):
        raise InputError(
            f"it was checked with the verifier {name}, which is not on this machine"
        )
    return name


def _build_settings(values: Mapping[str, Any], **more: Any) -> Settings:
    """Build settings from those of a signature; unknown names are left out."""
    known = {}
    for field in fields(Settings):
        if field.name in values:
            known[field.name] = values[field.name]
    return Settings(**{**known, **more})


class _BundledAnswers:
    """An `AnswerStore` with the answers of a bundle."""

    def __init__(self, lines: str) -> None:
        # A broken line is a missing answer: what it belongs to is then not reproduced.
        self._answers = {}
        for line in read_json_lines(io.BytesIO(lines.encode())):
            if isinstance(line.value, dict):
                answer = load_response(line.value["response"])
                self._answers[line.value["digest"]] = answer

    def find(self, digest: str) -> ModelResponse | None:
        return self._answers.get(digest)

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        # Only answers of an endpoint are saved, and nothing is sent here.
        raise AssertionError("a bundle is read only")


class _NoEndpoint(Client):
    """The client behind the answers: it gets the requests that have none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        digest = compute_request_digest(request, self._settings)
        raise ProviderError(f"the bundle has no answer to request {digest[:12]}")

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        return self.complete(request)


def _build_model_settings(
    batch_config: Mapping[str, Any], own_prompts: Templates
) -> Settings:
    # The address is part of each request's digest, by which answers are found.
    endpoint = str(batch_config["endpoint"])
    brief = read_stored_brief(batch_config["settings"])
    return _build_settings(
        batch_config["settings"],
        engine="llm",
        model=batch_config["model"],
        base_url=endpoint if "://" in endpoint else None,
        seed=batch_config["seed"],
        brief=replace(brief, prompts=own_prompts),
    )
