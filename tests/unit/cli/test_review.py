"""`claimcheck review`: decisions in a file or a store, in every export, and as rows."""

import csv
import io
import json
from dataclasses import replace

import pytest

from claimcheck import Run, RunStore, Settings, summarize
from claimcheck.errors import InputError
from claimcheck.models.decision import Action, Decision, check_decision
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.review import apply_decisions
from claimcheck.models.run import LinkedText, Position
from claimcheck.reports.formats import Format, render_run
from claimcheck.store.history import History
from tests.support.command import claimcheck

TEXT = "The ferry carried 900 people in 2020. The tower in Graz was built in 1868."
EXTRACTIVE = Settings(engine="extractive")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.json"
    run = summarize(TEXT, settings=EXTRACTIVE)
    assert len(run.claims) == 2
    path.write_text(run.to_json(), encoding="utf-8")
    return path


def decide(path, *arguments):
    done = claimcheck("review", str(path), "--by", "Ann", *arguments)
    assert done.returncode == 0, done.err


def read_decisions(path):
    lines = path.with_suffix(".decisions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines()]


def test_asks_about_each_claim_and_saves_at_once(path):
    answers = b"x\na\nv\nr\nwrong number\n"
    done = claimcheck("review", str(path), "--by", "Ann", stdin=answers)
    assert done.returncode == 0
    assert "2 decisions saved, 0 claims open" in done.out
    first, second = read_decisions(path)
    assert (first["action"], first["by"]) == ("accepted", "Ann")
    assert (second["verdict"], second["note"]) == ("refuted", "wrong number")
    again = claimcheck("review", str(path), "--by", "Ann", stdin=b"")
    assert "0 decisions saved, 0 claims open" in again.out


def test_a_speaker_is_corrected_by_flag_and_by_question(path, tmp_path):
    decide(path, "--claim", "1", "--speaker", "Ines Mora")
    answers = b"w\nBo Larsen\n"
    claimcheck("review", str(path), "--by", "Ann", stdin=answers)
    shown = claimcheck("show", str(path), "--format", "csv").out
    speakers = [row["speaker"] for row in csv.DictReader(io.StringIO(shown))]
    assert speakers == ["Ines Mora", "Bo Larsen"]
    original = tmp_path / "original.json"
    original.write_bytes(path.read_bytes())
    compared = claimcheck("diff", str(original), str(path)).out
    assert "! open -> said by Ines Mora: The ferry carried" in compared
    page = tmp_path / "page.jsonld"
    claimcheck("show", str(path), "--format", "annotations", "-o", str(page))
    other = tmp_path / "other.json"
    other.write_bytes(path.read_bytes())
    assert claimcheck("review", str(other), "--import", str(page)).returncode == 0
    assert read_decisions(other) == read_decisions(path)


def test_later_decisions_are_appended_and_hold(path):
    decide(path, "--claim", "1", "--accept")
    decide(path, "--claim", "1", "--text", "It carried 900.", "--note", "shorter")
    assert [line["action"] for line in read_decisions(path)] == ["accepted", "edited"]
    shown = claimcheck("show", str(path)).out
    assert "Edited by Ann" in shown
    assert "It carried 900." in shown
    assert "shorter" in shown


def test_every_export_has_the_decision(path):
    decide(path, "--claim", "2", "--reject", "--note", "not ours")
    run = Run.from_json(path.read_bytes())
    assert run.decisions == ()
    from claimcheck.api.documents import load_run

    run = load_run(path)
    assert Run.from_json(run.to_json()) == run
    assert find_run_inconsistencies(run) == []
    for format in (Format.TEXT, Format.MARKDOWN, Format.HTML):
        assert "Rejected by Ann" in render_run(run, format), format
    assert "Rejected by Ann" in run._repr_markdown_()
    _, row = csv.DictReader(io.StringIO(render_run(run, Format.CSV)))
    assert (row["decision"], row["decided_by"], row["decision_note"]) == (
        "rejected",
        "Ann",
        "not ours",
    )


def test_a_diff_shows_other_decisions(path, tmp_path):
    other = tmp_path / "other.json"
    other.write_bytes(path.read_bytes())
    decide(path, "--claim", "1", "--verdict", "supported")
    arguments = ("diff", str(other), str(path))
    done = claimcheck(*arguments, "--fail-on", "decisions")
    assert done.returncode == 1
    assert "! open -> judged supported: The ferry carried" in done.out
    assert claimcheck(*arguments, "--fail-on", "verdicts").returncode == 0


def test_verdicts_of_people_are_rows_for_eval(path, tmp_path):
    decide(path, "--claim", "1", "--verdict", "supported")
    decide(path, "--claim", "2", "--accept")
    rows = tmp_path / "rows.jsonl"
    rows.write_text(claimcheck("review", str(path), "--rows").out, encoding="utf-8")
    (row,) = map(json.loads, rows.read_text(encoding="utf-8").splitlines())
    assert (row["label"], row["document"]) == ("supported", TEXT)
    done = claimcheck("eval", "verification", str(rows), "--engine", "extractive")
    assert done.returncode == 0, done.err


def test_a_line_that_was_cut_off_costs_only_itself(path):
    decide(path, "--claim", "1", "--accept")
    file = path.with_suffix(".decisions.jsonl")
    file.write_bytes(file.read_bytes() + b'{"claim": "c-')
    assert "Accepted by Ann" in claimcheck("show", str(path)).out
    decide(path, "--claim", "2", "--reject")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--claim", "9", "--accept"), "has no claim '9'"),
        (("--claim", "1", "--accept", "--reject"), "only one of"),
        (("--claim", "1", "--reject", "--speaker", "Bo"), "only one of"),
        (("--claim", "1"), "decide with --accept"),
        (("--accept",), "--claim"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(path, arguments, message):
    done = claimcheck("review", str(path), "--by", "Ann", *arguments)
    assert done.returncode == 2
    assert message in done.err
    assert not path.with_suffix(".decisions.jsonl").exists()


def test_a_list_of_runs_has_the_headline_that_decisions_left(tmp_path):
    with RunStore(tmp_path / "s.db") as store:
        run = summarize(TEXT, settings=EXTRACTIVE, store=store)
        history = History(store)
        (listing,) = history.list_runs(5)
        assert listing.headline == run.summary.headline
        repeated = [
            claim
            for claim in run.claims
            if claim.text.removesuffix(".") == listing.headline
        ]
        (claim,) = repeated
        rejection = Decision(claim.id, Action.REJECTED, None, None, None, "Ann")
        history.add_decision(listing.location, rejection)
        (listing,) = history.list_runs(5)
        assert listing.headline == "The tower in Graz was built in 1868."


def test_decisions_in_a_store_stay_and_go_with_their_run(tmp_path):
    store_path = tmp_path / "s.db"
    with RunStore(store_path) as store:
        run = summarize(TEXT, settings=EXTRACTIVE, store=store)
    arguments = ("review", run.document.id, "--store", str(store_path), "--by", "Ann")
    assert claimcheck(*arguments, "--claim", "1", "--accept").returncode == 0
    with RunStore(store_path) as store:
        location = History(store).list_runs(1)[0].location
        (decision,) = store.load_run(location).decisions
        assert decision.action is Action.ACCEPTED
        (_, exported) = next(store.runs(location.batch))
        assert exported.decisions == (decision,)
        with pytest.raises(Exception, match="only appended"):
            store.database.execute("UPDATE decisions SET decision = 'x'")
        History(store).delete(location)
        assert store.database.fetch_one("SELECT count(*) FROM decisions") == (0,)


def test_a_run_without_decisions_of_the_version_before_is_read(path):
    fields = json.loads(path.read_bytes())
    fields["schema_version"] = "1.2"
    del fields["decisions"]
    assert Run.from_json(json.dumps(fields)) == Run.from_json(path.read_bytes())


def test_text_that_no_file_can_hold_is_refused(path):
    run = Run.from_json(path.read_bytes())
    decision = Decision(run.claims[0].id, Action.NOTED, None, None, "why", "Ann")
    for note in ("\ud83d", "x" * 3000):
        with pytest.raises(InputError):
            check_decision(replace(decision, note=note))


def test_a_reviewed_run_is_exported_and_checked_as_people_decided(path, tmp_path):
    decide(path, "--claim", "1", "--text", "It carried 900.")
    decide(path, "--claim", "2", "--reject")
    table = claimcheck("show", str(path), "--format", "csv").out
    first, second = csv.DictReader(io.StringIO(table))
    assert first["text"] == "It carried 900."
    assert second["decision"] == "rejected"
    page = claimcheck("show", str(path), "--format", "html").out
    assert ">1 rejected</button>" in page
    evidence = tmp_path / "evidence.txt"
    evidence.write_text("It carried 900 people.", encoding="utf-8")
    arguments = ("check", str(path), str(evidence), "--format", "json")
    checked = json.loads(claimcheck(*arguments, "--engine", "extractive").out)
    assert [verdict["text"] for verdict in checked["verdicts"]] == ["It carried 900."]


def test_a_saved_check_is_shown_and_is_no_document(path, tmp_path):
    saved = tmp_path / "check.json"
    evidence = tmp_path / "evidence.txt"
    evidence.write_text(TEXT, encoding="utf-8")
    arguments = ("check", str(path), str(evidence), "--engine", "extractive")
    claimcheck(*arguments, "--format", "json", "-o", str(saved))
    assert "2 supported" in claimcheck("show", str(saved)).out
    for result in (path, saved):
        done = claimcheck("summarize", str(result))
        assert done.returncode == 2
        assert "claimcheck show" in done.err


def test_decisions_travel_as_web_annotations(path, tmp_path):
    decide(path, "--claim", "1", "--reject", "--note", "not ours")
    page = tmp_path / "page.jsonld"
    claimcheck("show", str(path), "--format", "annotations", "-o", str(page))
    other = tmp_path / "other.json"
    other.write_bytes(path.read_bytes())
    done = claimcheck("review", str(other), "--import", str(page))
    assert done.out == "1 decision saved\n"
    assert read_decisions(other) == read_decisions(path)
    assert claimcheck("review", str(other), "--import", str(page)).out.startswith("0 ")
    evidence = tmp_path / "evidence.txt"
    evidence.write_text(TEXT, encoding="utf-8")
    checked = claimcheck("check", str(page), str(evidence), "--engine", "extractive")
    assert "2 supported" in checked.out


@pytest.mark.parametrize("format", [Format.TEXT, Format.MARKDOWN, Format.HTML])
def test_the_summary_follows_the_decisions(format):
    run = summarize(TEXT, settings=EXTRACTIVE)
    ferry, tower = run.claims
    summary = replace(
        run.summary,
        sentences=(
            LinkedText("A ferry and a tower did well.", (ferry.id, tower.id)),
            LinkedText("One tower.", (tower.id,)),
        ),
        key_points=(
            LinkedText(ferry.text, (ferry.id,)),
            LinkedText("Built in 1868.", (tower.id,)),
        ),
        positions=(Position("Graz", "We built a tower.", (tower.id,)),),
        open_questions=(tower.text, "Who paid?"),
    )
    decisions = (
        Decision(ferry.id, Action.EDITED, "It carried 901.", None, None, "Ann"),
        Decision(tower.id, Action.REJECTED, None, None, None, "Ann"),
    )
    run = replace(run, summary=summary, decisions=decisions)
    applied = apply_decisions(run)
    assert apply_decisions(applied) == applied
    assert [item.text for item in applied.summary.sentences] == [
        "A ferry and a tower did well."
    ]
    assert [item.text for item in applied.summary.key_points] == ["It carried 901."]
    assert applied.summary.positions == ()
    assert applied.summary.open_questions == ("Who paid?",)
    shown = render_run(run, format)
    assert "1 edited" in shown
    assert "2 rejected" in shown
    assert "Built in 1868." not in shown


def test_a_decision_is_confirmed_and_blank_values_are_refused(path):
    done = claimcheck("review", path, "--by", "Ann", "--claim", "2", "--reject")
    assert done.out.startswith("Saved for claim 2: Rejected by Ann, ")
    for option in ("--by", "--text", "--speaker"):
        done = claimcheck("review", path, "--claim", "2", option, " ")
        assert (done.returncode, f"{option}: is empty" in done.err) == (2, True)
    assert len(read_decisions(path)) == 1
