"""Downloads from a hub on loopback."""

from __future__ import annotations

import pytest

from claimcheck.errors import (
    AuthenticationError,
    EndpointError,
    InputError,
    ProviderError,
    UnknownModelError,
    UnreachableError,
)
from claimcheck.local.hub import HubName
from claimcheck.verification.verifiers import HUB
from tests.support.cross_encoder import write_cross_encoder
from tests.support.hub import COMMIT, NEXT_COMMIT, REPOSITORY, FakeHub, serve_hub

NAME = HubName(REPOSITORY)


@pytest.fixture
def model_hub(tmp_path, monkeypatch):
    folder = write_cross_encoder(tmp_path / "source", onnx_name="onnx/model.onnx")
    (folder / "pytorch_model.bin").write_bytes(b"not needed")
    fake = FakeHub.of_folder(folder)
    with serve_hub(fake) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield fake


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("org/name", HubName("org/name", "main")),
        ("org/name@v1.0", HubName("org/name", "v1.0")),
        ("org/name@refs/pr/1", HubName("org/name", "refs/pr/1")),
        ("org/name:Q4_K_M", HubName("org/name", "main", "Q4_K_M")),
        ("org/name:Q4_K_M@v1", HubName("org/name", "v1", "Q4_K_M")),
        ("name", None),
        ("a/b/c", None),
        ("../name", None),
        ("org/..", None),
        ("org/name@../../x", None),
        ("org/name@", None),
        ("https://example.org/name", None),
    ],
)
def test_a_hub_name_is_a_repository_a_variant_and_a_revision(text, expected):
    assert HubName.parse(text) == expected


def test_a_download_has_only_the_needed_files_of_one_commit(model_hub):
    model = HUB.download(NAME)
    assert model.name == f"{REPOSITORY}@{COMMIT}"
    files = [path for path in model.folder.rglob("*") if path.is_file()]
    assert sorted(path.relative_to(model.folder).as_posix() for path in files) == [
        "config.json",
        "hub.json",
        "onnx/model.onnx",
        "tokenizer.json",
    ]
    onnx = model.folder / "onnx/model.onnx"
    assert onnx.read_bytes() == model_hub.files["onnx/model.onnx"]


def test_a_download_names_its_commit_size_and_hub(model_hub):
    lines = []
    HUB.download(NAME, report=lines.append)
    (line,) = lines
    assert line.startswith(
        f"Downloading {REPOSITORY}@{COMMIT} (0.0 MB) from http://127"
    )


def test_a_downloaded_model_is_found_without_the_hub(model_hub):
    downloaded = HUB.download(NAME)
    model_hub.requests.clear()
    assert HUB.find_cached(NAME) == downloaded
    assert HUB.find_cached(HubName(REPOSITORY, COMMIT)) == downloaded
    assert HUB.list_cached() == [downloaded]
    assert model_hub.requests == []


def test_another_revision_is_another_download(model_hub):
    HUB.download(NAME)
    assert HUB.find_cached(HubName(REPOSITORY, "v2")) is None
    model_hub.commits["v2"] = NEXT_COMMIT
    assert HUB.download(HubName(REPOSITORY, "v2")).commit == NEXT_COMMIT
    assert HUB.find_cached(NAME).commit == COMMIT


def test_a_second_download_gets_the_newest_commit(model_hub):
    HUB.download(NAME)
    model_hub.commits["main"] = NEXT_COMMIT
    assert HUB.find_cached(NAME).commit == COMMIT
    HUB.download(NAME)
    assert HUB.find_cached(NAME).commit == NEXT_COMMIT
    assert len(HUB.list_cached()) == 2


def test_a_second_download_of_the_same_commit_fetches_no_files(model_hub):
    HUB.download(NAME)
    model_hub.requests.clear()
    HUB.download(NAME)
    assert [path for _, path, _ in model_hub.requests] == [
        f"/api/models/{REPOSITORY}/revision/main"
    ]


def test_the_token_goes_to_the_hub_and_not_to_its_storage(model_hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    model_hub.gated_for_all_but = "hf_secret"
    HUB.download(NAME)
    tokens = {path: token for _, path, token in model_hub.requests}
    assert tokens[f"/{REPOSITORY}/resolve/{COMMIT}/config.json"] == "Bearer hf_secret"
    assert tokens["/storage/onnx/model.onnx"] is None


def test_the_license_and_languages_of_the_model_card_are_kept(model_hub):
    record = (HUB.download(NAME).folder / "hub.json").read_text()
    assert '"license": "mit"' in record
    assert '"en"' in record


def test_a_gated_model_says_what_to_do(model_hub):
    model_hub.gated_for_all_but = "hf_secret"
    with pytest.raises(AuthenticationError, match=r"Accept the terms .* set HF_TOKEN"):
        HUB.download(NAME)


def test_an_unknown_model_says_so(model_hub):
    with pytest.raises(
        UnknownModelError, match=r"org/other: .* does not have this model"
    ):
        HUB.download(HubName("org/other"))


def test_an_unknown_revision_says_so(model_hub):
    with pytest.raises(UnknownModelError, match="does not have its revision v9"):
        HUB.download(HubName(REPOSITORY, "v9"))


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, AuthenticationError), (404, UnknownModelError), (503, EndpointError)],
)
def test_a_refusal_names_the_hub(model_hub, status, error):
    model_hub.status = status
    with pytest.raises(error, match=r"127\.0\.0\.1"):
        HUB.download(NAME)


def test_a_page_in_place_of_a_hub_is_an_error(model_hub):
    model_hub.page = "<html>Sign in to the hotel's network</html>"
    with pytest.raises(ProviderError, match="does not answer as a model hub does"):
        HUB.download(NAME)


def test_a_hub_that_cannot_be_reached_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="is not on this machine"):
        HUB.download(NAME)


def test_a_file_with_another_hash_is_not_kept(model_hub):
    model_hub.corrupted = "onnx/model.onnx"
    with pytest.raises(ProviderError, match=r"onnx/model\.onnx is not the file"):
        HUB.download(NAME)
    assert HUB.find_cached(NAME) is None
    model_hub.corrupted = None
    assert HUB.download(NAME).commit == COMMIT


def test_a_small_file_with_another_hash_is_not_kept(model_hub):
    model_hub.corrupted = "config.json"
    with pytest.raises(ProviderError, match=r"config\.json is not the file"):
        HUB.download(NAME)


def test_a_dropped_connection_leaves_nothing_and_can_be_repeated(
    model_hub, monkeypatch
):
    # huggingface_hub waits a second before each of five attempts.
    monkeypatch.setattr(
        "huggingface_hub.file_download.time.sleep", lambda seconds: None
    )
    model_hub.dropped_after = 0
    with pytest.raises(UnreachableError, match=r"the download from .* failed"):
        HUB.download(NAME)
    assert HUB.find_cached(NAME) is None
    model_hub.dropped_after = None
    assert HUB.download(NAME).commit == COMMIT


def test_a_model_without_onnx_says_how_to_export_it(model_hub):
    del model_hub.files["onnx/model.onnx"]
    with pytest.raises(InputError, match=r"has no ONNX file. Export the model"):
        HUB.download(NAME)


def test_a_model_without_a_fast_tokenizer_says_so(model_hub):
    del model_hub.files["tokenizer.json"]
    with pytest.raises(InputError, match=r"has no tokenizer\.json"):
        HUB.download(NAME)
