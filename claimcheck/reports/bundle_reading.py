"""Reads bundles from other people within limits, without unpacking them."""

from __future__ import annotations

import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError
from claimcheck.models.run import Check, Run
from claimcheck.reports import evidence_bundle
from claimcheck.reports.bundle import (
    ANSWERS,
    CHECK,
    FORMAT_VERSION,
    MANIFEST,
    RUN,
    SOURCE,
)

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

# The errors of `zipfile` and its decompressors for damaged files. RuntimeError: the
# file is encrypted; NotImplementedError: its compression is unknown; ValueError: a name
# is not UTF-8.
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
    files = _read_files(path)
    hashes, batch_config = _parse_manifest(path, files)
    if CHECK not in files and (RUN not in files or SOURCE not in files):
        raise InputError(f"{path} is not a claimcheck bundle: no {RUN} or {SOURCE}")
    for name, data in files.items():
        if not name.startswith(evidence_bundle.PAGES):
            _require_utf8(path, name, data)
    try:
        result: Run | Check
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
    except _ZIP_ERRORS as error:
        raise _make_read_error(path, error) from None


def _check_entries(path: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if not _ALLOWED_NAME.fullmatch(entry.filename):
            raise InputError(
                f"{path} is not a claimcheck bundle: it contains {entry.filename!r}"
            )
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
