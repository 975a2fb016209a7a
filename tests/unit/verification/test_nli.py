"""Scores of small cross-encoders that can be worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import onnx
import pytest
from hypothesis import given, strategies as st
from onnx import TensorProto, helper

from claimcheck.errors import InputError
from claimcheck.verification.model_folder import read_model_folder
from claimcheck.verification.nli import CrossEncoder
from claimcheck.verification.scorer import Entailment
from tests.support.cross_encoder import write_cross_encoder

CLAIM = "the ferry is late"


def load(folder):
    return CrossEncoder("test", read_model_folder(folder))


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    return load(write_cross_encoder(tmp_path_factory.mktemp("model")))


def label(result):
    values = {
        "entailed": result.entailed,
        "neutral": result.neutral,
        "contradicted": result.contradicted,
    }
    return max(values, key=values.get)


def test_each_pair_gets_its_result_in_order(scorer):
    premises = ["it agrees", "perhaps", "it denies", "nothing", "it agrees"]
    results = scorer.score([(premise, CLAIM) for premise in premises])
    assert [label(result) for result in results] == [
        "entailed",
        "neutral",
        "contradicted",
        "neutral",
        "entailed",
    ]


def test_no_pairs_have_no_results(scorer):
    assert scorer.score([]) == []


def test_probabilities_are_the_softmax_of_the_logits(scorer):
    (result,) = scorer.score([("it agrees", CLAIM)])
    # softmax of 5, 1, 0
    assert result.entailed == pytest.approx(0.97556, abs=1e-5)
    assert result.neutral == pytest.approx(0.01787, abs=1e-5)
    assert result.contradicted == pytest.approx(0.00657, abs=1e-5)


def test_words_of_the_hypothesis_are_marked_as_such(scorer):
    (result,) = scorer.score([("nothing", "it agrees")])
    assert label(result) == "neutral"


def test_a_model_without_token_types_runs(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", has_types=False)
    (result,) = load(folder).score([("it denies", CLAIM)])
    assert label(result) == "contradicted"


def test_a_model_with_32_bit_inputs_runs(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", number_type=TensorProto.INT32)
    (result,) = load(folder).score([("it denies", CLAIM)])
    assert label(result) == "contradicted"


@pytest.mark.parametrize(
    "labels",
    [
        ("contradiction", "entailment", "neutral"),
        ("NEUTRAL", "CONTRADICTION", "ENTAILMENT"),
    ],
)
def test_the_order_of_the_labels_does_not_matter(tmp_path, scorer, labels):
    meanings = tuple(name.lower() for name in labels)
    folder = write_cross_encoder(tmp_path / "model", labels=labels, meanings=meanings)
    pairs = [("it agrees", CLAIM), ("it denies", CLAIM), ("nothing", CLAIM)]
    for result, expected in zip(
        load(folder).score(pairs), scorer.score(pairs), strict=True
    ):
        assert result.entailed == pytest.approx(expected.entailed)
        assert result.contradicted == pytest.approx(expected.contradicted)


def test_a_two_label_model_knows_no_contradiction(tmp_path):
    folder = write_cross_encoder(
        tmp_path / "model",
        labels=("not_supported", "supported"),
        meanings=("neutral", "entailment"),
    )
    supported, unsupported = load(folder).score([("it agrees", CLAIM), ("no", CLAIM)])
    # sigmoids of 5 - 1 and of 0 - 1
    assert supported.entailed == pytest.approx(0.98201, abs=1e-5)
    assert unsupported.entailed == pytest.approx(0.26894, abs=1e-5)
    assert supported.contradicted == unsupported.contradicted == 0


def test_a_model_with_one_output_gives_log_odds(tmp_path):
    folder = write_cross_encoder(
        tmp_path / "model", labels=("LABEL_0",), meanings=("entailment",)
    )
    supported, unsupported = load(folder).score([("it agrees", CLAIM), ("no", CLAIM)])
    # sigmoids of 5 and of -5
    assert supported.entailed == pytest.approx(0.99331, abs=1e-5)
    assert unsupported.entailed == pytest.approx(0.00669, abs=1e-5)


def test_the_temperature_divides_the_log_odds_of_entailment(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", calibration={"temperature": 5})
    (result,) = load(folder).score([("it agrees", CLAIM)])
    # the sigmoid of (5 - log(e + 1)) / 5; the rest is shared as before, e to 1
    assert result.entailed == pytest.approx(0.67642, abs=1e-5)
    assert result.neutral == pytest.approx(0.23656, abs=1e-5)
    assert result.contradicted == pytest.approx(0.08703, abs=1e-5)


def test_a_temperature_near_0_does_not_overflow(tmp_path):
    folder = write_cross_encoder(tmp_path / "model", calibration={"temperature": 1e-9})
    agreeing, other = load(folder).score([("it agrees", CLAIM), ("word", CLAIM)])
    assert agreeing.entailed == pytest.approx(1)
    assert other.entailed == pytest.approx(0)


FILLER = "word " * 300


@pytest.mark.parametrize(
    ("premise", "expected"),
    [
        ("agrees " + FILLER, "entailed"),
        (FILLER + "agrees", "entailed"),
        (FILLER + "agrees " + FILLER, "entailed"),
        (FILLER + "denies " + FILLER, "contradicted"),
        (FILLER, "neutral"),
    ],
)
def test_a_long_premise_counts_in_all_its_parts(scorer, premise, expected):
    (result,) = scorer.score([(premise, CLAIM)])
    assert label(result) == expected


def test_the_strongest_chunk_counts(scorer):
    single, chunked = scorer.score([("agrees", CLAIM), (FILLER + "agrees", CLAIM)])
    assert chunked.entailed == single.entailed


def test_support_in_one_chunk_limits_contradiction_in_another(scorer):
    (result,) = scorer.score([("agrees " + FILLER + "denies", CLAIM)])
    assert result.entailed == pytest.approx(0.97556, abs=1e-5)
    assert result.contradicted == pytest.approx(0.02444, abs=1e-5)
    assert result.neutral == pytest.approx(0, abs=1e-9)


def test_a_hypothesis_that_leaves_no_room_is_neutral(scorer):
    pairs = [("agrees " * 40, "word " * 40), ("agrees", "word " * 400)]
    assert scorer.score(pairs) == [Entailment(0, 1, 0)] * 2


def test_a_pair_that_just_fits_is_not_cut(scorer):
    # 64 tokens: three special ones, 1, and 60
    (result,) = scorer.score([("agrees", "word " * 60)])
    assert label(result) == "entailed"


words = st.lists(st.sampled_from(["agrees", "denies", "perhaps", "word"]), max_size=200)


@given(premise=words, hypothesis=words)
def test_probabilities_sum_to_1(scorer, premise, hypothesis):
    (result,) = scorer.score([(" ".join(premise), " ".join(hypothesis))])
    values = (result.entailed, result.neutral, result.contradicted)
    assert all(0 <= value <= 1 for value in values)
    assert sum(values) == pytest.approx(1)


def test_a_score_does_not_depend_on_its_neighbors(scorer):
    pairs = [(f"it agrees {'word ' * count}", CLAIM) for count in range(30)]
    together = scorer.score(pairs)
    alone = [scorer.score([pair])[0] for pair in pairs]
    assert together == alone


def test_threads_share_a_scorer(scorer):
    pairs = [(f"it denies {'word ' * count}", CLAIM) for count in range(30)]
    expected = scorer.score(pairs)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(scorer.score, [pairs] * 8)) == [expected] * 8


def test_truncation_and_padding_of_the_tokenizer_file_are_ignored(tmp_path, scorer):
    from tokenizers import Tokenizer

    folder = write_cross_encoder(tmp_path / "model")
    path = str(folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(path)
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=512)
    tokenizer.save(path)
    pairs = [("word " * 30 + "agrees", CLAIM)]
    assert load(folder).score(pairs) == scorer.score(pairs)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08\x12\x00" * 9])
def test_a_damaged_model_is_named(tmp_path, content):
    folder = write_cross_encoder(tmp_path / "model")
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"model\.onnx: can't be loaded: .* again"):
        load(folder)


def test_a_damaged_tokenizer_is_named(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(InputError, match=r"tokenizer\.json: is not a valid tokenizer"):
        load(folder)


def test_a_model_with_more_outputs_than_labels_is_refused(tmp_path):
    folder = write_cross_encoder(
        tmp_path / "model",
        labels=("entailment", "neutral"),
        meanings=("entailment", "neutral", "contradiction"),
    )
    with pytest.raises(InputError, match=r"shape \(1, 3\), but config\.json names 2"):
        load(folder)


def test_a_tokenizer_of_another_model_is_named(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["vocab"]["[UNK]"] = 1000
    path.write_text(json.dumps(tokenizer))
    with pytest.raises(InputError, match="belong together"):
        load(folder)


def test_a_model_that_needs_more_than_tokens_is_refused(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    path = folder / "model.onnx"
    model = onnx.load(path)
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1])
    model.graph.input.append(pixels)
    onnx.save(model, path)
    with pytest.raises(InputError, match=r"has the input pixels \(tensor\(float\)\)"):
        load(folder)


def test_a_model_with_operators_of_a_library_is_refused(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    path = folder / "model.onnx"
    model = onnx.load(path)
    model.graph.node[0].domain = "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    onnx.save(model, path)
    with pytest.raises(InputError, match="can't be loaded"):
        load(folder)


def test_weights_outside_the_folder_are_not_read(tmp_path):
    folder = write_cross_encoder(tmp_path / "model")
    path = folder / "model.onnx"
    (tmp_path / "outside").write_bytes(b"\0" * 84)
    model = onnx.load(path)
    table = next(item for item in model.graph.initializer if item.name == "table")
    table.ClearField("float_data")
    table.data_location = TensorProto.EXTERNAL
    table.external_data.add(key="location", value="../outside")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="can't be loaded"):
        load(folder)


@pytest.mark.parametrize("module", ["onnxruntime", "tokenizers"])
def test_a_missing_package_names_the_extra(tmp_path, monkeypatch, module):
    folder = write_cross_encoder(tmp_path / "model")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=rf"needs {module}; run pip install"):
        load(folder)


def test_importing_claimcheck_does_not_import_the_packages_of_the_extra():
    code = (
        "import sys, claimcheck, claimcheck.cli.main, claimcheck.api.check, "
        "claimcheck.api.verifiers; "
        "print({'onnxruntime', 'tokenizers', 'huggingface_hub'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout == "set()\n"
