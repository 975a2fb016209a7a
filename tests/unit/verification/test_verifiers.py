"""Names of verifiers, and the models that they mean."""

from __future__ import annotations

import pytest

from claimcheck import resources
from claimcheck.errors import InputError
from claimcheck.verification.verifiers import find_verifier, list_verifiers
from tests.support.cross_encoder import write_cross_encoder
from tests.support.hub import COMMIT, REPOSITORY, FakeHub, serve_hub


@pytest.fixture
def hub(tmp_path, monkeypatch):
    fake = FakeHub.of_folder(write_cross_encoder(tmp_path / "source"))
    with serve_hub(fake) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        yield fake


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    folder = tmp_path / "package"
    monkeypatch.setattr(resources, "find_data", lambda name: folder / name)
    return write_cross_encoder(folder / "verifier")


def test_a_folder_is_named_by_its_name_and_a_digest(tmp_path):
    folder = write_cross_encoder(tmp_path / "models" / "tiny")
    verifier = find_verifier(str(folder))
    assert verifier.name == f"tiny@{verifier.model.compute_digest()}"


def test_another_version_in_a_folder_is_another_verifier(tmp_path):
    folder = write_cross_encoder(tmp_path / "tiny")
    first = find_verifier(str(folder))
    write_cross_encoder(folder, calibration={"supported_from": 0.9})
    second = find_verifier(str(folder))
    assert first.name != second.name
    assert second.open().calibration.supported_from == 0.9


def test_a_folder_may_be_in_the_home_folder(tmp_path):
    write_cross_encoder(tmp_path / "tiny")
    assert find_verifier("~/tiny").name.startswith("tiny@")


def test_a_folder_wins_over_a_model_of_a_hub(tmp_path, hub):
    write_cross_encoder(tmp_path / REPOSITORY)
    assert find_verifier(REPOSITORY).name.startswith("tiny-nli@")
    assert hub.requests == []


def test_a_model_of_a_hub_is_downloaded_on_first_use(hub):
    lines = []
    verifier = find_verifier(REPOSITORY, report=lines.append)
    assert verifier.name == f"{REPOSITORY}@{COMMIT}"
    assert len(lines) == 1
    hub.requests.clear()
    assert find_verifier(REPOSITORY, report=lines.append) == verifier
    assert len(lines) == 1
    assert hub.requests == []


def test_a_model_is_loaded_once(tmp_path):
    folder = write_cross_encoder(tmp_path / "tiny")
    assert find_verifier(str(folder)).open() is find_verifier(str(folder)).open()


@pytest.mark.parametrize(
    "name", ["./missing/model", "~/x/y", "missing", "a/b.onnx", ""]
)
def test_an_unknown_name_says_what_is_accepted(name):
    with pytest.raises(InputError, match="does not exist; give lexical, a folder"):
        find_verifier(name)


def test_the_shipped_model_has_the_name_of_the_project(shipped):
    assert find_verifier("default").name.startswith("claimcheck@")


def test_the_shipped_and_the_downloaded_models_are_listed(shipped, hub):
    find_verifier(REPOSITORY)
    shipped_name, downloaded_name = (item.name for item in list_verifiers())
    assert shipped_name.startswith("claimcheck@")
    assert downloaded_name == f"{REPOSITORY}@{COMMIT}"


def test_without_models_none_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    assert list_verifiers() == []
