"""Checked claims as rows, each with the passage that decided it."""

import csv
import io
from dataclasses import replace

from claimcheck import Document, Settings, check
from claimcheck.models.run import Cause, CheckFailure
from claimcheck.reports.check_table import iter_csv_lines

FERRY = Document.from_text("The ferry sank in 2019.", source="log.txt")
CLAIMS = ["The ferry sank in 2017.", "Mary Smith said the ferry sank in 2019."]


def read_rows(checked):
    text = "".join(iter_csv_lines(checked))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def check_ferry(*claims):
    return check(claims, FERRY, settings=Settings(engine="extractive"))


def test_a_row_has_the_verdict_and_its_evidence():
    row = read_rows(check_ferry(*CLAIMS))[0]
    assert row["number"] == "1"
    assert row["text"] == "The ferry sank in 2017."
    assert row["verdict"] == "refuted"
    assert row["evidence"] == "The ferry sank in 2019."
    assert row["stance"] == "refutes"
    assert row["source"] == "log.txt, 1:1"


def test_a_statement_has_two_verdicts():
    row = read_rows(check_ferry(*CLAIMS))[1]
    assert row["speaker"] == "Mary Smith"
    assert row["verdict"] == "not_enough_evidence"
    assert row["content_verdict"] == "supported"


def test_a_claim_without_a_verdict_has_its_problem():
    failure = CheckFailure("s1", "The ferry sank.", Cause.UNANSWERED, "down", 1, None)
    checked = replace(check_ferry(CLAIMS[0]), failures=(failure,))
    row = read_rows(checked)[1]
    assert (row["number"], row["text"]) == ("2", "The ferry sank.")
    assert (row["verdict"], row["problem"]) == ("", "unanswered: down")


def test_no_cell_is_a_formula():
    row = read_rows(check_ferry("=1+1 is the sum of the ferry in 2019."))[0]
    assert row["text"].startswith("'=1+1")
