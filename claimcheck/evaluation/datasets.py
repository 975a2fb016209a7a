"""Reads labeled rows to evaluate on: your own, and those of public datasets.

Your own file has one JSON object per line with the fields of its task (`TASK_FIELDS`),
and optionally `id` and `doc_id`: rows of one document are resampled together, and are
in the same part of the split. Public datasets are read in the form in which they are
published (adapters.py).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from claimcheck.arguments import require_kind
from claimcheck.errors import InputError, join_problems
from claimcheck.evaluation.adapters import ADAPTERS, Adapter, Layout, LinkedFile
from claimcheck.evaluation.base import GOLD_LABELS, NOT_SUPPORTED, RowFields
from claimcheck.json_lines import read_rows
from claimcheck.models.verdict import Label
from claimcheck.readers.file import read_bytes

# The type of each field; a row of another type is reported with its line number.
TASK_FIELDS: dict[str, dict[str, type]] = {
    "checkworthy": {"text": str, "label": bool},
    "verification": {"claim": str, "document": str, "label": str},
    "summaries": {"document": str, "references": list},
    "extraction": {"passage": str, "claims": list},
    "grounding": {"document": str, "quotes": list},
}
_TYPE_NAMES = {str: "string", bool: "Boolean", list: "list"}


@dataclass(frozen=True, slots=True)
class LabeledRow:
    """A row: its id, the id of its document, and the fields of its task."""

    id: str
    document: str
    fields: RowFields


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows of a file, or a sample of them, and the hash of the file."""

    name: str
    sha256: str
    examples: tuple[LabeledRow, ...]


class RowPart(StrEnum):
    """Rows that people may view (open), may only score (sealed), or both."""

    OPEN = "open"
    SEALED = "sealed"
    ALL = "all"

    def includes(self, document_id: str) -> bool:
        """Return whether rows of this document are in the part."""
        return self is RowPart.ALL or (self is RowPart.SEALED) == is_sealed(document_id)


