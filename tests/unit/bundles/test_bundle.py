"""Bundles: `verify` needs nothing but the bundle, and finds any change."""

import json
import zipfile
from dataclasses import replace
from functools import partial

import pytest

from claimcheck import Document, Settings, errors, summarize
from claimcheck.bundles.bundle import BundledAnswer, write_bundle
from claimcheck.bundles.verify import verify_bundle
from claimcheck.version import __version__
from tests.support.bundles import ALL_STEPS, change, list_steps
from tests.support.command import claimcheck
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
        ({"../evil.txt": "x"}, r"contains '\.\./evil\.txt'"),
        ({"/etc/passwd": "x"}, "contains '/etc/passwd'"),
        ({"run.json": "{}"}, r"its manifest\.json is broken"),
        ({"manifest.json": '{"format": 7, "files": {}, "config": null}'}, "format 7"),
        (
            {"manifest.json": '{"format": 1, "files": {}, "config": null}'},
            "no run.json",
        ),
        ({"manifest.json": '{"format": 1, "files": {}, "way": null}'}, "no run.json"),
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
    with pytest.raises(errors.InputError, match="is not a bundle"):
        verify_bundle(tmp_path / "text.zip")


def test_what_cannot_be_replayed_is_not_verified(run, tmp_path):
    path = tmp_path / "case.zip"
    for old, new in (
        (f'"version": "{__version__}"', '"version": "9.9"'),
        ('"engine": "extractive"', '"engine": "llm"'),
        ('"token_count": "', '"token_count": "forged '),
        ('"seed": null', '"seed": 7'),
    ):
        write_bundle(run, path)
        change(path, "run.json", partial(replace_once, old, new), update_hashes=True)
        done = claimcheck("verify", path)
        assert done.returncode == 1, (new, done.out)
        assert "claims and verdicts" in done.out
        last = done.out.splitlines()[-1]
        assert last.startswith(("not verified", "FAILED")), (new, last)


def test_a_run_made_with_a_seed_is_verified(tmp_path):
    settings = Settings(engine="extractive", seed=5, max_claims=3)
    run = summarize("Venus is hot. The sun is hotter.", settings=settings)
    write_bundle(run, tmp_path / "case.zip")
    assert set(list_steps(tmp_path / "case.zip").values()) == {True}


def replace_once(old, new, text):
    assert old in text, old
    return text.replace(old, new, 1)


def test_no_damage_to_a_bundle_is_a_traceback(tmp_path):
    path, damaged = tmp_path / "case.zip", tmp_path / "damaged.zip"
    write_bundle(summarize("Venus is hot.", settings=EXTRACTIVE), path)
    content = path.read_bytes()
    directory = content.rindex(b"PK\x01\x02", 0, content.index(b"PK\x05\x06"))
    # Every byte of the ZIP structures at both ends, and some in between.
    places = [*range(60), *range(60, directory, 499), *range(directory, len(content))]
    for place in places:
        edited = bytearray(content)
        edited[place] ^= (0xFF, 0x01, 0x80)[place % 3]
        damaged.write_bytes(edited)
        assert_error_or_steps(damaged)
    for length in range(0, len(content), 499):
        damaged.write_bytes(content[:length])
        assert_error_or_steps(damaged)


BROKEN_FILES = [
    ("source.txt", b"\xff\xfe\x00"),
    ("prompts/check.md.j2", b"\xff"),
    ("answers.jsonl", b"\xff\n"),
    ("answers.jsonl", b'{"digest": 1}\n{"digest": [], "response": 3}\n7\n'),
    ("answers.jsonl", b'{"digest": "x", "response": "{}"}\n'),
    ("run.json", b"\xff"),
    ("run.json", b"[" * 100_000),
    ("run.json", b"{}"),
    ("manifest.json", b"\xff"),
    ("manifest.json", b"[" * 100_000),
    ("manifest.json", b'{"format": 1, "files": {"run.json": []}, "config": null}'),
    ("manifest.json", b'{"format": 1, "files": [1], "config": null}'),
    ("manifest.json", b'{"format": 1, "files": {}, "config": 3}'),
    ("manifest.json", b'{"format": [], "files": {}, "config": null}'),
]


@pytest.mark.parametrize(("name", "content"), BROKEN_FILES)
def test_files_of_a_bundle_that_are_no_text_or_json_are_named(tmp_path, name, content):
    path = tmp_path / "case.zip"
    write_bundle(summarize("Venus is hot.", settings=EXTRACTIVE), path)
    rewrite(path, {name: content})
    done = claimcheck("verify", path)
    assert "Traceback" not in done.err
    assert done.returncode in (1, 2)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"settings": 3},
        {"settings": {}, "endpoint": 3, "model": [], "seed": "x"},
        {"settings": {"max_claims": "x"}, "endpoint": "x", "model": "m", "seed": None},
        {"settings": {"api_key": 3}, "endpoint": "x://", "model": "m", "seed": None},
    ],
)
def test_a_configuration_that_makes_no_sense_is_not_verified(tmp_path, config):
    made = answer(claim("Venus is hot."))
    settings = Settings(engine="llm", model="scripted")
    run = summarize(
        "Venus is hot.", settings=settings, client=ScriptedClient([response(made)])
    )
    path = tmp_path / "case.zip"
    write_bundle(run, path, config, [BundledAnswer("x", "{}")])
    done = claimcheck("verify", path)
    assert "Traceback" not in done.err
    assert done.returncode in (1, 2)


EDITS = [
    ("text", "\ud83d"),
    ("id", ""),
    ("format", "\udc80"),
    ("title", "\ud800"),
]


@pytest.mark.parametrize(("field", "value"), EDITS)
def test_a_run_with_a_hostile_document_is_not_verified(run, tmp_path, field, value):
    path = tmp_path / "case.zip"
    write_bundle(run, path)

    def edit(text):
        fields = json.loads(text)
        fields["document"][field] = value
        return json.dumps(fields)

    change(path, "run.json", edit, update_hashes=True)
    done = claimcheck("verify", path)
    assert "Traceback" not in done.err
    assert done.returncode in (1, 2)


def rewrite(path, changed):
    with zipfile.ZipFile(path) as case:
        files = {name: case.read(name) for name in case.namelist()} | changed
    with zipfile.ZipFile(path, "w") as case:
        for name, content in files.items():
            case.writestr(name, content)


def assert_error_or_steps(path):
    try:
        steps = verify_bundle(path)
    except errors.InputError as error:
        assert str(path) in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert len(steps) == len(ALL_STEPS)
