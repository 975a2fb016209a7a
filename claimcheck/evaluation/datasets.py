"""Rows to measure with: anybody's own in plain form, and adapters for public sets.

A plain row is a JSON object a line, with the fields of its task (`FIELDS`), and optionally `id` and `doc_id`: rows of
one document are drawn together in intervals. The sets themselves are not part of claimcheck; docs/evaluation.md says
where each comes from.
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

TASK_FIELDS: dict[str, dict[str, type]] = {
    "checkworthy": {"text": str, "label": bool},
    "verification": {"claim": str, "document": str, "supported": bool},
    "summaries": {"document": str, "references": list},
    "extraction": {"passage": str, "claims": list},
    "grounding": {"document": str, "quotes": list},
}


@dataclass(frozen=True, slots=True)
class Example:
    """A row: its id, the document that it belongs to, and the fields of its task."""

    id: str
    document: str
    fields: RowFields


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows of a file, all or a sample, and what tells it from others."""

    name: str
    sha256: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Adapter:
    """How a public set's rows become those of a task."""

    task: str
    fields: Callable[[RowFields], RowFields]


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows to measure with: those of a file, of more than `limit` a sample drawn with the seed.

    `dataset` names the public set that the file is of; None where its rows are in plain form. The seed draws the
    intervals too.
    """

    file: str | Path
    dataset: str | None = None
    limit: int | None = None
    seed: int = 0


def read_dataset(rows: Rows, task: str) -> Dataset:
    """The rows of a file, as a task has them.

    Raises:
        InputError: the file can't be read, a row lacks a field of the task, or the set is for another task.
    """
    adapter, limit = _find_adapter(task, rows.dataset), rows.limit
    source, data = read_bytes(rows.file)
    examples = read_rows(
        data, source, lambda row, number: _parse_example(row, task, adapter, number)
    )
    if not examples:
        raise InputError(
            f"{source}: holds no rows; give a JSON object a line with {', '.join(TASK_FIELDS[task])}"
        )
    if limit is not None and limit < len(examples):
        chosen = np.random.default_rng(rows.seed).permutation(len(examples))[:limit]
        examples = [examples[place] for place in sorted(chosen)]
    return Dataset(
        rows.dataset or Path(source).name,
        hashlib.sha256(data).hexdigest(),
        tuple(examples),
    )


def _find_adapter(task: str, dataset: str | None) -> Adapter | None:
    if dataset is None:
        return None
    fitting = sorted(name for name, adapter in ADAPTERS.items() if adapter.task == task)
    if dataset not in fitting:
        raise InputError(
            f"--dataset {dataset!r}: is none of the sets for {task}: {', '.join(fitting)}"
        )
    return ADAPTERS[dataset]


def _parse_example(
    row: Any, task: str, adapter: Adapter | None, number: int
) -> Example:
    if not isinstance(row, dict):
        raise InputError("is no JSON object")
    try:
        fields = adapter.fields(row) if adapter else _convert_plain_row(row, task)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"is no row of that set: {type(error).__name__} {error}"
        ) from None
    for name, kind in TASK_FIELDS[task].items():
        if not isinstance(fields.get(name), kind) or _is_empty(name, fields[name]):
            raise InputError(
                f"{name!r} is missing or no {kind.__name__}; {task} needs {', '.join(TASK_FIELDS[task])}"
            )
    identity = str(row.get("id") or number)
    return Example(identity, str(row.get("doc_id") or identity), fields)


def _is_empty(name: str, value: object) -> bool:
    """Return whether a required value is empty; only `claims` may be."""
    return name != "claims" and value in ("", [])


def _convert_plain_row(row: RowFields, task: str) -> RowFields:
    """Return the row; for summaries, a single `reference` becomes a list."""
    if task == "summaries" and isinstance(row.get("reference"), str):
        return {**row, "references": [row["reference"]]}
    return row


def _convert_verification_row(row: RowFields) -> RowFields:
    return {
        "claim": row["claim"],
        "document": row["document"],
        "supported": bool(row["supported"]),
    }


ADAPTERS = {
    "claimbuster": Adapter(
        "checkworthy",
        lambda row: {"text": row["text"], "label": bool(row["checkworthy"])},
    ),
    "policlaim": Adapter(
        "checkworthy", lambda row: {"text": row["text"], "label": row["label"] == 1}
    ),
    "factcheckbench-sentences": Adapter(
        "checkworthy", lambda row: {"text": row["text"], "label": row["label"] == "yes"}
    ),
    "wice": Adapter("verification", _convert_verification_row),
    "summedits": Adapter("verification", _convert_verification_row),
    "fm2": Adapter("verification", _convert_verification_row),
    "realsumm": Adapter(
        "summaries",
        lambda row: {
            "document": row["document"],
            # the human highlights stand in <t> tags, a sentence each
            "references": [
                "\n".join(
                    part.strip()
                    for part in re.findall(r"<t>(.*?)</t>", row["reference"])
                )
            ],
        },
    ),
    "factcheckbench-claims": Adapter(
        "extraction", lambda row: {"passage": row["sentence"], "claims": row["claims"]}
    ),
    "factscore": Adapter(
        "extraction", lambda row: {"passage": row["sentence"], "claims": row["claims"]}
    ),
    "realsumm-scus": Adapter(
        "extraction",
        lambda row: {
            "passage": re.sub(r"</?t>", " ", row["passage"]).strip(),
            "claims": row["claims"],
        },
    ),
    "wice-evidence": Adapter(
        "grounding",
        lambda row: {
            "document": row["document"],
            "quotes": [span[2] for group in row["evidence_sets"] for span in group],
        },
    ),
    "pdnc": Adapter(
        "grounding",
        lambda row: {
            "document": row["document"],
            "quotes": [span[2] for quote in row["quotes"] for span in quote["spans"]],
        },
    ),
}
