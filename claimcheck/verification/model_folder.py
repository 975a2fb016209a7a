"""A folder with a cross-encoder: which files it needs, and what they say.

The layout is that of model hubs: `model.onnx` (or `onnx/model.onnx`), `tokenizer.json`,
and `config.json`, whose `id2label` decides what each output means. `calibration.json`
is ours and optional. Nothing here needs onnxruntime.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError
from claimcheck.local.hub import RECORD_NAME
from claimcheck.verification.scorer import Calibration

# In order of preference: int8 can be far off for some checkpoints.
ONNX_NAMES = (
    "model.onnx",
    "onnx/model.onnx",
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "model_int8.onnx",
    "onnx/model_int8.onnx",
)
TOKENIZER_NAME, CONFIG_NAME = "tokenizer.json", "config.json"
TOKENIZER_CONFIG_NAME = "tokenizer_config.json"
CALIBRATION_NAME = "calibration.json"
_REQUIRED_NAMES = (TOKENIZER_NAME, CONFIG_NAME)
_OPTIONAL_NAMES = (CALIBRATION_NAME, TOKENIZER_CONFIG_NAME, "README.md")
# For somebody else's model, nobody has measured a threshold. Chosen by hand: above the
# 0.5 of MiniCheck, because the best of several passages is taken.
_DEFAULT_SUPPORTED_FROM = 0.7
_DEFAULT_MAX_TOKENS = 512
# transformers writes 10**30 for "no limit".
_LARGEST_MAX_TOKENS = 10**6
# These start to count positions after the padding token, so that two are lost.
_OFFSET_POSITIONS = frozenset(
    {"camembert", "longformer", "mpnet", "roberta", "xlm-roberta", "xlm-roberta-xl"}
)
_DIGEST_LENGTH = 12


class OutputMeaning(StrEnum):
    """What an output of a model stands for."""

    ENTAILED = "entailed"
    NEUTRAL = "neutral"
    CONTRADICTED = "contradicted"


# Labels of published models, in lower case, letters only. Two-label models, such as
# MiniCheck, know "supported" and everything else.
_LABELS = {
    OutputMeaning.ENTAILED: (
        "entailment entailed entails entail supports supported support supporting "
        "consistent faithful grounded attributable"
    ),
    OutputMeaning.NEUTRAL: (
        "neutral neither notenoughinfo notenoughinformation notenoughevidence nei "
        "unknown notentailment nonentailment notentailed notsupported unsupported "
        "inconsistent unfaithful ungrounded hallucinated hallucination notattributable"
    ),
    OutputMeaning.CONTRADICTED: (
        "contradiction contradicted contradicts contradict contradictory refutes "
        "refuted refute refuting"
    ),
}
_OUTCOMES = {
    word: outcome for outcome, words in _LABELS.items() for word in words.split()
}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The files of a cross-encoder, and what its configuration says.

    `outcomes` has one for each output, in order; a model with one output gives the
    log-odds of "entailed". `max_tokens` includes the special tokens. The log-odds of
    "entailed" are divided by `temperature`. `figures` are measurements on sealed data,
    by data set, if `calibration.json` has any.
    """

    onnx: Path
    tokenizer: Path
    config: Path
    labels: tuple[str, ...]
    outcomes: tuple[OutputMeaning, ...]
    max_tokens: int
    temperature: float
    calibration: Calibration
    figures: Mapping[str, Any]

    def list_weights(self) -> list[Path]:
        """Return the ONNX file and the files that hold its large tensors."""
        return sorted(
            path
            for path in self.onnx.parent.iterdir()
            if path.name.startswith(self.onnx.name) and path.is_file()
        )

    def size_bytes(self) -> int:
        """Return the size of the weights and the tokenizer."""
        files = [*self.list_weights(), self.tokenizer]
        return sum(path.stat().st_size for path in files)

    def compute_digest(self) -> str:
        """Return a digest of everything that decides a score."""
        files = [*self.list_weights(), self.tokenizer, self.config]
        if calibration := _find_beside(self.onnx, CALIBRATION_NAME):
            files.append(calibration)
        stamped = []
        for path in files:
            stat = path.stat()
            stamped.append((path, stat.st_mtime_ns, stat.st_size))
        return _hash_files(tuple(stamped))


