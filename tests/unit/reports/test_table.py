"""Claims as rows: for spreadsheets, which must not run them, and for pandas, which reads them typed."""

import csv
import io
from dataclasses import replace

import pytest

from claimcheck import Document, Settings, summarize
from claimcheck.reports import table
from tests.support.paths import SEED


@pytest.fixture(scope="module")
def run():
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt")
    return summarize(document, settings=Settings(engine="extractive"), check=True)


def test_csv_has_one_row_per_claim_with_its_fields(run):
    read = list(
        csv.DictReader(
            io.StringIO("".join(table.iter_csv_lines([run, run])), newline="")
        )
    )
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


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(cell):
    run = summarize(
        "The ferry carried 900 people in 2020.", settings=Settings(engine="extractive")
    )
    run = replace(run, claims=(replace(run.claims[0], speaker=cell),))
    (row,) = csv.DictReader(
        io.StringIO("".join(table.iter_csv_lines([run])), newline="")
    )
    assert row["speaker"] == f"'{cell}"


def test_pandas_reads_the_parquet_file_back_as_the_same_frame(run, tmp_path):
    import pandas  # is slow

    table.write_parquet([run], tmp_path / "claims.parquet")
    read = pandas.read_parquet(tmp_path / "claims.parquet")
    frame = run.claims_frame()
    assert list(read.columns) == list(frame.columns) == list(table.COLUMNS)
    assert read["check_worthiness"].tolist() == frame["check_worthiness"].tolist()
    assert read["text"].tolist() == [claim.text for claim in run.claims]
    assert (str(frame["start"].dtype), str(frame["confidence"].dtype)) == (
        "Int64",
        "Float64",
    )
    assert frame[frame.kind == "quantity"].quantities.str.contains("50,000").any()


def test_a_run_without_claims_has_the_same_columns():
    run = summarize("Is it so? Who knows?", settings=Settings(engine="extractive"))
    assert (len(run.claims_frame()), list(run.claims_frame().columns)) == (
        0,
        list(table.COLUMNS),
    )
