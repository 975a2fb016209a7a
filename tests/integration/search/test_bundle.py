"""A check of what was found can be verified years later, without a network."""

import hashlib
import json

import pytest

from claimcheck import Check, Document, Settings, check, summarize
from claimcheck.reports.bundle import write_bundle
from claimcheck.reports.bundle_verification import verify_bundle
from claimcheck.settings import SearchSettings
from tests.support.bundles import change, list_steps
from tests.support.command import claimcheck
from tests.support.newsstand import page

EXTRACTIVE = Settings(engine="extractive")
CLAIMS = ["Nairobi was founded in 1899 as a rail depot.", "Nairobi has nine rivers."]
STEPS = ("files", "prompts and schemas", "evidence", "verdicts from evidence")
NAIROBI = page(
    "Nairobi",
    "Nairobi is the capital and largest city of Kenya.",
    "Nairobi was founded in 1899 by colonial authorities as a rail depot on the "
    "Uganda Railway. The town replaced Mombasa as the capital in 1907.",
)


@pytest.fixture
def checked(stand):
    stand.pages["/nairobi"] = NAIROBI
    return check(CLAIMS, search=SearchSettings(("searxng",)), settings=EXTRACTIVE)


def test_a_bundle_is_verified_from_its_own_pages(checked, tmp_path):
    (tmp_path / "check.json").write_text(checked.to_json())
    path = tmp_path / "case.zip"
    done = claimcheck("bundle", tmp_path / "check.json", "-o", path)
    assert done.returncode == 0, done.err
    # On another machine: no archive, and no server.
    (tmp_path / ".local").rename(tmp_path / "elsewhere")
    assert list_steps(path) == dict.fromkeys(STEPS, True)
    done = claimcheck("verify", path)
    assert done.returncode == 0
    assert "every quotation is in one of 1 document, read again" in done.stdout.decode()


def test_a_run_with_an_external_check_is_verified_with_it(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    run = summarize(
        Document.from_text(" ".join(CLAIMS)),
        settings=EXTRACTIVE,
        search=SearchSettings(("searxng",)),
    )
    write_bundle(run, tmp_path / "case.zip")
    steps = list_steps(tmp_path / "case.zip")
    assert steps.keys() >= {"spans", "claims and verdicts", *STEPS}
    assert set(steps.values()) == {True}


def test_evidence_that_was_given_is_kept_too(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    own = Document.from_text("Nairobi has nine rivers, two of them dry.", source="own")
    checked = check(
        CLAIMS, own, search=SearchSettings(("searxng",)), settings=EXTRACTIVE
    )
    write_bundle(checked, tmp_path / "case.zip")
    assert list_steps(tmp_path / "case.zip") == dict.fromkeys(STEPS, True)


def test_a_forged_page_is_found_although_all_hashes_were_updated(checked, tmp_path):
    path = tmp_path / "case.zip"
    write_bundle(checked, path)
    name = f"pages/{hashlib.sha256(NAIROBI.encode()).hexdigest()}"

    def forge(text):
        assert "1899" in text
        return text.replace("1899", "1989")

    change(path, name, forge, update_hashes=True)
    evidence = next(step for step in verify_bundle(path) if step.name == "evidence")
    assert evidence.holds is False
    assert "has another content than its hash says" in evidence.detail


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('"label": "supported"', '"label": "refuted"', "verdicts from evidence"),
        ("as a rail depot on the", "as a rail depox on the", "evidence"),
        ('"text": "Nairobi has nine rivers."', '"text": "Nairobi has ten rivers."', "verdicts from evidence"),
    ],
)  # fmt: skip
def test_a_forged_check_is_found(checked, tmp_path, old, new, wrong):
    path = tmp_path / "case.zip"
    write_bundle(checked, path)

    def forge(text):
        assert old in text
        return text.replace(old, new)

    change(path, "check.json", forge, update_hashes=True)
    assert list_steps(path)[wrong] is False


def test_a_missing_page_is_named(checked, tmp_path):
    done = claimcheck("bundle", "-", "-o", "case.zip", stdin=checked.to_json().encode())
    assert done.returncode == 0, done.err
    (tmp_path / ".local").rename(tmp_path / "gone")
    done = claimcheck("bundle", "-", "-o", "b.zip", stdin=checked.to_json().encode())
    assert done.returncode == 2
    assert "the evidence archive no longer has the page" in done.err


def test_a_check_of_given_evidence_only_cannot_be_bundled():
    checked = check(["Snow fell."], "Snow fell on Monday.", settings=EXTRACTIVE)
    done = claimcheck("bundle", "-", "-o", "b.zip", stdin=checked.to_json().encode())
    assert done.returncode == 2
    assert "only the evidence of a check with --search is kept" in done.err


def test_a_check_without_texts_keeps_what_was_read(checked):
    without = Check.from_json(checked.to_json(text=False))
    assert without.documents[0].text is None
    assert without.search == checked.search
    assert json.loads(checked.to_json())["search"]["pages"][0]["problem"] is None
