"""Finds out how claimcheck is installed, and how to install its extras.

The distribution's name differs from the import name, because `claimcheck` on PyPI is
somebody else's package. So every message and page takes the command from here.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

DISTRIBUTION = "claimcheck-toolkit"
_FOREIGN_DISTRIBUTION = "claimcheck"
_PACKAGE_PARENT = Path(__file__).parent.parent


def get_install_command(extra: str) -> str:
    """Return the command that installs an extra.

    It names the checkout or wheel from which claimcheck was installed, if it is still
    on this machine: a package index may have another version, or none.
    """
    if (_PACKAGE_PARENT / "pyproject.toml").is_file():
        return f"pip install -e '{_PACKAGE_PARENT}[{extra}]'"
    return f"pip install '{_find_source() or DISTRIBUTION}[{extra}]'"


def _find_source() -> Path | None:
    """Return the folder or file installed by pip (PEP 610), if it exists."""
    try:
        recorded = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    url = urlsplit(json.loads(recorded)["url"] if recorded else "")
    path = Path(url2pathname(url.path))
    return path if url.scheme == "file" and path.exists() else None


def find_foreign_distribution() -> str | None:
    """Return the name and version of the other `claimcheck`, if installed.

    Both have a package with the same name, so one overwrites the other's files.
    """
    try:
        version = metadata.version(_FOREIGN_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None
    return f"{_FOREIGN_DISTRIBUTION} {version}"
