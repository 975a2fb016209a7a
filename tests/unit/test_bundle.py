"""Bundles: what is inside is verified from what is inside, and any change is found."""

import asyncio
import json
import zipfile
from dataclasses import replace

import pytest

from claimcheck import Batch, Document, RunStore, Settings, errors, summarize
from claimcheck.reports.bundle import verify_bundle, write_bundle
from tests.conftest import SEED

EXTRACTIVE = Settings(engine="extractive")


@pytest.fixture(scope="module")
def run():
    return summarize(
        Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt"),
        settings=EXTRACTIVE,
        check=True,
    )


def held(path):
    return {step.name: step.holds for step in verify_bundle(path)}


ALL = ("files", "places", "source", "prompts and schemas", "claims and verdicts")


def test_a_run_without_a_model_is_verified_in_full(run, tmp_path):
    write_bundle(run, tmp_path / "case.zip")
    assert held(tmp_path / "case.zip") == dict.fromkeys(ALL, True)
    write_bundle(run, tmp_path / "again.zip")
    assert (tmp_path / "case.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_a_run_from_a_store_is_verified_by_the_answers_of_its_model(tmp_path):
    import sys

    from claimcheck.cli import main
    from tests.faults.batches import faulty, write_documents

    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with faulty() as (url, _), RunStore(tmp_path / "s.db") as store:
        batch = Batch(store, Settings(engine="llm", model="m", base_url=url), check=True)
        batch.add(str(rows))
        asyncio.run(batch.run())
    path = tmp_path / "case.zip"
    sys.argv = [
        "claimcheck",
        "bundle",
        "row-1",
        "--store",
        str(tmp_path / "s.db"),
        "-o",
        str(path),
        "--quiet",
    ]
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert held(path) == dict.fromkeys(ALL, True)  # the server is gone: nothing is asked

    def other_answer(text):
        return text.replace("planted 10 trees", "planted 99 trees")

    change(path, "answers.jsonl", other_answer, mend=True)
    assert held(path)["claims and verdicts"] is False


def change(path, name, made, *, mend=False):
    """A bundle with a file changed; `mend` sets the hashes in the manifest right again, as a forger would."""
    import hashlib

    with zipfile.ZipFile(path) as case:
        files = {item: case.read(item) for item in case.namelist()}
    files[name] = made(files[name].decode()).encode()
    if mend:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            item: hashlib.sha256(data).hexdigest() for item, data in files.items() if item != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as case:
        for item, data in files.items():
            case.writestr(item, data)


@pytest.mark.parametrize(
    ("edit", "mend", "wrong"),
    [
        (("run.json", "50,000 barrels", "90,000 barrels"), False, {"files", "places", "source", "claims and verdicts"}),
        (("run.json", "50,000 barrels", "90,000 barrels"), True, {"places", "source", "claims and verdicts"}),
        (("source.txt", "50,000", "90,000"), True, {"source"}),
        (("run.json", '"label": "supported"', '"label": "refuted"'), True, {"claims and verdicts"}),
        (("run.json", '"speaker": "Elliot Abrams"', '"speaker": "Sergei Ryabkov"'), True, {"claims and verdicts"}),
        (("schemas/run.schema.json", "A claimcheck run", "Another run"), True, {"prompts and schemas"}),
    ],
)  # fmt: skip
def test_what_was_changed_is_found_even_with_its_hash_set_right(run, tmp_path, edit, mend, wrong):
    name, old, new = edit
    path = tmp_path / "case.zip"
    write_bundle(run, path)

    def made(text):
        assert old in text
        return text.replace(old, new)

    change(path, name, made, mend=mend)
    found = held(path)
    assert {step for step, holds in found.items() if holds is False} >= wrong
    assert any(holds is False for holds in found.values())


def test_an_answer_that_is_not_there_is_not_told(tmp_path):
    from tests.flow.scripted import ScriptedClient, answer, claim, response

    made = answer(claim("Venus is hot."))
    settings = Settings(engine="llm", model="scripted")
    run = summarize("Venus is hot.", settings=settings, client=ScriptedClient([response(made)]))
    write_bundle(run, tmp_path / "case.zip")
    assert held(tmp_path / "case.zip")["claims and verdicts"] is None


def test_a_run_without_its_text_can_not_be_bundled(run, tmp_path):
    with pytest.raises(errors.InputError, match="text was left out"):
        write_bundle(replace(run, document=replace(run.document, text=None)), tmp_path / "case.zip")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"../evil.txt": "x"}, r"holds '\.\./evil\.txt'"),
        ({"/etc/passwd": "x"}, "holds '/etc/passwd'"),
        ({"run.json": "{}"}, r"its manifest\.json is broken"),
        ({"manifest.json": '{"format": 7, "files": {}, "way": null}'}, "format 7"),
        ({"manifest.json": '{"format": 1, "files": {}, "way": null}'}, "has no run.json"),
        ({"manifest.json": "["}, "is broken"),
    ],
)
def test_what_is_no_bundle_is_said_and_nothing_is_unpacked(tmp_path, files, message):
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as case:
        for name, text in files.items():
            case.writestr(name, text)
    with pytest.raises(errors.InputError, match=message):
        verify_bundle(tmp_path / "case.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]
    (tmp_path / "text.zip").write_text("no ZIP at all")
    with pytest.raises(errors.InputError, match="can't be read as a bundle"):
        verify_bundle(tmp_path / "text.zip")


def test_a_run_is_bundled_from_the_last_batch_that_has_it(tmp_path, capsys, monkeypatch):
    from claimcheck.cli import main

    with RunStore(tmp_path / "s.db") as store:
        for text, most in (("The ferry carried 900 people in 2020.", 30), ("Venus is hot.", 3)):
            document = Document.from_text(text, source=f"{most}.txt")
            summarize(document, settings=Settings(engine="extractive", max_claims=most), store=store)
    for name, code in (("30.txt", 0), ("3.txt", 0), ("none.txt", 2)):
        monkeypatch.setattr(
            "sys.argv", ["claimcheck", "bundle", name, "--store", "s.db", "-o", f"{name}.zip"]
        )
        with pytest.raises(SystemExit) as stop:
            main()
        assert (stop.value.code or 0) == code
    assert all(step.holds for step in verify_bundle(tmp_path / "30.txt.zip"))
    assert "holds no document 'none.txt'" in capsys.readouterr().err
