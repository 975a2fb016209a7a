"""What a model folder says, and what is wrong with one."""

from __future__ import annotations

import json

import pytest

from claimcheck.errors import InputError
from claimcheck.verification.model_folder import OutputMeaning, read_model_folder
from claimcheck.verification.scorer import Calibration
from tests.support.cross_encoder import write_cross_encoder

E, N, C = OutputMeaning.ENTAILED, OutputMeaning.NEUTRAL, OutputMeaning.CONTRADICTED


@pytest.mark.parametrize(
    ("labels", "outcomes"),
    [
        (["entailment", "neutral", "contradiction"], (E, N, C)),
        (["CONTRADICTION", "ENTAILMENT", "NEUTRAL"], (C, E, N)),
        (["REFUTES", "NOT ENOUGH INFO", "SUPPORTS"], (C, N, E)),
        (["entailment", "not_entailment"], (E, N)),
        (["unsupported", "supported"], (N, E)),
        (["hallucinated", "consistent"], (N, E)),
        (["LABEL_0"], (E,)),
    ],
)
def test_labels_decide_what_outputs_mean(tmp_path, labels, outcomes):
    folder = write_cross_encoder(tmp_path / "model", labels=labels)
    assert read_model_folder(folder).outcomes == outcomes


@pytest.mark.parametrize(
    "labels",
    [["LABEL_0", "LABEL_1"], ["positive", "negative"], ["neutral", "contradiction"]],
)
def test_labels_that_say_nothing_are_refused(tmp_path, labels):
    folder = write_cross_encoder(tmp_path / "model", labels=labels)
    expected = rf"config\.json: the labels {labels[0]}, {labels[1]} do not say"
    with pytest.raises(InputError, match=expected) as caught:
        read_model_folder(folder)
    assert "set id2label to names such as entailment" in str(caught.value)


def test_label2id_is_enough(tmp_path):
    config = {"label2id": {"contradiction": 1, "entailment": 0}}
    folder = write_cross_encoder(tmp_path / "model", config=config)
    assert read_model_folder(folder).labels == ("entailment", "contradiction")


def test_a_configuration_without_labels_is_refused(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", config={"model_type": "bert"})
    with pytest.raises(InputError, match="has no id2label"):
        read_model_folder(folder)


def test_a_gap_in_the_labels_is_refused(tmp_path):
    config = {"id2label": {"0": "entailment", "2": "neutral"}}
    folder = write_cross_encoder(tmp_path / "model", config=config)
    with pytest.raises(InputError, match="must number the outputs from 0 to 1"):
        read_model_folder(folder)


@pytest.mark.parametrize(
    "name",
    [
        "model.onnx",
        "onnx/model.onnx",
        "model_quantized.onnx",
        "onnx/model_quantized.onnx",
        "other.onnx",
    ],
)
def test_the_onnx_file_is_found(tmp_path, name):
    folder = write_cross_encoder(tmp_path / "model", onnx_name=name)
    assert read_model_folder(folder).onnx == folder / name


def test_an_onnx_file_is_read_with_the_files_beside_it(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", onnx_name="onnx/model.onnx")
    model = read_model_folder(folder / "onnx" / "model.onnx")
    assert model.tokenizer == folder / "tokenizer.json"


def test_full_precision_is_preferred(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", onnx_name="onnx/model.onnx")
    write_cross_encoder(folder, onnx_name="model_quantized.onnx")
    assert read_model_folder(folder).onnx == folder / "onnx" / "model.onnx"


def test_several_unknown_onnx_files_are_listed(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", onnx_name="a.onnx")
    write_cross_encoder(folder, onnx_name="b.onnx")
    with pytest.raises(InputError, match=r"\(a\.onnx, b\.onnx\); name one of them"):
        read_model_folder(folder)


def test_a_folder_without_onnx_says_how_to_export(tmp_path):
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(InputError, match="optimum-cli export onnx"):
        read_model_folder(tmp_path)


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_cross_encoder(tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: does not exist; copy it"):
        read_model_folder(folder)


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"])
def test_a_damaged_configuration_is_named(tmp_path, content):
    folder = write_cross_encoder(tmp_path / "model")
    (folder / "config.json").write_text(content, errors="surrogateescape")
    with pytest.raises(InputError, match=r"config\.json: is not"):
        read_model_folder(folder)


@pytest.mark.parametrize(
    ("config", "tokenizer_config", "expected"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, {}, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514}, {}, 512),
        ({"max_position_embeddings": 8192}, {"model_max_length": 2048}, 2048),
        ({"max_position_embeddings": 512}, {"model_max_length": 10**30}, 512),
        ({}, {}, 512),
    ],
)
def test_the_maximum_length_is_the_smaller_limit(
    tmp_path, config, tokenizer_config, expected
):
    labels = {"id2label": {"0": "entailment", "1": "neutral"}}
    folder = write_cross_encoder(tmp_path / "model", config=config | labels)
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config))
    assert read_model_folder(folder).max_tokens == expected


def test_a_calibration_is_read(tmp_path):
    calibration = {
        "supported_from": 0.83,
        "supported_reliability": 0.9,
        "refuted_reliability": None,
        "languages": ["en", "de"],
        "figures": {"FM2": {"balanced accuracy": 72.0}},
    }
    folder = write_cross_encoder(tmp_path / "model", calibration=calibration)
    model = read_model_folder(folder)
    assert model.calibration == Calibration(0.83, 0.9, None, ("en", "de"))
    assert model.figures == {"FM2": {"balanced accuracy": 72.0}}


def test_nobody_measured_a_model_without_a_calibration(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    assert read_model_folder(folder).calibration == Calibration(
        0.7, None, None, ("en",)
    )


@pytest.mark.parametrize(
    ("calibration", "problem"),
    [
        ({"supported_from": 83}, "supported_from is 83; give a number from 0 to 1"),
        ({"supported_reliability": "high"}, "supported_reliability is 'high'"),
        ({"temperature": 0}, "temperature is 0; give a number above 0"),
    ],
)
def test_a_calibration_out_of_range_is_refused(tmp_path, calibration, problem):
    folder = write_cross_encoder(tmp_path / "model", calibration=calibration)
    with pytest.raises(InputError, match=rf"calibration\.json: {problem}"):
        read_model_folder(folder)


def test_each_file_that_decides_a_score_changes_the_digest(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", calibration={"temperature": 1})
    digests = {read_model_folder(folder).compute_digest()}
    for name in ("calibration.json", "config.json", "tokenizer.json", "model.onnx"):
        path = folder / name
        path.write_bytes(path.read_bytes() + b"\n")
        digests.add(read_model_folder(folder).compute_digest())
    assert len(digests) == 5


def test_a_copy_of_a_folder_has_the_same_digest(tmp_path):
    first = write_cross_encoder(tmp_path / "first")
    second = write_cross_encoder(tmp_path / "second")
    digest = read_model_folder(first).compute_digest()
    assert read_model_folder(second).compute_digest() == digest
