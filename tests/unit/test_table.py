"""Claims as rows: for spreadsheets, which must not run them, and for pandas, which reads them typed."""

import csv
import io
import subprocess
import sys

import pandas
import pytest

from claimcheck import Document, Settings, summarize
from claimcheck.reports import table
from claimcheck.reports.notebook import render_notebook_html
from tests.conftest import SEED
from tests.unit.test_html import hostile_run, parsed


@pytest.fixture(scope="module")
def run():
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt")
    return summarize(document, settings=Settings(engine="extractive"), check=True)


def test_csv_has_a_row_a_claim_and_says_what_the_run_says(run):
    read = list(csv.DictReader(io.StringIO("".join(table.iter_csv_lines([run, run])), newline="")))
    assert len(read) == 2 * len(run.claims)
    assert tuple(read[0]) == table.COLUMNS
    last, claim = read[-1], run.claims[-1]
    assert (last["text"], last["speaker"], int(last["start"])) == (
        claim.text,
        claim.speaker or "",
        claim.spans[0].start,
    )
    assert {row["verdict"] for row in read} == {
        str(verdict.label) for verdict in run.verdicts[-len(run.claims) :]
    }
    assert (
        run.document.text[int(read[0]["start"]) : int(read[0]["end"])].split()[0]
        == run.claims[0].quote.split()[0]
    )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(cell):
    run = summarize("The ferry carried 900 people in 2020.", settings=Settings(engine="extractive"))
    from dataclasses import replace

    run = replace(run, claims=(replace(run.claims[0], speaker=cell),))
    (row,) = csv.DictReader(io.StringIO("".join(table.iter_csv_lines([run])), newline=""))
    assert row["speaker"] == f"'{cell}"


def test_pandas_reads_the_parquet_file_as_the_frame_is(run, tmp_path):
    table.write_parquet([run], tmp_path / "claims.parquet")
    read = pandas.read_parquet(tmp_path / "claims.parquet")
    frame = run.claims_frame()
    assert list(read.columns) == list(frame.columns) == list(table.COLUMNS)
    assert read["check_worthiness"].tolist() == frame["check_worthiness"].tolist()
    assert read["text"].tolist() == [claim.text for claim in run.claims]
    assert (str(frame["start"].dtype), str(frame["confidence"].dtype)) == ("Int64", "Float64")
    assert frame[frame.kind == "quantity"].quantities.str.contains("50,000").any()


def test_a_run_without_claims_is_a_frame_with_the_same_columns():
    run = summarize("Is it so? Who knows?", settings=Settings(engine="extractive"))
    assert (len(run.claims_frame()), list(run.claims_frame().columns)) == (0, list(table.COLUMNS))


def test_a_notebook_shows_a_table_in_which_nothing_runs(run):
    tree = parsed(
        f"<!DOCTYPE html><html><head><title>x</title></head><body>{run._repr_html_()}</body></html>"
    )
    assert len(tree.findall(".//tbody/tr")) == len(run.claims)
    hostile = parsed(
        f"<!DOCTYPE html><html><head><title>x</title></head><body>{render_notebook_html(hostile_run())}</body></html>"
    )
    tags = {element.tag for element in hostile.iter() if isinstance(element.tag, str)}
    assert tags <= {
        "html",
        "head",
        "title",
        "body",
        "div",
        "h4",
        "p",
        "strong",
        "small",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }


def test_a_batch_is_exported_as_a_table(tmp_path):
    (tmp_path / "a.txt").write_text("The ferry carried 900 people in 2020.")
    (tmp_path / "b.txt").write_text("The bus carried 90 people in 2021.")

    def claimcheck(*words):
        return subprocess.run(
            [sys.executable, "-m", "claimcheck", *words, "--store", "s.db", "--quiet"],
            capture_output=True,
            text=True,
            check=False,
        )

    claimcheck("batch", "a.txt", "b.txt", "--engine", "extractive")
    rows = list(
        csv.DictReader(io.StringIO(claimcheck("runs", "export", "--format", "csv").stdout, newline=""))
    )
    assert [(row["source"], row["quantities"]) for row in rows] == [
        ("a.txt", "900 people"),
        ("b.txt", "90 people"),
    ]
    assert claimcheck("runs", "export", "--format", "parquet", "-o", "out.parquet").returncode == 0
    assert pandas.read_parquet(tmp_path / "out.parquet")["source"].tolist() == ["a.txt", "b.txt"]
    refused = claimcheck("runs", "export", "--format", "parquet")
    assert (refused.returncode, "name one with --output" in refused.stderr) == (2, True)