# A batch asks for each document, and hashing takes a tenth of a second.
@lru_cache(maxsize=16)
def _hash_files(stamped: tuple[tuple[Path, int, int], ...]) -> str:
    """Hash the files; their times and sizes tell whether they have changed."""
    digest = hashlib.sha256()
    for path, _, _ in stamped:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:_DIGEST_LENGTH]


def read_model_folder(path: Path) -> ModelFolder:
    """Read the configuration of a cross-encoder's folder or ONNX file.

    Raises:
        InputError: a file is missing or malformed, or the labels are not those of an
            entailment model; the message says which, and what to do.
    """
    onnx = find_onnx(path)
    tokenizer = _find_required(onnx, TOKENIZER_NAME)
    config_path = _find_required(onnx, CONFIG_NAME)
    config = _read_json(config_path)
    labels = _read_labels(config, config_path)
    calibration_path = _find_beside(onnx, CALIBRATION_NAME)
    measured = _read_json(calibration_path) if calibration_path else {}
    hub_record_path = _find_beside(onnx, RECORD_NAME)
    hub_record = _read_json(hub_record_path) if hub_record_path else {}
    where = calibration_path or onnx
    return ModelFolder(
        onnx=onnx,
        tokenizer=tokenizer,
        config=config_path,
        labels=labels,
        outcomes=_map_labels(labels, config_path),
        max_tokens=_read_max_tokens(config, onnx),
        temperature=_read_temperature(measured, where),
        calibration=_read_calibration(measured, hub_record, where),
        figures=_read_figures(measured),
    )


def find_onnx(path: Path) -> Path:
    """Return the ONNX file to use: the path, or a folder's preferred one.

    Raises:
        InputError: no file was found, or several without a preferred one.
    """
    if path.is_file():
        return path
    if not path.exists():
        raise InputError(f"{path}: does not exist; name a folder with model.onnx")
    names = [
        found.relative_to(path).as_posix()
        for folder in (path, path / "onnx")
        for found in sorted(folder.glob("*.onnx"))
    ]
    return path / choose_onnx(names, str(path))


def choose_onnx(names: list[str], where: str) -> str:
    """Return the preferred one of a model's ONNX files.

    Raises:
        InputError: no file was found, or several without a preferred one.
    """
    for preferred in ONNX_NAMES:
        if preferred in names:
            return preferred
    if len(names) == 1:
        return names[0]
    if names:
        raise InputError(
            f"{where}: has several ONNX files ({', '.join(names)}); name one of them"
        )
    raise InputError(
        f"{where}: has no ONNX file. Export the model, for example with "
        "`optimum-cli export onnx --task text-classification --model NAME FOLDER`, "
        "and name that folder"
    )


def choose_hub_files(names: Collection[str], variant: str, where: str) -> list[str]:
    """Return the files to download: one ONNX file and what belongs to it.

    Raises:
        InputError: the repository lacks one of them.
    """
    onnx = choose_onnx([name for name in names if name.endswith(".onnx")], where)
    # Large models keep their tensors in files such as model.onnx_data.
    chosen = [name for name in names if name.startswith(onnx)]
    folder = onnx.rpartition("/")[0]
    for name in (*_REQUIRED_NAMES, *_OPTIONAL_NAMES):
        beside = f"{folder}/{name}" if folder else name
        if beside in names:
            chosen.append(beside)
        elif name in names:
            chosen.append(name)
        elif name in _REQUIRED_NAMES:
            raise InputError(f"{where}: has no {name}; choose another model")
    return chosen


def _find_beside(onnx: Path, name: str) -> Path | None:
    # Hubs keep ONNX files in a folder of their own, below the other files.
    folders = [onnx.parent]
    if onnx.parent.name == "onnx":
        folders.append(onnx.parent.parent)
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    return None


