"""The command `show`."""

import json

from tests.support.command import claimcheck


def test_show_prints_a_run_and_each_of_its_claims(tmp_path):
    text = (
        "The harbour was dark. The ferry carried 900 people in 2020. "
        "It was built in Gdansk in 1998."
    )
    (tmp_path / "a.txt").write_text(text)

    claimcheck(
        "summarize",
        "a.txt",
        "--engine",
        "extractive",
        "--format",
        "json",
        "--check",
        "-o",
        "run.json",
    )
    whole = claimcheck("show", "run.json")
    assert "Claims (" in whole.out
    run = json.loads((tmp_path / "run.json").read_text())
    number, claim = next(
        (number, item)
        for number, item in enumerate(run["claims"], 1)
        if "900" in item["quote"]
    )
    for name in (str(number), claim["id"]):
        report = claimcheck("show", "run.json", name).out
        assert report.startswith(f"{number}. The ferry carried 900 people in 2020.")
        assert text in " ".join(report.split())  # with the sentences before and after
        assert "SUPPORTED" in report
    missing = claimcheck("show", "run.json", "99")
    assert (
        missing.returncode,
        "The run has no claim '99'. Its claims are numbered from 1 to" in missing.err,
    ) == (2, True)
    assert claimcheck("show", "run.json", "--raw").out == "every answer could be used\n"
    assert claimcheck("show", "a.txt").returncode == 2
