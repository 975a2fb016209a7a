"""A bundle: a run or a check in one ZIP file that others can verify.

It has the source's text, the prompts, the schemas, the model's answers, and the hash of
each. Verification shows that the run follows from these: every span is in the source,
every hash is right, and the same pipeline on the same answers (or the extractive engine
on the same text) gives the same claims and verdicts; `verify` does this. It
cannot show that the source is authentic, or that a model really gave these answers.
Bundles from other people are read within limits, and never unpacked.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.bundles import check_evidence
from claimcheck.errors import InputError
from claimcheck.models.run import Check, Run, Signature
from claimcheck.prompts import Templates
from claimcheck.readers.xml_archives import ZIP_ERRORS
from claimcheck.search.archive import EvidenceArchive
from claimcheck.version import __version__

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
RUN = "run.json"
CHECK = "check.json"
SOURCE = "source.txt"
ANSWERS = "answers.jsonl"

# The earliest time that a ZIP file can store. It is fixed, so that the same run gives
# the same bytes.
_ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)

# A bundle may contain no other files, and may not be a ZIP bomb: the limits are far
# above what a run needs, and far below what fills the memory.
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


@dataclass(frozen=True, slots=True)
class BundledAnswer:
    """A model's answer, as in a store, with the digest of its request."""

    digest: str
    response: str


def write_bundle(
    result: Run | Check,
    path: Path,
    batch_config: Mapping[str, Any] | None = None,
    answers: Sequence[BundledAnswer] = (),
    user_prompts: Templates = (),
) -> None:
    """Write the run, or the check, to a bundle at `path`.

    A model's result can only be replayed with its answers and the configuration of its
    batch. `user_prompts` are the user's own templates that were used. Pages that a
    search found are taken from the evidence archive.

    Raises:
        InputError: the run has no document text, the archive lacks a page, or the
            result was made with other prompts or schemas than this claimcheck has.
    """
    files: dict[str, bytes] = {}
    if isinstance(result, Run):
        files[RUN] = result.to_json().encode()
        # The text is also a separate file, for people who want to read it.
        files[SOURCE] = result.document.full_text.encode()
    else:
        files[CHECK] = result.to_json().encode()
    for signature in list_signatures(result):
        for name in signature.prompts:
            source = prompts.get_source(name, user_prompts)
            files[_name_prompt(name)] = source.encode()
        for name in signature.schemas:
            files[_name_schema(name)] = schemas.read_source(name).encode()
    # Such a bundle could not be verified: its hashes would differ from the signature's.
    if different := find_different_files(result, files):
        raise InputError(
            f"this claimcheck has another {', '.join(different)} than the one that "
            "made the result; name your own prompts with --prompts, or use that version"
        )
    if check := get_searched_check(result):
        with EvidenceArchive() as archive:
            files |= check_evidence.collect_files(check, archive)
    if answers:
        files[ANSWERS] = _format_answers(answers)
    files[MANIFEST] = _format_manifest(files, batch_config)
    _write_zip(path, files)


def get_searched_check(result: Run | Check) -> Check | None:
    """Return the check whose evidence comes from a search, or None."""
    return result.external_check if isinstance(result, Run) else result


def list_signatures(result: Run | Check) -> list[Signature]:
    """Return the signature of a result, and of the check within it."""
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
        "format": FORMAT_VERSION,
        "made_by": f"claimcheck {__version__}",
        "config": batch_config,
        # Sorted, so that equal bundles are equal files.
        "files": {name: hash_bytes(data) for name, data in sorted(files.items())},
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in sorted(files.items()):
            # Names are sorted and times fixed, so that equal runs give equal files.
            entry = zipfile.ZipInfo(name, _ZIP_TIMESTAMP)
            # A ZipInfo does not inherit the compression of its ZipFile.
            entry.compress_type = zipfile.ZIP_DEFLATED
            # From memory, so that nothing of the user's folders gets into the bundle.
            bundle.writestr(entry, data)


