"""Replaces files atomically: nobody ever reads or keeps half of one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600  # only the owner reads and writes


@contextmanager
def open_replacement(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield an empty file that replaces `path` if the block succeeds.

    `mode` has its permissions; by default those of the old file, or of any new one.

    Raises:
        OSError: the folder is missing, or can't be written to.
    """
    if mode is None:
        mode = _get_mode(path)
    # In the same folder, because a rename is atomic only within one file system.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(mode)  # mkstemp lets only the owner read
        temporary.replace(path)
    finally:  # also after Ctrl-C
        temporary.unlink(missing_ok=True)


def _get_mode(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)  # the only way to read it is to set it
    os.umask(umask)
    return 0o666 & ~umask
