"""The command `runs export`."""

import csv
import io

from tests.support.command import claimcheck


def test_exports_a_batch_as_a_table(tmp_path):
    (tmp_path / "a.txt").write_text("The ferry carried 900 people in 2020.")
    (tmp_path / "b.txt").write_text("The bus carried 90 people in 2021.")

    def run(*words):
        return claimcheck(*words, "--store", "s.db", "--quiet")

    run("batch", "a.txt", "b.txt", "--engine", "extractive")
    rows = list(
        csv.DictReader(
            io.StringIO(run("runs", "export", "--format", "csv").out, newline="")
        )
    )
    assert [(row["source"], row["quantities"]) for row in rows] == [
        ("a.txt", "900 people"),
        ("b.txt", "90 people"),
    ]
    assert (
        run("runs", "export", "--format", "parquet", "-o", "out.parquet").returncode
        == 0
    )
    import pandas  # is slow

    assert pandas.read_parquet(tmp_path / "out.parquet")["source"].tolist() == [
        "a.txt",
        "b.txt",
    ]
    refused = run("runs", "export", "--format", "parquet")
    assert (refused.returncode, "name one with --output" in refused.err) == (2, True)
