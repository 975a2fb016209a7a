"""Decisions about the claims of a run: next to its file, or in its store.

The decisions about `run.json` are in `run.decisions.jsonl`, one per line.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError, translate_os_errors
from claimcheck.json_lines import read_json_lines
from claimcheck.models.decision import Decision, load_decision
from claimcheck.models.review import judge_claims
from claimcheck.models.run import Run
from claimcheck.readers.annotations import ImportedDecisions, parse_decisions
from claimcheck.readers.file import read_bytes


def get_decisions_path(run_path: Path) -> Path:
    """Return the file with the decisions about the run in a file."""
    return run_path.with_suffix(".decisions.jsonl")


def append_decision(run_path: Path, decision: Decision) -> None:
    """Append a decision to the file beside the run and sync it to disk.

    Raises:
        InputError: the file can't be written.
    """
    path = get_decisions_path(run_path)
    line = f"{decision.to_json()}\n".encode()
    # One unbuffered write in append mode: other processes cannot interleave theirs.
    with translate_os_errors(path, "written"), path.open("ab", buffering=0) as file:
        if _is_torn(path):
            line = b"\n" + line
        file.write(line)
        # People do not decide twice; what they decided must survive a crash.
        os.fsync(file.fileno())


def add_decisions(run: Run, run_path: Path) -> Run:
    """Return the run with the decisions next to its file after its own.

    Raises:
        InputError: the file has a line that is not a decision about this run.
    """
    path = get_decisions_path(run_path)
    if not path.is_file():
        return run
    # Ids are checked, because the file may lie next to another run of the same name.
    found = tuple(_read_decisions(path, {claim.id for claim in run.claims}))
    # An exported run contains its decisions, and the file next to it may repeat them.
    new = [decision for decision in found if decision not in run.decisions]
    return replace(run, decisions=(*run.decisions, *new))


def read_annotated_decisions(path: str | Path, run: Run, by: str) -> ImportedDecisions:
    """Return the decisions in a file of annotations that the run lacks.

    Raises:
        InputError: the file can't be read, or does not contain annotations.
    """
    name, content = read_bytes(path)
    return parse_decisions(content, name, run, by)


def list_evaluation_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield an evaluation row for each claim that has a person's verdict.

    The rows are for `claimcheck eval verification`.
    """
    text = run.document.full_text
    judgments = judge_claims(run)
    for claim in run.claims:
        judgment = judgments.get(claim.id)
        # Only verdicts are labels; an accepted claim says nothing about evidence.
        if judgment and judgment.verdict:
            yield {
                "id": claim.id,
                "doc_id": run.document.id,
                "claim": judgment.text or claim.text,
                "document": text,
                "label": str(judgment.verdict),
            }


def _read_decisions(path: Path, claims: set[str]) -> Iterator[Decision]:
    # Loaded here, because most commands read no decisions.
    from cattrs.errors import BaseValidationError

    _, content = read_bytes(path)
    for line in read_json_lines(io.BytesIO(content)):
        where = f"{path}, line {line.number}"
        if line.problem:
            # An unfinished last line, from a process that was killed, is not a
            # decision.
            if content.endswith(b"\n"):
                raise InputError(f"{where}: {line.problem}")
            return
        try:
            decision = load_decision(json.dumps(line.value))
        except (BaseValidationError, ValueError):
            raise InputError(f"{where}: is not a decision; remove the line") from None
        if decision.claim not in claims:
            raise InputError(
                f"{where}: is about the claim {decision.claim}, which is not in the "
                "run; move the file to its run"
            )
        yield decision


def _is_torn(path: Path) -> bool:
    """Whether the last line of a file is incomplete."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
