"""A bundle: a run or a check in one ZIP file that somebody else can verify, offline.

It has the source's text, the prompts, the schemas, the model's answers, and the hash of
each. Verification shows that the run follows from these: every span is the source's,
every hash is right, and the same pipeline on the same answers (or the extractive engine
on the same text) gives the same claims and verdicts. `evidence_bundle` does the same
for what was found outside. It cannot show that the source is authentic, or that a model
really gave these answers.
"""

from __future__ import annotations

import hashlib
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
from claimcheck.reports.common import format_count
from claimcheck.search.archive import EvidenceArchive
from claimcheck.settings import Settings
from claimcheck.verification.verifiers import is_on_this_machine
from claimcheck.version import __version__

_FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_RUN = "run.json"
_CHECK = "check.json"
_SOURCE = "source.txt"
_ANSWERS = "answers.jsonl"

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

# The earliest time that a ZIP file can hold: the same run gives the same bytes.
_ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)

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
class BundledAnswer:
    """A model's answer, as a store has it, by the digest of its request."""

    digest: str
    response: str


@dataclass(frozen=True, slots=True)
class VerificationStep:
    """A step of verification.

    `holds` is None if the bundle cannot tell. Only True is verified.
    """

    name: str
    holds: bool | None
    detail: str


def write_bundle(
    result: Run | Check,
    path: Path,
    batch_config: Mapping[str, Any] | None = None,
    answers: Sequence[BundledAnswer] = (),
    own_prompts: Templates = (),
) -> None:
    """Write the run, or the check, to a bundle at `path`.

    What a model made can only be replayed with its answers and the configuration of its
    batch. `own_prompts` are the user's own templates that it was made with. Pages that
    a search found are taken from the evidence archive.

    Raises:
        InputError: the run has no document text, the archive lacks a page, or the
            result was made with other prompts or schemas than this claimcheck has.
    """
    files: dict[str, bytes] = {}
    if isinstance(result, Run):
        files[_RUN] = result.to_json().encode()
        # Also a file of its own, for those who want to read it.
        files[_SOURCE] = result.document.full_text.encode()
    else:
        files[_CHECK] = result.to_json().encode()
    signatures = _list_signatures(result)
    for signature in signatures:
        for name in signature.prompts:
            source = prompts.get_source(name, own_prompts)
            files[_name_prompt(name)] = source.encode()
        for name in signature.schemas:
            files[_name_schema(name)] = schemas.read_source(name).encode()
    # Otherwise the bundle would not verify: its hashes are not those of the signature.
    if different := _find_different_files(signatures, files):
        raise InputError(
            f"{path}: this claimcheck has another {', '.join(different)}; name your "
            "own prompts with --prompts, or bundle with the version that made the "
            "result"
        )
    if answers:
        files[_ANSWERS] = _format_answers(answers)
    if check := get_searched_check(result):
        with EvidenceArchive() as archive:
            files |= evidence_bundle.collect_files(check, archive)
    files[_MANIFEST] = _format_manifest(files, batch_config)
    _write_zip(path, files)


def get_searched_check(result: Run | Check) -> Check | None:
    """Return the check whose evidence was searched: the result's own, or itself."""
    return result.external_check if isinstance(result, Run) else result


def _list_signatures(result: Run | Check) -> list[Signature]:
    signatures = [result.signature]
    if isinstance(result, Run) and result.external_check:
        signatures.append(result.external_check.signature)
    return signatures


