"""The data that claimcheck comes with, compressed. NOTICE says where each file is from."""

from __future__ import annotations

import lzma
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"


def packed(name: str) -> bytes:
    """The file `name`.xz, unpacked."""
    return lzma.decompress((_DATA / f"{name}.xz").read_bytes())


def packed_lines(name: str) -> list[str]:
    """Its lines."""
    return packed(name).decode().splitlines()
