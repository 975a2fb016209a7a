"""A verifier that people bring: from the flag to the verdict and its signature."""

from __future__ import annotations

import json

import pytest

from claimcheck import Document, Limits, Settings, check, errors, resources, summarize
from claimcheck.batch.plan import Plan
from claimcheck.bundles.bundle import write_bundle
from claimcheck.verification.choose_scorer import choose_scorer, resolve_scorer_name
from tests.support.bundles import list_steps
from tests.support.command import claimcheck
from tests.support.cross_encoder import write_cross_encoder
from tests.support.hub import COMMIT, REPOSITORY, FakeHub, serve_hub

EVIDENCE = "The harbor agrees that the ferry leaves on time. A mill is near the bridge."
REWORDED = "The ferry usually departs punctually."
DENIED = "The ferry does not leave on time."


@pytest.fixture
def model(tmp_path):
    return write_cross_encoder(tmp_path / "tiny")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    fake = FakeHub.of_folder(write_cross_encoder(tmp_path / "source"))
    with serve_hub(fake) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        yield fake


@pytest.fixture
def files(tmp_path):
    (tmp_path / "claims.txt").write_text(f"{REWORDED}\n{DENIED}\n")
    (tmp_path / "evidence.txt").write_text(EVIDENCE)


def extractive(verifier):
    return Settings(engine="extractive", verifier=verifier)


def run_check(*flags):
    return claimcheck(
        *("check", "claims.txt", "evidence.txt", "--engine", "extractive"), *flags
    )


def read_labels(run):
    return [item["finding"]["label"] for item in json.loads(run.out)["verdicts"]]


def test_words_decide_without_a_model(files):
    run = run_check("--format", "json", "--verifier", "lexical")
    assert read_labels(run) == ["not_enough_evidence", "refuted"]
    assert json.loads(run.out)["signature"]["settings"] == {"verifier": "lexical"}


def test_a_verifier_decides_and_the_rules_object(files, model):
    run = run_check("--format", "json", "--verifier", str(model))
    assert read_labels(run) == ["supported", "refuted"]
    name = resolve_scorer_name(str(model))
    assert json.loads(run.out)["signature"]["settings"] == {"verifier": name}


def test_a_verifier_of_a_hub_is_downloaded_once_with_its_commit_stated(files, hub):
    run = run_check("--format", "json", "--verifier", REPOSITORY)
    assert read_labels(run) == ["supported", "refuted"]
    assert f"Downloading {REPOSITORY}@{COMMIT}" in run.err
    name = json.loads(run.out)["signature"]["settings"]["verifier"]
    assert name == f"{REPOSITORY}@{COMMIT}"
    hub.requests.clear()
    again = run_check("--format", "json", "--verifier", REPOSITORY)
    assert "Downloading" not in again.err
    assert hub.requests == []


def test_quiet_downloads_say_nothing(files, hub):
    assert run_check("--quiet", "--verifier", REPOSITORY).err == ""


def test_a_settings_file_names_a_verifier_after_approval(files, model, tmp_path):
    (tmp_path / "claimcheck.toml").write_text('verifier = "./tiny"')
    refused = run_check("--format", "json")
    assert refused.returncode == 2
    assert "sets verifier, which decides what counts as supported" in refused.err
    claimcheck("trust")
    assert read_labels(run_check("--format", "json"))[0] == "supported"
    (tmp_path / "claimcheck.toml").write_text('verifier = "./other"')
    assert run_check().returncode == 2


def test_a_settings_file_turns_the_model_off_without_approval(files, tmp_path):
    (tmp_path / "claimcheck.toml").write_text('verifier = "lexical"')
    assert run_check().returncode == 0


def test_your_own_settings_file_names_a_verifier(files, model, tmp_path):
    folder = tmp_path / ".config" / "claimcheck"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('verifier = "./tiny"')
    assert read_labels(run_check("--format", "json"))[0] == "supported"


def test_an_unknown_verifier_is_an_error_before_any_work(files):
    run = run_check("--verifier", "./missing")
    assert run.returncode == 2
    assert "verifier './missing': does not exist; give lexical, a folder" in run.err


def test_a_model_that_the_hub_does_not_have_exits_with_3(files, hub):
    run = run_check("--verifier", "org/other")
    assert run.returncode == 3
    assert "does not have this model" in run.err


@pytest.mark.parametrize("command", ["summarize", "batch"])
def test_a_verifier_needs_a_check(files, command):
    store = ("--store", "runs.db") if command == "batch" else ()
    run = claimcheck(command, "evidence.txt", *store, "--verifier", "lexical")
    assert run.returncode == 2
    assert "--verifier lexical requires --check" in run.err


