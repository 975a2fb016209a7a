"""The data that claimcheck comes with, compressed. NOTICE says where each file is from."""

from __future__ import annotations

import lzma
from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder that holds the project's `prompts` or `schemas`."""
    packed = _PACKAGE / "_data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


_DATA = _PACKAGE / "data"


def packed(name: str) -> bytes:
    """The file `name`.xz, unpacked."""
    return lzma.decompress((_DATA / f"{name}.xz").read_bytes())


def packed_lines(name: str) -> list[str]:
    """Its lines."""
    return packed(name).decode().splitlines()