def is_sealed(document_id: str) -> bool:
    """Return whether rows of this document may be scored but not looked at.

    About half of the documents are sealed. The rule needs no list, so training,
    fitting, and evaluation agree on it even for data that is added later.
    """
    return int(sha256(document_id.encode()).hexdigest(), 16) % 2 == 1


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to evaluate on: all of a file, or a sample of `limit`.

    `dataset` names the public dataset that the file is from; None for your own rows.
    `seed` is used for the sample and for the intervals. `part` is the part of the split
    by document; rows of the sealed part are scored but never returned.
    """

    file: str | Path
    dataset: str | None = None
    limit: int | None = None
    seed: int = 0
    part: RowPart | str = RowPart.ALL

    def __post_init__(self) -> None:
        require_kind(self.file, (str, Path), "file", "a path")
        if self.part not in tuple(RowPart):
            raise InputError(
                f"part {self.part!r} is unknown; choose from {', '.join(RowPart)}"
            )
        for name, value, low in (("limit", self.limit, 1), ("seed", self.seed, 0)):
            if value is None and name == "limit":
                continue
            if not isinstance(value, int) or value < low:
                raise InputError(f"{name} is {value!r}; give a whole number from {low}")


def read_dataset(rows: Rows, task: str) -> Dataset:
    """Read the rows of a file for a task.

    Raises:
        InputError: the file can't be read, a row lacks a field of the task, or the
            dataset is for another task.
    """
    adapter = _find_adapter(task, rows.dataset)
    source, data = read_bytes(rows.file)
    digest = hashlib.sha256(data)
    convert = adapter.convert
    if adapter.linked:
        linked, linked_data = _read_linked_file(rows.file, adapter.linked)
        digest.update(linked_data)
        convert = partial(convert, linked=linked)

    def parse_row(row: Any, number: int) -> list[LabeledRow]:
        return list(_parse_examples(row, task, convert, number))

    examples = list(
        chain.from_iterable(_parse(data, source, adapter.layout, parse_row))
    )
    if not examples:
        raise InputError(
            f"{source} has no rows. Each line needs a JSON object with "
            f"{_list_fields(task)}."
        )
    part = RowPart(rows.part)
    examples = [example for example in examples if part.includes(example.document)]
    if not examples:
        raise InputError(f"{source} has no row in the {part} part")
    if rows.limit is not None and rows.limit < len(examples):
        examples = _draw_sample(examples, rows.limit, rows.seed)
    name = rows.dataset or Path(source).name
    return Dataset(name, digest.hexdigest(), tuple(examples))


def _draw_sample(examples: list[LabeledRow], size: int, seed: int) -> list[LabeledRow]:
    """Draw a sample, in the order of the file."""
    # Taking the start of a permutation makes a larger sample contain every smaller one.
    drawn = np.random.default_rng(seed).permutation(len(examples))[:size]
    return [examples[index] for index in sorted(drawn)]


def _find_adapter(task: str, dataset: str | None) -> Adapter:
    if dataset is None:
        return Adapter(task, partial(_normalize_fields, task=task))
    suitable = [name for name, adapter in ADAPTERS.items() if adapter.task == task]
    if dataset not in suitable:
        raise InputError(
            f"--dataset {dataset!r} is not a dataset for {task}. Available: "
            f"{', '.join(sorted(suitable))}"
        )
    return ADAPTERS[dataset]


def _read_linked_file(
    file: str | Path, linked: LinkedFile
) -> tuple[dict[str, RowFields], bytes]:
    """Return the rows of a linked file by their key, and its bytes."""
    if str(file) == "-":
        raise InputError(
            f"this dataset also needs {linked.name}, from the folder of FILE: give the "
            "path of a file, not standard input"
        )
    source, data = read_bytes(Path(file).with_name(linked.name))

    def parse_row(row: Any, number: int) -> tuple[str, RowFields]:
        if not isinstance(row, dict) or linked.key not in row:
            raise InputError(f"not a JSON object with the field {linked.key!r}")
        return str(row[linked.key]), row

    return dict(read_rows(data, source, parse_row)), data


def _parse_examples(
    row: Any, task: str, convert: Callable[..., Iterator[RowFields]], number: int
) -> Iterator[LabeledRow]:
    """Yield the examples of one row of a file."""
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    try:
        converted = list(convert(row))
    except KeyError as error:
        names = ", ".join(map(repr, row)) or "no fields"
        raise InputError(
            f"not a row of this dataset: it lacks the field {error}; it has {names}"
        ) from None
    except (TypeError, AttributeError) as error:
        # The adapters trust their dataset: a field of another type raises some error.
        raise InputError(f"not a row of this dataset: {error}") from None
    for fields in converted:
        _check_fields(fields, task)
        # Ids join the rows of two evaluations; rows without ids are joined by line
        # number.
        row_id = str(fields.get("id") or row.get("id") or number)
        document_id = str(fields.get("doc_id") or row.get("doc_id") or row_id)
        yield LabeledRow(row_id, document_id, fields)


def _check_fields(fields: RowFields, task: str) -> None:
    for name, kind in TASK_FIELDS[task].items():
        value = fields.get(name)
        # Only `claims` may be empty: a passage may have no claim.
        is_empty = name != "claims" and value in ("", [])
        if not isinstance(value, kind) or is_empty:
            raise InputError(
                f"{name!r} is missing, empty, or not a {_TYPE_NAMES[kind]}; {task} "
                f"needs {_list_fields(task)}"
            )
    if task == "verification" and fields["label"] not in GOLD_LABELS:
        raise InputError(
            f"label {fields['label']!r} is not one of {', '.join(GOLD_LABELS)}"
        )


def _list_fields(task: str) -> str:
    return ", ".join(TASK_FIELDS[task])


def _normalize_fields(row: RowFields, task: str) -> Iterator[RowFields]:
    """Yield the row, with the short forms of its fields written out.

    For summaries, a single `reference` becomes a list; for verification, a Boolean
    `supported` becomes a label. For extraction, the examples of `--examples` work too.
    """
    if task == "summaries" and isinstance(row.get("reference"), str):
        yield {**row, "references": [row["reference"]]}
    elif task == "verification" and isinstance(row.get("supported"), bool):
        label = Label.SUPPORTED if row["supported"] else NOT_SUPPORTED
        # A known label says more than `supported`.
        known = row.get("label") in GOLD_LABELS
        yield row if known else {**row, "label": label}
    elif task == "extraction" and "passage" not in row:
        claims = row.get("claims")
        if isinstance(claims, list):
            claims = [
                claim.get("text") if isinstance(claim, dict) else claim
                for claim in claims
            ]
        yield {**row, "passage": row.get("text"), "claims": claims}
    else:
        yield row


ParseRow = Callable[[Any, int], list[LabeledRow]]


def _parse(
    data: bytes, source: str, layout: Layout, parse_row: ParseRow
) -> list[list[LabeledRow]]:
    match layout:
        case Layout.JSON_LINES:
            return read_rows(data, source, parse_row)
        case Layout.JSON:
            return _parse_json(data, source, parse_row)
        case Layout.CSV:
            return _parse_csv(data, source, parse_row)


def _parse_json(
    data: bytes, source: str, parse_row: ParseRow
) -> list[list[LabeledRow]]:
    """Parse the rows of a JSON file: a list of rows, or one row."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source} is not JSON: {error}") from None
    return _parse_records(
        value if isinstance(value, list) else [value], source, parse_row
    )


def _parse_csv(data: bytes, source: str, parse_row: ParseRow) -> list[list[LabeledRow]]:
    """Parse the rows of a CSV file; its first line names the columns."""
    try:
        text = data.decode("utf-8-sig")
        records = list(csv.DictReader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{source} is not CSV in UTF-8: {error}") from None
    return _parse_records(records, source, parse_row)


def _parse_records(
    records: list[Any], source: str, parse_row: ParseRow
) -> list[list[LabeledRow]]:
    """Parse records; report all broken ones by number."""
    rows: list[list[LabeledRow]] = []
    problems: list[str] = []
    for number, record in enumerate(records, 1):
        try:
            rows.append(parse_row(record, number))
        except InputError as error:
            problems.append(f"row {number}: {error}")
    if problems:
        raise InputError(f"{source}: {join_problems(problems)}")
    return rows
