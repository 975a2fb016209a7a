"""Finds files: prompts, schemas, word lists, packed data, caches.

`prompts/` and `schemas/` are at the top level of a checkout and under `_data/` in the
wheel. NOTICE says where the files in `data/` come from.
"""

from __future__ import annotations

import lzma
import os
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_DATA_FOLDER = _PACKAGE / "data"


def find_folder(name: str) -> Path:
    """Return the project folder of that name: `prompts` or `schemas`."""
    bundled = _PACKAGE / "_data" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name


def resolve_user_path(kind: str, name: str, variable: str = "") -> Path:
    """Return a path in the user's folder for a `kind`: cache, config, or data.

    An environment variable may name another path. None of them need exist.
    """
    import platformdirs

    if path := os.environ.get(variable):
        return Path(path)
    folder: str = getattr(platformdirs, f"user_{kind}_dir")("claimcheck")
    return Path(folder) / name


def find_data(name: str) -> Path:
    """Return the path of `data/NAME`; it need not exist."""
    return _DATA_FOLDER / name


def list_files(folder: str, suffix: str) -> tuple[str, ...]:
    """Return the names of a folder's files, sorted, without the suffix."""
    paths = find_folder(folder).glob("*" + suffix)
    return tuple(sorted(path.name.removesuffix(suffix) for path in paths))


def read_packed(name: str) -> bytes:
    """Return the decompressed bytes of `data/NAME.xz`."""
    return lzma.decompress((_DATA_FOLDER / f"{name}.xz").read_bytes())


def read_packed_lines(name: str) -> list[str]:
    """Return the lines of `data/NAME.xz`."""
    return read_packed(name).decode().splitlines()


@cache
def read_words(name: str) -> tuple[str, ...]:
    """Return the lines of `data/NAME.txt`, without blanks and comments."""
    lines = (_DATA_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
