"""A bundle of a run made with a model is verified from the stored answers, with the server gone."""

import asyncio
import json
import zipfile

import pytest

from claimcheck import Batch, RunStore, Settings
from claimcheck.reports.bundle import verify_bundle

ALL = ("files", "places", "source", "prompts and schemas", "claims and verdicts")


def held(path):
    return {step.name: step.holds for step in verify_bundle(path)}


def test_verifies_a_run_from_the_stored_answers_of_its_model(tmp_path):
    import sys

    from claimcheck.cli import main
    from tests.support.batches import faulty, write_documents

    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with faulty() as (url, _), RunStore(tmp_path / "s.db") as store:
        batch = Batch(
            store, Settings(engine="llm", model="m", base_url=url), check=True
        )
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
    assert held(path) == dict.fromkeys(
        ALL, True
    )  # the server is gone: nothing is asked

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
            item: hashlib.sha256(data).hexdigest()
            for item, data in files.items()
            if item != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as case:
        for item, data in files.items():
            case.writestr(item, data)
