"""`claimcheck bundle` says when the source is no longer what was read."""

import pytest

from tests.support.command import claimcheck

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


def test_what_is_no_bundle_is_named(tmp_path):
    assert "does not exist" in claimcheck("verify", "none.zip").err
    text = tmp_path / "ferry.txt"
    text.write_text(TEXT, encoding="utf-8")
    assert "is not a bundle" in claimcheck("verify", str(text)).err
