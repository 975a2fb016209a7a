"""Score everything that needs no model, on every dataset in a folder.

    python benchmarks/evaluate.py FOLDER [--part open] [--tables] [--verifier NAME]...

Prints the tables of docs/evaluation.md for the sealed part of the documents: half of
them, chosen by their ids (claimcheck/evaluation/datasets.py), whose rows are scored and
never shown. `--part open` prints the other half. `--tables` adds the confusion matrix,
precision by coverage, and calibration of each set. The files are found by name (`SETS`)
and may be anywhere in the folder; docs/evaluation.md says where to get them.

Evidence is judged by the lexical scorer and by the verifier that comes with claimcheck,
or by those named with `--verifier`.

Three sets come from here. The changed content units come from REALSumm (units.py). The
handwritten claims have three labels: `handwritten/seen` was read while rules were
written, and counts as open; `handwritten/unseen` was written before the first run on
it, and is scored with the sealed rows, although errors on it were read when the checks
were rewritten. NAME.tsv has a label and a claim per line, about NAME.txt. Of the
paraphrases (`handwritten/paraphrases.jsonl`), 150 follow from a few sentences in other
words, and 150 do not, although they have nearly all their words. Their author saw
neither the code nor any data; they are split as other documents are.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import units

from claimcheck import Evaluation, Rows, Settings, evaluate
from claimcheck.api.evaluate import Score
from claimcheck.errors import InputError
from claimcheck.verification.choose_scorer import resolve_scorer_name

# The name of each dataset's files, its task, and its name for --dataset.
SETS = (
    ("wice_claim.*.jsonl", "verification", "wice"),
    ("summedits.*.jsonl", "verification", "summedits"),
    ("fm2.*.jsonl", "verification", "fm2"),
    ("averitec*.json", "verification", "averitec"),
    ("climate-fever.jsonl", "verification", "climate-fever"),
    ("healthver_*.csv", "verification", "healthver"),
    ("claims_dev.jsonl", "verification", "scifact"),
    ("vitaminc*.jsonl", "verification", "vitaminc"),
    ("COVIDFACT_dataset.jsonl", "verification", "covid-fact"),
    ("response.jsonl", "verification", "ragtruth"),
    ("aggrefact*.jsonl", "verification", "aggrefact"),
    ("batch_*.json", "verification", "faithbench"),
    ("mturk_*.jsonl", "verification", "qags"),
    ("units_changed.jsonl", "verification", None),
    ("handwritten.jsonl", "verification", None),
    ("paraphrases.jsonl", "verification", None),
    ("claimbuster.*.jsonl", "checkworthy", "claimbuster"),
    ("policlaim*.jsonl", "checkworthy", "policlaim"),
    ("factcheckbench_sentences.*.jsonl", "checkworthy", "factcheckbench-sentences"),
    ("realsumm_cnndm.*.jsonl", "summaries", "realsumm"),
    ("factcheckbench_claims.*.jsonl", "extraction", "factcheckbench-claims"),
    ("factscore_atomic.*.jsonl", "extraction", "factscore"),
    ("realsumm_scus.*.jsonl", "extraction", "realsumm-scus"),
    ("wice_evidence.*.jsonl", "grounding", "wice-evidence"),
    ("pdnc_quotes.*.jsonl", "grounding", "pdnc"),
)
OTHER_TASKS = ("checkworthy", "summaries", "extraction", "grounding")
UNITS_SOURCE = "realsumm_cnndm.*.jsonl"
HANDWRITTEN = Path(__file__).with_name("handwritten")
HANDWRITTEN_PARTS = {"open": "seen", "sealed": "unseen"}
# The scores in the tables, and the headers of their columns.
COLUMNS = {
    "verification": {
        "supported precision": "`supported` right",
        "supported recall": "supported found",
        "refuted precision": "`refuted` right",
        "refuted recall": "refuted found",
        "answered": "answered",
    },
    "scorer": {
        "scorer AUROC": "AUROC",
        "checked AUROC": "AUROC with checks",
        "scorer balanced accuracy at 0.5": "balanced accuracy",
        "checked balanced accuracy at 0.5": "with checks",
        "scorer calibration error": "calibration error",
        "overlap AUROC": "AUROC of word overlap",
        "overlap balanced accuracy at 0.5": "balanced accuracy of word overlap",
    },
    "checkworthy": {
        "precision": "precision",
        "recall": "recall",
        "F1": "F1",
        "average precision": "average precision",
    },
    "summaries": {
        "ROUGE-1": "ROUGE-1",
        "ROUGE-1 over lead-3": "over lead-3",
        "ROUGE-2": "ROUGE-2",
        "ROUGE-2 over lead-3": "over lead-3",
        "ROUGE-L": "ROUGE-L",
        "ROUGE-L over lead-3": "over lead-3",
    },
    "extraction": {"coverage": "coverage", "precision": "precision"},
    "grounding": {"located": "located"},
}
MISSING = "–"


def find_files(folders: list[Path], task: str) -> Iterator[tuple[Path, str | None]]:
    """Yield each file of a task and the name of its dataset."""
    for pattern, set_task, dataset in SETS:
        if set_task != task:
            continue
        for folder in folders:
            for path in sorted(folder.rglob(pattern)):
                yield path, dataset


def write_changed_units(folder: Path, out: Path) -> None:
    """Write units_changed.jsonl, if the folder has REALSumm."""
    for path in sorted(folder.rglob(UNITS_SOURCE)):
        write_rows(units.change_units(path), out / "units_changed.jsonl")


def write_handwritten_claims(part: str, out: Path) -> None:
    """Write handwritten.jsonl: the claims that are in this part."""
    rows = []
    for path in sorted((HANDWRITTEN / HANDWRITTEN_PARTS[part]).glob("*.tsv")):
        document = path.with_suffix(".txt").read_text(encoding="utf-8")
        for line in path.read_text(encoding="utf-8").splitlines():
            label, claim = line.split("\t")
            rows.append(
                {
                    "doc_id": path.stem,
                    "claim": claim,
                    "document": document,
                    "label": label,
                }
            )
    write_rows(rows, out / "handwritten.jsonl")


def write_rows(rows: list[units.Row], path: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")


def list_verifiers() -> list[str]:
    """Return the scorers that come with this installation."""
    shipped = resolve_scorer_name()
    return ["lexical"] if shipped == "lexical" else ["lexical", "default"]


def evaluate_files(
    folders: list[Path], task: str, part: str, verifier: str = "lexical"
) -> dict[str, Evaluation]:
    """Return the evaluation of each file of a task, by a name for its row."""
    settings = Settings(engine="extractive", verifier=verifier)
    evaluations = {}
    for path, dataset in find_files(folders, task):
        stem = path.name.split(".")[0]
        name = dataset or stem.replace("_", " ")
        if name in evaluations:
            name = f"{name}, {stem}"
        print(f"{task} on {name} ...", file=sys.stderr, flush=True)
        # The handwritten claims are already split.
        row_part = "all" if name == "handwritten" else part
        try:
            evaluation = evaluate(
                task, Rows(path, dataset, part=row_part), settings=settings
            )
        except InputError as error:
            # Small sets may have no document in a part.
            print(f"  left out: {error}", file=sys.stderr)
        else:
            evaluations[name] = evaluation
    return evaluations


def print_table(evaluations: dict[str, Evaluation], columns: dict[str, str]) -> None:
    """Print scores as a Markdown table, in percent, with 95 % intervals."""
    print("| set | n | " + " | ".join(columns.values()) + " |")
    print("|---|--:|" + "--:|" * len(columns))
    for name, evaluation in evaluations.items():
        cells = [f"{evaluation.signature.n:,}"]
        for column in columns:
            cell = format_score(evaluation.scores.get(column))
            if column in ("supported precision", "refuted precision"):
                label = column.split()[0]
                cell += f" of {count_label(evaluation, label)}"
            cells.append(cell)
        print(f"| {name} | " + " | ".join(cells) + " |")
    print()


def count_label(evaluation: Evaluation, label: str) -> int:
    """Return how many rows got a label."""
    matrix = evaluation.tables[0]
    column = matrix.header.index(label)
    return sum(int(row[column] or 0) for row in matrix.rows)


def format_score(score: Score | None) -> str:
    if score is None:
        return MISSING
    return f"{100 * score.value:.1f} [{100 * score.low:.1f}, {100 * score.high:.1f}]"


def print_reliability(evaluations: dict[str, Evaluation]) -> None:
    """Print how often the answers were right: all of them, and as the mean of sets."""
    for label in ("supported", "refuted"):
        shares, given, right = [], 0, 0
        for evaluation in evaluations.values():
            if f"{label} precision" in evaluation.scores:
                shares.append(evaluation.scores[f"{label} precision"].value)
                count = count_label(evaluation, label)
                given += count
                right += round(shares[-1] * count)
        if shares:
            print(
                f"`{label}`: {right} of {given} were right; mean of the sets "
                f"{100 * mean(shares):.0f} % "
                f"({100 * min(shares):.0f} to {100 * max(shares):.0f} %)."
            )
    print()


def print_tables(evaluations: dict[str, Evaluation], *, tables: bool) -> None:
    """Print the signature of each evaluation, and its tables."""
    for name, evaluation in evaluations.items():
        for table in evaluation.tables if tables else ():
            print(f"{name}: {table.title}\n")
            print("| " + " | ".join(table.header) + " |")
            print("|" + "--:|" * len(table.header))
            for row in table.rows:
                print("| " + " | ".join(map(format_cell, row)) + " |")
            print()
    for evaluation in evaluations.values():
        print(evaluation.signature.line())
    print()


def format_cell(cell: str | float | int | None) -> str:
    if isinstance(cell, float):
        return f"{100 * cell:.1f}"
    return MISSING if cell is None else str(cell)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("sealed", "open"), default="sealed")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--verifier", action="append", help="lexical, or a model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        write_changed_units(options.folder, Path(made))
        write_handwritten_claims(options.part, Path(made))
        folders = [options.folder, Path(made), HANDWRITTEN]
        for verifier in options.verifier or list_verifiers():
            evaluations = evaluate_files(
                folders, "verification", options.part, verifier
            )
            print(f"## verification by {verifier}, {options.part} part\n")
            print_table(evaluations, COLUMNS["verification"])
            print_table(evaluations, COLUMNS["scorer"])
            print_reliability(evaluations)
            print_tables(evaluations, tables=options.tables)
        for task in OTHER_TASKS:
            evaluations = evaluate_files(folders, task, options.part)
            if evaluations:
                print(f"## {task}, {options.part} part\n")
                print_table(evaluations, COLUMNS[task])
                print_tables(evaluations, tables=options.tables)


if __name__ == "__main__":
    main()
