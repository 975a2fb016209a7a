"""Labeled rows to evaluate on: your own, and those of public datasets.

A row of your own is a JSON object per line with the fields of its task (`TASK_FIELDS`),
and optionally `id` and `doc_id`: rows of one document are resampled together. Adapters
convert the rows of public datasets, which are not part of claimcheck; see
docs/evaluation.md for where to get them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from claimcheck.errors import InputError
from claimcheck.readers.file import read_bytes
from claimcheck.readers.rows import read_rows

RowFields = dict[str, Any]

# The type of each field; a row of another type is reported with its line number.
TASK_FIELDS: dict[str, dict[str, type]] = {
    "checkworthy": {"text": str, "label": bool},
    "verification": {"claim": str, "document": str, "supported": bool},
    "summaries": {"document": str, "references": list},
    "extraction": {"passage": str, "claims": list},
    "grounding": {"document": str, "quotes": list},
}
_TYPE_NAMES = {str: "string", bool: "Boolean", list: "list"}


@dataclass(frozen=True, slots=True)
class Example:
    """A row: its id, the id of its document, and the fields of its task."""

    id: str
    document: str
    fields: RowFields


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows of a file, all or a sample, and the hash of the file."""

    name: str
    sha256: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Adapter:
    """Converts the rows of a public dataset to the fields of a task."""

    task: str
    convert: Callable[[RowFields], RowFields]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to evaluate on: all of a file, or a sample of `limit`.

    `dataset` names the public dataset that the file is from; None for your own rows.
    `seed` is for the sample and for the intervals.
    """

    file: str | Path
    dataset: str | None = None
    limit: int | None = None
    seed: int = 0


def read_dataset(rows: Rows, task: str) -> Dataset:
    """Read the rows of a file for a task.

    Raises:
        InputError: the file can't be read, a row lacks a field of the task, or the
            dataset is for another task.
    """
    adapter = _find_adapter(task, rows.dataset)
    source, data = read_bytes(rows.file)
    examples = read_rows(
        data, source, lambda row, number: _parse_example(row, task, adapter, number)
    )
    if not examples:
        raise InputError(
            f"{source} has no rows. Each line needs a JSON object with "
            f"{_list_fields(task)}."
        )
    if rows.limit is not None and rows.limit < len(examples):
        examples = _draw_sample(examples, rows.limit, rows.seed)
    name = rows.dataset or Path(source).name
    return Dataset(name, hashlib.sha256(data).hexdigest(), tuple(examples))


def _draw_sample(examples: list[Example], size: int, seed: int) -> list[Example]:
    """Draw a sample, in the order of the file."""
    # The start of a permutation: a larger sample contains every smaller one.
    drawn = np.random.default_rng(seed).permutation(len(examples))[:size]
    return [examples[index] for index in sorted(drawn)]


def _find_adapter(task: str, dataset: str | None) -> Adapter | None:
    if dataset is None:
        return None
    suitable = [name for name, adapter in ADAPTERS.items() if adapter.task == task]
    if dataset not in suitable:
        raise InputError(
            f"--dataset {dataset!r} is not a dataset for {task}. Available: "
            f"{', '.join(sorted(suitable))}"
        )
    return ADAPTERS[dataset]


def _parse_example(
    row: Any, task: str, adapter: Adapter | None, number: int
) -> Example:
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    try:
        fields = adapter.convert(row) if adapter else _convert_own_row(row, task)
    except (KeyError, TypeError, AttributeError) as error:
        # The adapters trust their dataset, so any other row fails somehow.
        raise InputError(
            f"not a row of this dataset: {type(error).__name__} {error}"
        ) from None
    for name, kind in TASK_FIELDS[task].items():
        value = fields.get(name)
        # Of all fields only `claims` may be empty: a passage may have no claim.
        is_empty = name != "claims" and value in ("", [])
        if not isinstance(value, kind) or is_empty:
            raise InputError(
                f"{name!r} is missing, empty, or not a {_TYPE_NAMES[kind]}; {task} "
                f"needs {_list_fields(task)}"
            )
    # Ids join the rows of two evaluations; without ids the line numbers do.
    row_id = str(row.get("id") or number)
    return Example(row_id, str(row.get("doc_id") or row_id), fields)


def _list_fields(task: str) -> str:
    return ", ".join(TASK_FIELDS[task])


def _convert_own_row(row: RowFields, task: str) -> RowFields:
    """Return the row; for summaries, a single `reference` becomes a list."""
    if task == "summaries" and isinstance(row.get("reference"), str):
        return {**row, "references": [row["reference"]]}
    return row


def _convert_claimbuster(row: RowFields) -> RowFields:
    return {"text": row["text"], "label": bool(row["checkworthy"])}


def _convert_policlaim(row: RowFields) -> RowFields:
    return {"text": row["text"], "label": row["label"] == 1}


def _convert_factcheckbench_sentences(row: RowFields) -> RowFields:
    return {"text": row["text"], "label": row["label"] == "yes"}


def _convert_verification(row: RowFields) -> RowFields:
    return {
        "claim": row["claim"],
        "document": row["document"],
        "supported": bool(row["supported"]),
    }


def _convert_realsumm(row: RowFields) -> RowFields:
    # Each sentence of the reference is in <t> tags.
    sentences = re.findall(r"<t>(.*?)</t>", row["reference"])
    reference = "\n".join(sentence.strip() for sentence in sentences)
    return {"document": row["document"], "references": [reference]}


def _convert_realsumm_units(row: RowFields) -> RowFields:
    # The tags of sentences become spaces: they would be read as words.
    passage = re.sub(r"</?t>", " ", row["passage"]).strip()
    return {"passage": passage, "claims": row["claims"]}


def _convert_extraction(row: RowFields) -> RowFields:
    return {"passage": row["sentence"], "claims": row["claims"]}


def _convert_wice_evidence(row: RowFields) -> RowFields:
    # A span is [start, end, text].
    quotes = [span[2] for group in row["evidence_sets"] for span in group]
    return {"document": row["document"], "quotes": quotes}


def _convert_pdnc(row: RowFields) -> RowFields:
    quotes = [span[2] for quote in row["quotes"] for span in quote["spans"]]
    return {"document": row["document"], "quotes": quotes}


ADAPTERS = {
    "claimbuster": Adapter("checkworthy", _convert_claimbuster),
    "policlaim": Adapter("checkworthy", _convert_policlaim),
    "factcheckbench-sentences": Adapter(
        "checkworthy", _convert_factcheckbench_sentences
    ),
    "wice": Adapter("verification", _convert_verification),
    "summedits": Adapter("verification", _convert_verification),
    "fm2": Adapter("verification", _convert_verification),
    "realsumm": Adapter("summaries", _convert_realsumm),
    "factcheckbench-claims": Adapter("extraction", _convert_extraction),
    "factscore": Adapter("extraction", _convert_extraction),
    "realsumm-scus": Adapter("extraction", _convert_realsumm_units),
    "wice-evidence": Adapter("grounding", _convert_wice_evidence),
    "pdnc": Adapter("grounding", _convert_pdnc),
}