def _find_required(onnx: Path, name: str) -> Path:
    found = _find_beside(onnx, name)
    if found is None:
        raise InputError(
            f"{onnx.parent / name}: does not exist; copy it from the model's repository"
        )
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise InputError(f"{path}: is not a JSON object; copy it from the model again")
    return value


def _read_labels(config: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Return the label of each output, in order."""
    by_index = config.get("id2label")
    if not isinstance(by_index, dict) or not by_index:
        by_name = config.get("label2id")
        if not isinstance(by_name, dict) or not by_name:
            raise InputError(
                f"{path}: has no id2label, which names the outputs; add it"
            )
        by_index = {index: name for name, index in by_name.items()}
    labels = {str(index): str(name) for index, name in by_index.items()}
    expected = [str(index) for index in range(len(labels))]
    if sorted(labels) != sorted(expected):
        raise InputError(
            f"{path}: id2label must number the outputs from 0 to {len(labels) - 1}"
        )
    return tuple(labels[index] for index in expected)


def _map_labels(labels: tuple[str, ...], path: Path) -> tuple[OutputMeaning, ...]:
    # With one output there is nothing to confuse, and many configurations do not name
    # it.
    if len(labels) == 1:
        return (OutputMeaning.ENTAILED,)
    known = []
    unknown = []
    for label in labels:
        letters = "".join(char for char in label.lower() if char.isalpha())
        outcome = _OUTCOMES.get(letters)
        if outcome is None:
            unknown.append(label)
        else:
            known.append(outcome)
    if unknown or known.count(OutputMeaning.ENTAILED) != 1:
        raise InputError(
            f"{path}: the labels {', '.join(labels)} do not say which output means "
            "entailment. In a copy of the folder, set id2label to names such as "
            "entailment, neutral, and contradiction, or supported and not_supported, "
            "as the model's card explains them"
        )
    return tuple(known)


def _read_max_tokens(config: Mapping[str, Any], onnx: Path) -> int:
    """Return the longest input that both the model and the tokenizer allow."""
    limits = []
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and positions > 0:
        has_offset = config.get("model_type") in _OFFSET_POSITIONS
        limits.append(positions - 2 if has_offset else positions)
    if path := _find_beside(onnx, TOKENIZER_CONFIG_NAME):
        length = _read_json(path).get("model_max_length")
        if isinstance(length, int) and 0 < length < _LARGEST_MAX_TOKENS:
            limits.append(length)
    return min(limits, default=_DEFAULT_MAX_TOKENS)


def _read_temperature(measured: Mapping[str, Any], path: Path) -> float:
    value = measured.get("temperature", 1.0)
    if not _is_number(value) or not 0 < value < math.inf:
        raise InputError(f"{path}: temperature is {value!r}; give a number above 0")
    return float(value)


def _read_calibration(
    measured: Mapping[str, Any], hub_record: Mapping[str, Any], path: Path
) -> Calibration:
    threshold = measured.get("supported_from", _DEFAULT_SUPPORTED_FROM)
    shares = {
        "supported_from": threshold,
        "supported_reliability": measured.get("supported_reliability"),
        "refuted_reliability": measured.get("refuted_reliability"),
    }
    for name, value in shares.items():
        is_missing = value is None and name != "supported_from"
        if not is_missing and not (_is_number(value) and 0 <= value <= 1):
            raise InputError(f"{path}: {name} is {value!r}; give a number from 0 to 1")
    languages = _read_languages(measured) or _read_languages(hub_record)
    if languages:
        return Calibration(**shares, languages=languages)
    return Calibration(**shares)  # English, as most models are


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read_languages(source: Mapping[str, Any]) -> tuple[str, ...]:
    languages = source.get("languages")
    if not isinstance(languages, list):
        return ()
    return tuple(str(language).lower() for language in languages)


def _read_figures(measured: Mapping[str, Any]) -> Mapping[str, Any]:
    figures = measured.get("figures")
    return figures if isinstance(figures, dict) else {}
