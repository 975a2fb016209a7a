"""Which folders may name an endpoint, by the user's approval.

Anybody can put a `claimcheck.toml` into a folder that other people download. If such a
file could name the endpoint, it would receive their documents. So the user approves a
folder first, as for direnv, and the approval covers one URL: it ends when the file
names another.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from claimcheck.errors import SettingsError

_APPROVALS = "trusted-folders.json"
# Strict, not parsed: URL parsers disagree about backslashes, user names, and short
# forms of addresses, and whatever is not matched here only needs an approval.
_LOOPBACK_URL = re.compile(
    r"""
    https?://
    (?: localhost | 127(?:\.[0-9]{1,3}){3} | \[::1\] )
    (?: :[0-9]+ )?
    (?: /[\w./~-]* )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def is_loopback(url: str) -> bool:
    """Return whether a URL clearly leads to this machine."""
    return _LOOPBACK_URL.fullmatch(url) is not None


def is_approved(folder: Path, url: str) -> bool:
    """Return whether the user has approved this folder's endpoint.

    Raises:
        SettingsError: the list of approvals is damaged.
    """
    return _read_approvals().get(_name_folder(folder)) == _hash(url)


def approve(folder: Path, url: str) -> None:
    """Approve this folder's endpoint, in place of an earlier one.

    Raises:
        SettingsError: the list of approvals is damaged or cannot be written.
    """
    approvals = _read_approvals() | {_name_folder(folder): _hash(url)}
    path = _resolve_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp lets only the owner read: folder names may be private.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(approvals, file, indent=2)
        Path(temporary).replace(path)
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror}") from None


def _read_approvals() -> dict[str, str]:
    path = _resolve_path()
    try:
        approvals = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError:
        approvals = None
    if not isinstance(approvals, dict):
        raise SettingsError(
            f"{path}: is damaged; delete it, and approve your folders again with "
            "`claimcheck trust`"
        )
    return approvals


def _resolve_path() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("claimcheck")) / _APPROVALS


def _name_folder(folder: Path) -> str:
    # Resolved, so that a symbolic link can't lend its approval to another folder. A
    # name that is not UTF-8 is escaped, because JSON can't hold it.
    return os.fsencode(folder.resolve()).decode("utf-8", "backslashreplace")


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
