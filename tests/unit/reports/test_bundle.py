"""Bundles: `verify` needs nothing but the bundle, and finds any change."""

import zipfile
from dataclasses import replace

import pytest

from claimcheck import Document, Settings, errors, summarize
from claimcheck.reports.bundle import verify_bundle, write_bundle
from tests.support.bundles import ALL_STEPS, change, list_steps
from tests.support.paths import SEED
from tests.support.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(engine="extractive")


@pytest.fixture(scope="module")
def run():
    return summarize(
        Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt"),
        settings=EXTRACTIVE,
        check=True,
    )


def test_verifies_every_part_of_a_run_made_without_a_model(run, tmp_path):
    write_bundle(run, tmp_path / "case.zip")
    assert list_steps(tmp_path / "case.zip") == dict.fromkeys(ALL_STEPS, True)
    write_bundle(run, tmp_path / "again.zip")
    assert (tmp_path / "case.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


@pytest.mark.parametrize(
    ("edit", "update_hashes", "wrong"),
    [
        (("run.json", "50,000 barrels", "90,000 barrels"), False, {"files", "spans", "source", "claims and verdicts"}),
        (("run.json", "50,000 barrels", "90,000 barrels"), True, {"spans", "source", "claims and verdicts"}),
        (("source.txt", "50,000", "90,000"), True, {"source"}),
        (("run.json", '"label": "supported"', '"label": "refuted"'), True, {"claims and verdicts"}),
        (("run.json", '"speaker": "Elliot Abrams"', '"speaker": "Sergei Ryabkov"'), True, {"claims and verdicts"}),
        (("schemas/run.schema.json", "A claimcheck run", "Another run"), True, {"prompts and schemas"}),
    ],
)  # fmt: skip
def test_finds_a_change_even_when_the_hashes_were_updated(
    run, tmp_path, edit, update_hashes, wrong
):
    name, old, new = edit
    path = tmp_path / "case.zip"
    write_bundle(run, path)

    def made(text):
        assert old in text
        return text.replace(old, new)

    change(path, name, made, update_hashes=update_hashes)
    found = list_steps(path)
    assert {step for step, holds in found.items() if holds is False} >= wrong
    assert any(holds is False for holds in found.values())


def test_claims_cannot_be_verified_without_the_stored_answers(tmp_path):
    made = answer(claim("Venus is hot."))
    settings = Settings(engine="llm", model="scripted")
    run = summarize(
        "Venus is hot.", settings=settings, client=ScriptedClient([response(made)])
    )
    write_bundle(run, tmp_path / "case.zip")
    assert list_steps(tmp_path / "case.zip")["claims and verdicts"] is None


def test_refuses_to_bundle_a_run_without_its_text(run, tmp_path):
    with pytest.raises(errors.InputError, match="saved without its text"):
        write_bundle(
            replace(run, document=replace(run.document, text=None)),
            tmp_path / "case.zip",
        )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"../evil.txt": "x"}, r"holds '\.\./evil\.txt'"),
        ({"/etc/passwd": "x"}, "holds '/etc/passwd'"),
        ({"run.json": "{}"}, r"its manifest\.json is broken"),
        ({"manifest.json": '{"format": 7, "files": {}, "way": null}'}, "format 7"),
        (
            {"manifest.json": '{"format": 1, "files": {}, "way": null}'},
            "no run.json",
        ),
        ({"manifest.json": "["}, "is broken"),
    ],
)
def test_refuses_files_that_are_not_bundles_and_unpacks_nothing(
    tmp_path, files, message
):
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as case:
        for name, text in files.items():
            case.writestr(name, text)
    with pytest.raises(errors.InputError, match=message):
        verify_bundle(tmp_path / "case.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]
    (tmp_path / "text.zip").write_text("no ZIP at all")
    with pytest.raises(errors.InputError, match="can't be read as a bundle"):
        verify_bundle(tmp_path / "text.zip")