def test_summarize_checks_with_the_verifier(files, model):
    run = claimcheck(
        *("summarize", "evidence.txt", "--check", "--engine", "extractive"),
        *("--format", "json", "--verifier", str(model)),
    )
    settings = json.loads(run.out)["signature"]["settings"]
    assert settings["verifier"] == resolve_scorer_name(str(model))


def test_the_default_is_lexical_if_no_model_is_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    assert choose_scorer().name == choose_scorer("default").name == "lexical"


def test_the_default_is_the_shipped_model(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    write_cross_encoder(tmp_path / "verifier")
    assert choose_scorer().name.startswith("claimcheck@")
    assert resolve_scorer_name() == choose_scorer().name


def test_the_default_is_lexical_without_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    monkeypatch.setattr(
        "claimcheck.verification.choose_scorer.is_runnable", lambda: False
    )
    write_cross_encoder(tmp_path / "verifier")
    assert choose_scorer().name == "lexical"


def test_the_shipped_model_is_found_by_the_name_in_a_signature(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    write_cross_encoder(tmp_path / "verifier")
    name = choose_scorer().name
    assert choose_scorer(name).name == name
    with pytest.raises(errors.InputError, match=f"comes with {name}"):
        choose_scorer("claimcheck@000000000000")


def plan_of(settings, check=True):
    return Plan.from_settings(settings, Limits(), check=check)


def test_batches_of_before_there_were_verifiers_resume():
    expected = {
        "engine": "extractive",
        "check": True,
        "max_claims": 30,
        "passage_tokens": 6000,
    }
    assert plan_of(extractive("lexical")).config() == expected
    llm = Settings(engine="llm", model="scripted", verifier="lexical")
    assert "verifier" not in plan_of(llm).config()


def test_another_verifier_is_another_batch(model):
    first = plan_of(extractive(str(model))).config()
    assert first["verifier"] == resolve_scorer_name(str(model))
    write_cross_encoder(model, calibration={"supported_from": 0.9})
    assert plan_of(extractive(str(model))).config() != first


def test_a_verifier_does_not_matter_to_a_batch_without_a_check(model):
    plan = plan_of(extractive(str(model)), check=False)
    assert plan.config() == plan_of(extractive("lexical"), check=False).config()


def test_paid_batches_resume_when_the_default_verifier_changes(tmp_path, monkeypatch):
    settings = Settings(engine="llm", model="scripted")
    before = plan_of(settings).config()
    monkeypatch.setattr(resources, "find_data", lambda name: tmp_path / name)
    write_cross_encoder(tmp_path / "verifier")
    assert plan_of(settings).config() == before
    assert "verifier" in plan_of(Settings(engine="extractive")).config()


def test_a_batch_and_its_retry_use_the_same_verifier(files, hub):
    claimcheck("verifier", "get", REPOSITORY)
    run = claimcheck(
        *("batch", "evidence.txt", "--store", "runs.db", "--check"),
        *("--engine", "extractive", "--verifier", REPOSITORY),
    )
    assert run.returncode == 0
    again = claimcheck("runs", "retry", "--store", "runs.db")
    assert again.returncode == 0
    assert "retrying 0 documents" in again.err


def test_a_store_does_not_choose_what_is_downloaded(files, hub, tmp_path):
    claimcheck(
        *("batch", "evidence.txt", "--store", "runs.db", "--check"),
        *("--engine", "extractive", "--verifier", REPOSITORY),
    )
    for path in (tmp_path / ".cache" / "claimcheck" / "verifiers").rglob("hub.json"):
        path.unlink()
    hub.requests.clear()
    run = claimcheck("runs", "retry", "--store", "runs.db")
    assert run.returncode == 2
    assert "settings that have since changed" in run.err
    assert hub.requests == []


def test_a_bundle_is_verified_with_the_same_verifier(hub, tmp_path):
    settings = extractive(REPOSITORY)
    run = summarize(Document.from_text(EVIDENCE), settings=settings, check=True)
    path = tmp_path / "run.zip"
    write_bundle(run, path)
    assert list_steps(path)["claims and verdicts"] is True


def test_a_bundle_does_not_choose_which_folder_is_read(model, tmp_path):
    run = summarize(
        Document.from_text(EVIDENCE), settings=extractive(str(model)), check=True
    )
    path = tmp_path / "run.zip"
    write_bundle(run, path)
    assert list_steps(path)["claims and verdicts"] is False


def test_evidence_in_a_language_of_no_calibration_is_compared_by_words_only(model):
    german = Document.from_text(
        "Der Hafen agrees, dass die Fähre pünktlich fährt. Die Mühle steht am Ufer."
    )
    claim = "Die Fähre fährt meistens nach dem Plan."
    verdict = check([claim], german, settings=extractive(str(model))).verdicts[0]
    assert verdict.label == "not_enough_evidence"
