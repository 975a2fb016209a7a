"""A bundle: a run or a check in one ZIP file that others can verify.

It has the source's text, the prompts, the schemas, the model's answers, and the hash of
each. Verification shows that the run follows from these: every span is in the source,
every hash is right, and the same pipeline on the same answers (or the extractive engine
on the same text) gives the same claims and verdicts. `evidence_bundle` does the same
for evidence from a search. Verification cannot show that the source is authentic, or
that a model really gave these answers.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.errors import InputError
from claimcheck.models.run import Check, Run, Signature
from claimcheck.prompts import Templates
from claimcheck.reports import evidence_bundle
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
            files |= evidence_bundle.collect_files(check, archive)
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
