"""`claimcheck bundle` says when the source has changed, or when answers are missing."""

import pytest

from claimcheck import RunStore, Settings, summarize
from tests.support.command import claimcheck
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = "The ferry carried 900 people in 2020."


@pytest.mark.parametrize(
    ("now", "is_named"), [(TEXT, False), (f"{TEXT} It sank.", True), ("", True)]
)
def test_names_a_source_that_has_changed_since(tmp_path, now, is_named):
    source = tmp_path / "ferry.txt"
    source.write_text(TEXT, encoding="utf-8")
    run = tmp_path / "run.json"
    claimcheck("summarize", str(source), "--format", "json", "-o", str(run))
    source.write_text(now, encoding="utf-8")
    bundle = tmp_path / "run.zip"
    done = claimcheck("bundle", str(run), "-o", str(bundle))
    assert done.returncode == 0
    assert ("has changed since" in done.err) is is_named
    assert claimcheck("verify", str(bundle)).returncode == 0


def test_warns_that_a_run_of_a_model_has_no_answers(tmp_path):
    source = tmp_path / "ferry.txt"
    source.write_text(TEXT, encoding="utf-8")
    client = ScriptedClient([response(answer(claim(TEXT)))])
    with RunStore(tmp_path / "runs.db") as store:
        run = summarize(
            source, settings=Settings(model="m"), client=client, store=store
        )
    (tmp_path / "run.json").write_text(run.to_json(), encoding="utf-8")
    alone = claimcheck(
        "bundle", tmp_path / "run.json", "-o", tmp_path / "a.zip", "--quiet"
    )
    assert "The bundle has no model answers" in alone.err
    assert claimcheck("verify", tmp_path / "a.zip").returncode == 1
    stored = ("bundle", source, "--store", tmp_path / "runs.db")
    done = claimcheck(*stored, "-o", tmp_path / "b.zip", "--quiet")
    assert (done.returncode, done.err) == (0, "")
    assert claimcheck("verify", tmp_path / "b.zip").returncode == 0


def test_what_is_no_bundle_is_named(tmp_path):
    assert "does not exist" in claimcheck("verify", "none.zip").err
    text = tmp_path / "ferry.txt"
    text.write_text(TEXT, encoding="utf-8")
    assert "is not a bundle" in claimcheck("verify", str(text)).err
