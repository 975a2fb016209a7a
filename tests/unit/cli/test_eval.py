"""The command `eval`."""

import json

from claimcheck import Evaluation
from tests.support.command import claimcheck
from tests.support.paths import SEED, STATED


def test_prints_scores_with_a_signature_and_compares_evaluations(tmp_path):
    row = {
        "claim": STATED,
        "document": SEED.read_text(),
        "supported": True,
    }
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    text = claimcheck(
        "eval", "verification", "rows.jsonl", "--verifier", "lexical"
    ).stdout.decode()
    assert text.startswith("verification on rows.jsonl: 1 row, 0 failed")
    assert "supported precision               100.0   [100.0, 100.0]" in text
    assert "confusion matrix" in text
    assert "|engine:extractive|verifier:lexical|seed:0|" in text.splitlines()[-1]
    assert (
        claimcheck(
            "eval", "verification", "rows.jsonl", "--format", "json", "-o", "a.json"
        ).returncode
        == 0
    )
    Evaluation.from_json((tmp_path / "a.json").read_bytes(), "a.json")
    assert b"1 row in both" in claimcheck("eval", "compare", "a.json", "a.json").stdout


def test_rows_of_the_sealed_part_are_not_written(tmp_path):
    rows = [
        {"claim": f"Claim {number}.", "document": SEED.read_text(), "supported": True}
        for number in range(1, 9)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    command = ("eval", "verification", "rows.jsonl", "--part", "sealed")
    result = claimcheck(*command, "--format", "json")
    assert json.loads(result.stdout)["rows"] == []
    assert b"rows of the sealed part are not written" in result.stderr
    assert b"|part:sealed|" in claimcheck(*command).stdout
