"""The result of an evaluation: scores, their signature, and every row."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from claimcheck import schemas
from claimcheck.arguments import require_kind
from claimcheck.errors import InputError
from claimcheck.evaluation.base import Table
from claimcheck.models import codec

# This is part of every file: files of another version may have other fields.
EVALUATION_SCHEMA_VERSION = "1.1"


@dataclass(frozen=True, slots=True)
class Score:
    """The value of a metric and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row, the values measured on it, and the reason if it failed."""

    id: str
    document: str
    values: dict[str, float | str] = field(hash=False)
    failure: str | None


@dataclass(frozen=True, slots=True)
class EvaluationSignature:
    """Everything needed to reproduce a score.

    Two scores that differ are explained by their signatures.

    Without a model, `prompts`, `schemas` and `settings` are empty. `n` is the number
    of rows.
    """

    version: str
    task: str
    dataset: str
    dataset_sha256: str
    engine: str
    verifier: str | None  # what judges evidence without a model
    model: str | None
    prompts: dict[str, str] = field(hash=False)
    schemas: dict[str, str] = field(hash=False)
    settings: dict[str, Any] = field(hash=False)
    part: str  # of the split by document: open, sealed, or all
    limit: int | None  # None: all rows of the file
    seed: int
    n: int

    def line(self) -> str:
        """Return the signature as one line, to be printed below scores."""
        parts = [
            f"task:{self.task}",
            # Twelve digits of a hash tell files apart, and fit on a line.
            f"data:{self.dataset}@{self.dataset_sha256[:12]}",
            f"part:{self.part}",
            f"n:{self.n}",
            f"engine:{self.engine}",
        ]
        if self.verifier:
            parts.append(f"verifier:{self.verifier}")
        if self.model:
            parts.append(f"model:{self.model}")
        for name, digest in self.prompts.items():
            parts.append(f"prompt:{name}@{digest[:12]}")
        parts += [f"seed:{self.seed}", f"v:{self.version}"]
        return "|".join(parts)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores by name, tables, and the rows.

    `failed` is the number of rows that failed; they count against the scores. A metric
    that is undefined for the rows has no score. If the sealed part was evaluated,
    `rows` is empty.
    """

    signature: EvaluationSignature
    scores: dict[str, Score] = field(hash=False)
    failed: int
    seconds: float
    tables: tuple[Table, ...]
    rows: tuple[MeasuredRow, ...]

    def to_json(self) -> str:
        """Return JSON that follows `schemas/evaluation.schema.json`."""
        fields = {"schema_version": EVALUATION_SCHEMA_VERSION, **asdict(self)}
        return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, data: str | bytes, source: str = "evaluation") -> Evaluation:
        """Read what `to_json` wrote; `source` is for error messages.

        Raises:
            InputError: the data is not JSON or not a valid evaluation.
        """
        require_kind(data, (str, bytes), source, "the JSON text")
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{source} is not JSON: {error}") from None
        if problems := schemas.find_problems("evaluation", fields):
            listed = "; ".join(str(problem) for problem in problems[:3])
            raise InputError(f"{source} is not a valid evaluation: {listed}")
        del fields["schema_version"]
        return codec.from_fields(fields, cls)
