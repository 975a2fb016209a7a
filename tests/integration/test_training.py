"""The recipe of the verifier, as far as it runs without torch."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

TRAINING = Path(__file__).parents[2] / "training"
TEXT = (
    "The night ferry carries 45 cars to Malmo. Ann Lee, the former captain, left in "
    "2019. Nearly all of the crew voted for the new contract on Monday. The harbor was "
    "closed by a storm, and Bo Dahl wrote that the port lost two million kronor."
)
PLAIN = "The bridge opened in May. It is the longest in the country, Ann Lee said on Monday."
SENTENCES = [f"{part}." for part in TEXT.rstrip(".").split(". ")]


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def make_row(number):
    """Return a row that has the fields of every development set."""
    supported = number % 2 == 0
    claim = SENTENCES[number % len(SENTENCES)]
    return {
        "id": f"row-{number}",
        "doc_id": f"document {number}",
        "claim": claim,
        "document": TEXT,
        "evidence": [claim],
        "distractors": SENTENCES,
        "supported": supported,
        "label": "supported" if supported else "not_supported",
        "original_summary": TEXT,
        "evidence_sets": [[[0, len(text), text] for text in SENTENCES]],
        "passage": TEXT,
        "sentence": claim,
        "claims": [claim],
        "systems": [{"system": "bart", "summary": claim}],
    }


def test_makes_pairs_of_every_kind_from_open_documents(tmp_path):
    pairs = [
        {
            "source": ("fever-dev", "mnli-dev")[number % 2],
            "premise": f"{(TEXT, PLAIN)[number % 2]} That was on day {number}.",
            "claim": SENTENCES[number % 3],
            "label": "eencx"[number % 5],
        }
        for number in range(100)
    ]
    write_rows(tmp_path / "pairs.jsonl", pairs)
    rows = [make_row(number) for number in range(40)]
    for name in (
        "C_verification/fm2",
        "C_verification/summedits",
        "C_verification/wice_claim",
        "E_quotes/wice_evidence",
        "B_extraction/factscore_atomic",
        "B_extraction/factcheckbench_claims",
        "D_news_summaries/realsumm_cnndm",
    ):
        write_rows(tmp_path / "data" / f"{name}.dev.jsonl", rows)
    for name in ("units", "units_changed"):  # made already, by benchmarks/units.py
        write_rows(tmp_path / "out" / "units" / f"{name}.jsonl", rows)
    command = [sys.executable, "prepare.py", str(tmp_path / "pairs.jsonl")]
    command += ["--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]

    subprocess.run(command, cwd=TRAINING, check=True, capture_output=True)

    made = [
        json.loads(line)
        for path in sorted((tmp_path / "out").glob("stage?.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    sources = Counter(pair["source"] for pair in made)
    assert {
        *("fever-dev", "joined", "restated", "weakened", "qualifier-dropped"),
        *("fm2", "summedits", "wice", "facts", "documents", "units", "summaries"),
    } <= set(sources)
    assert {pair["label"] for pair in made} == set("encx")
    for pair in made:
        if pair["source"] in ("weakened", "qualifier-dropped"):
            assert pair["label"] == "x"
            assert pair["claim"] not in pair["premise"].split(". ")
