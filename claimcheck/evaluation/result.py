"""What an evaluation came to: scores with intervals, what made them, and every row, so that two can be compared."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from claimcheck import schemas
from claimcheck.errors import InputError

EVALUATION_SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Score:
    """A measure's value and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row's id, its document, what was measured of it, and why it failed, if it did."""

    id: str
    document: str
    values: dict[str, float]
    failure: str | None


@dataclass(frozen=True, slots=True)
class EvaluationSignature:
    """What made a score: enough to make it again, or to say why two differ."""

    version: str
    task: str
    dataset: str
    dataset_sha256: str
    engine: str
    model: str | None
    prompts: dict[str, str]
    schemas: dict[str, str]
    settings: dict[str, Any]
    limit: int | None
    seed: int
    n: int

    def line(self) -> str:
        """The signature in one line, for below a score."""
        parts = [
            f"task:{self.task}",
            f"data:{self.dataset}@{self.dataset_sha256[:12]}",
            f"n:{self.n}",
            f"engine:{self.engine}",
            *([f"model:{self.model}"] if self.model else []),
            *(f"prompt:{name}@{digest[:12]}" for name, digest in self.prompts.items()),
            f"seed:{self.seed}",
            f"v:{self.version}",
        ]
        return "|".join(parts)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores by name, how many rows failed (they count against the scores), and the rows."""

    signature: EvaluationSignature
    scores: dict[str, Score]
    failed: int
    seconds: float
    rows: tuple[MeasuredRow, ...]

    def to_json(self) -> str:
        """This evaluation as JSON that follows `schemas/evaluation.schema.json`."""
        fields = {"schema_version": EVALUATION_SCHEMA_VERSION, **asdict(self)}
        return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, data: str | bytes, source: str) -> Evaluation:
        """The evaluation that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or no evaluation.
        """
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{source}: is not JSON: {error}") from None
        if problems := schemas.find_problems("evaluation", fields):
            raise InputError(
                f"{source}: is no evaluation: {'; '.join(map(str, problems[:3]))}"
            )
        return cls(
            EvaluationSignature(**fields["signature"]),
            {name: Score(**score) for name, score in fields["scores"].items()},
            fields["failed"],
            fields["seconds"],
            tuple(MeasuredRow(**row) for row in fields["rows"]),
        )
