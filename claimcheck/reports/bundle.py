"""A bundle: a run in one ZIP file that somebody else can verify, offline.

It has the source's text, the prompts, the schemas, the model's answers, and the hash of
each. Verification shows that the run follows from these: every span is the source's,
every hash is right, and the same pipeline on the same answers (or the extractive engine
on the same text) gives the same claims and verdicts. It cannot show that the source is
authentic, or that a model really gave these answers.
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
from claimcheck.models.run import Run
from claimcheck.prompts import Templates
from claimcheck.version import __version__

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
RUN = "run.json"
SOURCE = "source.txt"
ANSWERS = "answers.jsonl"

# The earliest time that a ZIP file can hold: the same run gives the same bytes.
_ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BundledAnswer:
    """A model's answer, as a store has it, by the digest of its request."""

    digest: str
    response: str


def write_bundle(
    run: Run,
    path: Path,
    batch_config: Mapping[str, Any] | None = None,
    answers: Sequence[BundledAnswer] = (),
    own_prompts: Templates = (),
) -> None:
    """Write the run to a bundle at `path`.

    A run of a model can only be replayed with its answers and the configuration of its
    batch. `own_prompts` are the user's own templates that it was made with.

    Raises:
        InputError: the run has no document text, or it was made with other prompts or
            schemas than this claimcheck has.
    """
    # The text is also a file of its own, for those who want to read it.
    files = {RUN: run.to_json(), SOURCE: run.document.full_text}
    for name in run.signature.prompts:
        files[_name_prompt(name)] = prompts.get_source(name, own_prompts)
    for name in run.signature.schemas:
        files[_name_schema(name)] = schemas.read_source(name)
    # Otherwise the bundle would not verify: its hashes are not those of the signature.
    if different := find_different_files(run, files):
        raise InputError(
            f"{run.document.source}: this claimcheck has another "
            f"{', '.join(different)}; name your own prompts with --prompts, or bundle "
            "the run with the version that made it"
        )
    if answers:
        files[ANSWERS] = _format_answers(answers)
    files[MANIFEST] = _format_manifest(files, batch_config)
    _write_zip(path, files)


def _format_answers(answers: Sequence[BundledAnswer]) -> str:
    lines = [
        json.dumps({"digest": answer.digest, "response": answer.response})
        for answer in answers
    ]
    return "".join(f"{line}\n" for line in lines)


def _format_manifest(
    files: Mapping[str, str], batch_config: Mapping[str, Any] | None
) -> str:
    manifest = {
        "format": FORMAT_VERSION,
        "made_by": f"claimcheck {__version__}",
        # "way" is what existing bundles call it.
        "way": batch_config,
        "files": {
            name: hash_bytes(text.encode()) for name, text in sorted(files.items())
        },
    }
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


def _write_zip(path: Path, files: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in sorted(files.items()):
            # Sorted and without times, so that equal runs give equal files.
            entry = zipfile.ZipInfo(name, _ZIP_TIMESTAMP)
            # A ZipInfo does not take the compression of its file.
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, text.encode())


def find_different_files(run: Run, texts: Mapping[str, str]) -> list[str]:
    """Return the prompts and schemas that do not match the run's signature."""
    hashes = {}
    for name, value in run.signature.prompts.items():
        hashes[_name_prompt(name)] = value
    for name, value in run.signature.schemas.items():
        hashes[_name_schema(name)] = value
    different = []
    for name, value in hashes.items():
        # A missing file has the hash of no text, which is the hash of no template.
        if hash_bytes(texts.get(name, "").encode()) != value:
            different.append(name)
    return different


def _name_prompt(name: str) -> str:
    return f"prompts/{name}.md.j2"


def _name_schema(name: str) -> str:
    return f"schemas/{name}.schema.json"


def hash_bytes(data: bytes) -> str:
    """Return the sha256 of a file of a bundle, as its manifest has it."""
    return hashlib.sha256(data).hexdigest()
