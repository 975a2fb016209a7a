"""`claimcheck verifier`."""

from __future__ import annotations

import json

import pytest

from claimcheck import resources
from tests.support.command import claimcheck
from tests.support.cross_encoder import write_cross_encoder
from tests.support.hub import COMMIT, NEXT_COMMIT, REPOSITORY, FakeHub, serve_hub

NAME = f"{REPOSITORY}@{COMMIT}"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    fake = FakeHub.of_folder(write_cross_encoder(tmp_path / "source"))
    with serve_hub(fake) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        yield fake


def test_get_prints_the_name_and_reports_the_download_on_stderr(hub):
    run = claimcheck("verifier", "get", REPOSITORY)
    assert run.returncode == 0
    assert run.out == f"{NAME}\n"
    assert run.err.startswith(f"Downloading {NAME} (0.0 MB) from http://127.0.0.1")


def test_get_is_quiet_on_request(hub):
    assert claimcheck("verifier", "get", REPOSITORY, "--quiet").err == ""


def test_get_needs_the_name_of_a_model_on_a_hub(hub):
    run = claimcheck("verifier", "get", "./folder")
    assert run.returncode == 2
    assert "give ORG/NAME or ORG/NAME@REVISION" in run.err


def test_get_exits_with_3_if_the_hub_has_no_such_model(hub):
    run = claimcheck("verifier", "get", "org/other")
    assert run.returncode == 3
    assert "does not have this model" in run.err


def test_list_shows_downloaded_verifiers(hub):
    claimcheck("verifier", "get", REPOSITORY)
    rows = claimcheck("verifier", "list").out.splitlines()
    assert rows[0] == "lexical: compares words; always available"
    assert rows[-1] == (
        f"{NAME}: 0.0 MB; labels: entailment, neutral, contradiction; languages: en"
    )


def test_list_as_json_lines(hub):
    claimcheck("verifier", "get", REPOSITORY)
    lines = claimcheck("verifier", "list", "--format", "json").out.splitlines()
    row = json.loads(lines[-1])
    assert row["name"] == NAME
    assert row["outcomes"] == ["entailed", "neutral", "contradicted"]


def test_info_shows_what_is_known_of_a_model(tmp_path):
    calibration = {
        "supported_from": 0.83,
        "supported_reliability": 0.91,
        "languages": ["en"],
        "figures": {"FM2": {"n": 1100, "balanced accuracy": 72.0}},
    }
    write_cross_encoder(tmp_path / "tiny", calibration=calibration)
    rows = claimcheck("verifier", "info", "tiny").out.splitlines()
    assert rows[0].startswith("tiny@")
    assert [row.split(maxsplit=1)[0] for row in rows[1:3]] == ["file", "size"]
    assert [" ".join(row.split()) for row in rows[3:]] == [
        "labels entailment (entailed), neutral (neutral), contradiction (contradicted)",
        "maximum length 64 tokens, longer premises in chunks",
        "languages en",
        "supported from 0.83",
        "right if supported 91%",
        "right if refuted not measured",
        "FM2 n 1100, balanced accuracy 72.0",
    ]


def test_info_shows_the_threshold_of_the_lexical_scorer():
    rows = claimcheck("verifier", "info", "lexical").out.splitlines()
    assert rows[0] == "lexical"
    assert [" ".join(row.split()[:2]) for row in rows[1:]] == [
        "languages en",
        "supported from",
        "right if",
        "right if",
    ]


def test_info_of_the_default_names_the_verifier_that_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    assert claimcheck("verifier", "info", "default").out.startswith("lexical\n")
    write_cross_encoder(tmp_path / "verifier")
    run = claimcheck("verifier", "info", "default", "--format", "json")
    assert json.loads(run.out)["name"].startswith("claimcheck@")
    assert "without a model: claimcheck@" in claimcheck("doctor").out


def test_a_broken_download_does_not_hide_the_others(hub):
    claimcheck("verifier", "get", REPOSITORY)
    config = json.loads(hub.files["config.json"])
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1"}
    hub.files["config.json"] = json.dumps(config).encode()
    hub.commits["main"] = NEXT_COMMIT
    assert claimcheck("verifier", "get", REPOSITORY).returncode == 2
    run = claimcheck("verifier", "list")
    assert NAME in run.out
    assert f"{REPOSITORY}@{NEXT_COMMIT} can't be used" in run.err


def test_info_of_a_broken_folder_says_what_to_do(tmp_path):
    write_cross_encoder(tmp_path / "tiny", labels=("LABEL_0", "LABEL_1"))
    run = claimcheck("verifier", "info", "tiny")
    assert run.returncode == 2
    assert "set id2label to names such as entailment" in run.err