def find_different_files(result: Run | Check, files: Mapping[str, bytes]) -> list[str]:
    """Return prompts and schemas whose hashes differ from the signature's."""
    hashes = {}
    for signature in list_signatures(result):
        for name, value in signature.prompts.items():
            hashes[_name_prompt(name)] = value
        for name, value in signature.schemas.items():
            hashes[_name_schema(name)] = value
    different = []
    for name, value in hashes.items():
        # A missing file is hashed as an empty one, and no template is empty.
        if hash_bytes(files.get(name, b"")) != value:
            different.append(name)
    return different


def _name_prompt(name: str) -> str:
    return f"prompts/{name}.md.j2"


def _name_schema(name: str) -> str:
    return f"schemas/{name}.schema.json"


def hash_bytes(data: bytes) -> str:
    """Return the SHA-256 of a bundle's file in the form of the manifest."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle, and what its manifest says about them.

    `hashes` are those that the files should have. All files except pages are UTF-8.
    """

    files: dict[str, bytes]
    hashes: dict[str, str]
    batch_config: Mapping[str, Any] | None
    result: Run | Check

    @property
    def has_answers(self) -> bool:
        """Whether the bundle has what is needed to replay a model's work."""
        return self.batch_config is not None and ANSWERS in self.files


def read_bundle(path: Path) -> Bundle:
    """Read all files of a bundle.

    Raises:
        InputError: the bundle can't be read, is too large, or contains other files.
    """
    # Into memory: the limits allow it, and nothing on disk can be overwritten.
    files = _read_files(path)
    hashes, batch_config = _parse_manifest(path, files)
    if CHECK not in files and (RUN not in files or SOURCE not in files):
        raise InputError(f"{path} is not a claimcheck bundle: no {RUN} or {SOURCE}")
    for name, data in files.items():
        if not name.startswith(check_evidence.PAGES):
            _require_utf8(path, name, data)
    try:
        result: Run | Check
        # A bundle has a run or a check, and never both.
        if CHECK in files:
            result = Check.from_json(files[CHECK])
        else:
            result = Run.from_json(files[RUN])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return Bundle(files, hashes, batch_config, result)


def _read_files(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as bundle:
            entries = bundle.infolist()
            _check_entries(path, entries)
            return {entry.filename: bundle.read(entry) for entry in entries}
    except OSError as error:
        raise _make_read_error(path, error.strerror or error) from None
    except ZIP_ERRORS as error:
        raise _make_read_error(path, error) from None


def _check_entries(path: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    for entry in entries:
        # An allow list: a path such as ../x is refused like any other unknown name.
        if not _ALLOWED_NAME.fullmatch(entry.filename):
            raise InputError(
                f"{path} is not a claimcheck bundle: it contains {entry.filename!r}"
            )
    # The stated sizes: `zipfile` stops reading where they end.
    total_bytes = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_FILES or total_bytes > _MAX_BYTES:
        raise InputError(f"{path} is too large for a bundle")
    # Readers differ in which of two files with one name they read.
    if len({entry.filename for entry in entries}) != len(entries):
        raise InputError(f"{path} contains a file twice")


def _require_utf8(path: Path, name: str, data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise _make_read_error(path, f"{name} is not UTF-8: {error.reason}") from None


def _make_read_error(path: Path, reason: object) -> InputError:
    if not path.exists():
        return InputError(f"{path}: does not exist")
    return InputError(
        f"{path}: is not a bundle ({reason}); `claimcheck bundle` makes one"
    )


def _parse_manifest(
    path: Path, files: Mapping[str, bytes]
) -> tuple[dict[str, str], Mapping[str, Any] | None]:
    """Return the hashes of the files, and the batch's configuration."""
    try:
        manifest = json.loads(files[MANIFEST])
        version = manifest["format"]
        # The version comes first, because another format may have other fields.
        if version != FORMAT_VERSION:
            raise InputError(
                f"{path} is a bundle of format {version!r}; this claimcheck reads "
                f"format {FORMAT_VERSION}"
            )
        hashes = dict(manifest["files"])
        # Bundles of the first development versions call it "way".
        config = manifest["config" if "config" in manifest else "way"]
        if not all(isinstance(value, str) for value in hashes.values()):
            raise ValueError("a hash is not a string")
        if not isinstance(config, dict | None):
            raise ValueError("the batch's configuration is not an object")
        return hashes, config
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a claimcheck bundle: its {MANIFEST} is broken ({error})"
        ) from None