def _format_answers(answers: Sequence[BundledAnswer]) -> bytes:
    lines = [
        json.dumps({"digest": answer.digest, "response": answer.response})
        for answer in answers
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _format_manifest(
    files: Mapping[str, bytes], batch_config: Mapping[str, Any] | None
) -> bytes:
    manifest = {
        "format": _FORMAT_VERSION,
        "made_by": f"claimcheck {__version__}",
        # "way" is what existing bundles call it.
        "way": batch_config,
        "files": {name: _hash(data) for name, data in sorted(files.items())},
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in sorted(files.items()):
            # Sorted and without times, so that equal runs give equal files.
            entry = zipfile.ZipInfo(name, _ZIP_TIMESTAMP)
            # A ZipInfo does not take the compression of its file.
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, data)


def verify_bundle(path: Path, own_prompts: Templates = ()) -> list[VerificationStep]:
    """Verify the bundle at `path` step by step; it is read, never unpacked.

    A run that was made with `own_prompts` can be replayed only with them: no template
    of a bundle is run.

    Raises:
        InputError: the file is not a bundle.
    """
    files = _read_bundle(path)
    manifest = _parse_manifest(path, files)
    if _CHECK not in files and (_RUN not in files or _SOURCE not in files):
        raise InputError(f"{path} is not a claimcheck bundle: no {_RUN} or {_SOURCE}")
    texts = {
        name: _decode(path, name, data)
        for name, data in files.items()
        if not name.startswith(evidence_bundle.PAGES)
    }
    result: Run | Check
    try:
        if _CHECK in files:
            result = Check.from_json(texts[_CHECK])
        else:
            result = Run.from_json(texts[_RUN])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    config = manifest.batch_config
    # Each step is done even if one before it fails: together they show what changed.
    steps = [_verify_hashes(files, manifest.hashes)]
    if isinstance(result, Run):
        steps.append(_verify_spans(result, texts[_RUN]))
        steps.append(_verify_source(result, texts[_SOURCE]))
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
        elif batch_config is None or _ANSWERS not in files:
            return VerificationStep(name, None, _NO_ANSWERS)
        else:
            settings = _build_model_settings(batch_config, own_prompts)
            settings = replace(settings, verifier=verifier)
            answers = _BundledAnswers(files[_ANSWERS].decode())
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
    return InputError(f"{path}: can't be read as a bundle: {reason}")


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
        manifest = json.loads(files[_MANIFEST])
        version = manifest["format"]
        # Checked first: another format may have other fields.
        if version != _FORMAT_VERSION:
            raise InputError(
                f"{path} is a bundle of format {version!r}; this claimcheck reads "
                f"format {_FORMAT_VERSION}"
            )
        hashes, config = dict(manifest["files"]), manifest["way"]
        if not all(isinstance(value, str) for value in hashes.values()):
            raise ValueError("a hash is not a string")
        if not isinstance(config, dict | None):
            raise ValueError("the batch's configuration is not an object")
        return _Manifest(hashes, config)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a claimcheck bundle: its {_MANIFEST} is broken ({error})"
        ) from None


def _verify_hashes(
    files: Mapping[str, bytes], hashes: Mapping[str, str]
) -> VerificationStep:
    # The manifest cannot have its own hash.
    actual = {name: _hash(data) for name, data in files.items() if name != _MANIFEST}
    different = {name for name, _ in actual.items() ^ hashes.items()}
    detail = f"{len(actual)} hashes match"
    if different:
        detail = f"changed, missing or added: {', '.join(sorted(different))}"
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
    different = _find_different_files(_list_signatures(result), files)
    kind = "run" if isinstance(result, Run) else "check"
    detail = f"match the {kind}'s signature"
    if different:
        detail = f"differ from the {kind}'s signature: {', '.join(different)}"
    return VerificationStep("prompts and schemas", not different, detail)


def _find_different_files(
    signatures: Sequence[Signature], files: Mapping[str, bytes]
) -> list[str]:
    """Return the prompts and schemas that do not match the signatures."""
    hashes = {}
    for signature in signatures:
        for name, value in signature.prompts.items():
            hashes[_name_prompt(name)] = value
        for name, value in signature.schemas.items():
            hashes[_name_schema(name)] = value
    different = []
    for name, value in hashes.items():
        # A missing file has the hash of no text, which is the hash of no template.
        if _hash(files.get(name, b"")) != value:
            different.append(name)
    return different


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
    if not is_extractive and (batch_config is None or _ANSWERS not in texts):
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
        answers = _BundledAnswers(texts[_ANSWERS])
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


def _name_prompt(name: str) -> str:
    return f"prompts/{name}.md.j2"


def _name_schema(name: str) -> str:
    return f"schemas/{name}.schema.json"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
