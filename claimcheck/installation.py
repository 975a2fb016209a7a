"""How claimcheck is installed, and how to install its extras.

The distribution's name is not the import name: `claimcheck` on PyPI is a package of
somebody else. So every message and page takes the command from here.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

DISTRIBUTION = "claimcheck-toolkit"
_FOREIGN_DISTRIBUTION = "claimcheck"
_PACKAGE_PARENT = Path(__file__).parent.parent


def get_install_command(extra: str) -> str:
    """Return the command that installs an extra.

    In a checkout, where an editable installation comes from, that is the checkout
    itself.
    """
    if (_PACKAGE_PARENT / "pyproject.toml").is_file():
        return f"pip install -e '{_PACKAGE_PARENT}[{extra}]'"
    return f"pip install '{DISTRIBUTION}[{extra}]'"


def find_foreign_distribution() -> str | None:
    """Return the name and version of the other `claimcheck`, if installed.

    Both have a package of the same name, so that one overwrites the files of the other.
    """
    try:
        version = metadata.version(_FOREIGN_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None
    return f"{_FOREIGN_DISTRIBUTION} {version}"
