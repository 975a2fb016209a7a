"""Model files: which of a repository, and where they are."""

from __future__ import annotations

import sys

import pytest

from claimcheck.api.local_models import choose_model, prepare_model
from claimcheck.errors import InputError, SettingsError
from claimcheck.local import models
from claimcheck.local.models import choose_files, find_model, parse_name
from tests.support.hub import COMMIT, REPOSITORY, FakeHub, serve_hub

GGUF = b"GGUF and so on"


@pytest.fixture
def model_hub(monkeypatch):
    fake = FakeHub(
        {"README.md": b"", "tiny-Q4_K_M.gguf": GGUF, "tiny-Q8_0.gguf": GGUF + b"!"}
    )
    with serve_hub(fake) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield fake


@pytest.mark.parametrize(
    ("names", "variant", "expected"),
    [
        (["m-Q4_K_M.gguf", "m-Q8_0.gguf"], "Q4_K_M", ["m-Q4_K_M.gguf"]),
        (["m.q4_k_m.gguf", "README.md"], "Q4_K_M", ["m.q4_k_m.gguf"]),
        (["gguf/m_F16.gguf"], "f16", ["gguf/m_F16.gguf"]),
        (["m-IQ4_XS.gguf", "m-Q4_K_M.gguf"], "IQ4_XS", ["m-IQ4_XS.gguf"]),
        (
            ["m-q4_k_m-00002-of-00002.gguf", "m-q4_k_m-00001-of-00002.gguf"],
            "Q4_K_M",
            ["m-q4_k_m-00001-of-00002.gguf", "m-q4_k_m-00002-of-00002.gguf"],
        ),
        (["mmproj-m-F16.gguf", "m-F16.gguf"], "F16", ["m-F16.gguf"]),
    ],
)
def test_the_file_of_a_variant_is_chosen(names, variant, expected):
    assert choose_files(names, variant, "here") == expected


def test_a_missing_variant_lists_those_that_exist():
    with pytest.raises(InputError, match=r"here: has no Q4_K_M; name one of Q8_0"):
        choose_files(["m-Q8_0.gguf"], "Q4_K_M", "here")


def test_a_repository_without_gguf_says_so():
    with pytest.raises(InputError, match=r"here: has no GGUF file"):
        choose_files(["model.safetensors"], "Q4_K_M", "here")


def test_a_name_without_a_variant_means_the_default():
    assert str(parse_name("org/name")) == "org/name:Q4_K_M"
    assert str(parse_name("org/name:q8_0@v1")) == "org/name:Q8_0@v1"


def test_what_is_no_name_says_what_is():
    with pytest.raises(InputError, match=r"give a GGUF file, or the name of a model"):
        parse_name("llama")


def test_a_model_is_downloaded_once_and_then_found(model_hub):
    downloaded = models.download_model(REPOSITORY)
    model_hub.requests.clear()
    assert downloaded.name == f"{REPOSITORY}:Q4_K_M@{COMMIT}"
    assert downloaded.path.read_bytes() == GGUF
    assert find_model(REPOSITORY) == downloaded
    assert find_model(downloaded.name) == downloaded
    assert models.list_models() == [downloaded]
    assert model_hub.requests == []


def test_variants_of_a_model_are_separate_downloads(model_hub):
    models.download_model(REPOSITORY)
    with pytest.raises(InputError, match="claimcheck models get org/tiny-nli:q8_0"):
        find_model(f"{REPOSITORY}:q8_0")
    other = models.download_model(f"{REPOSITORY}:q8_0")
    assert other.size_bytes() == len(GGUF) + 1
    assert len(models.list_models()) == 2


def test_a_damaged_download_is_not_kept(model_hub):
    model_hub.corrupted = "tiny-Q4_K_M.gguf"
    with pytest.raises(Exception, match="is not the file that the hub announced"):
        models.download_model(REPOSITORY)
    assert models.list_models() == []


def test_a_path_is_a_model(tmp_path):
    path = tmp_path / "mine.gguf"
    path.write_bytes(GGUF)
    assert find_model(str(path)).name == "mine"
    assert find_model("~/mine.gguf").path == path


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "can't be read: No such file"), (b"PK", "is not a GGUF file")],
)
def test_a_path_that_is_no_model_says_why(tmp_path, content, message):
    path = tmp_path / "mine.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        find_model(str(path))


def test_a_file_is_not_downloaded(tmp_path):
    path = tmp_path / "mine.gguf"
    with pytest.raises(InputError, match=r"mine\.gguf: can't be read: No such file"):
        prepare_model(str(path))
    path.write_bytes(GGUF)
    assert prepare_model(str(path)).path == path
    with pytest.raises(InputError, match=r"`claimcheck models use .*mine\.gguf` makes"):
        models.download_model(str(path))


def test_a_model_in_parts_counts_them_all(tmp_path):
    for number in (1, 2):
        (tmp_path / f"m-0000{number}-of-00002.gguf").write_bytes(GGUF)
    model = find_model(str(tmp_path / "m-00001-of-00002.gguf"))
    assert model.size_bytes() == 2 * len(GGUF)


def test_without_the_extra_a_model_can_not_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    path = tmp_path / "mine.gguf"
    path.write_bytes(GGUF)
    with pytest.raises(SettingsError, match=r"\[local\]"):
        choose_model(str(path))
