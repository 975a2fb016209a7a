"""Builds cross-encoders of a few hundred bytes with predictable scores.

Each word has a logit for every label, and a pair has the largest logits of its words.
With the default labels, a premise with "agrees" entails the hypothesis, one with
"denies" contradicts it, and any other is neutral. Words of the hypothesis do not count.
"""

from __future__ import annotations

import json

import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "agrees", "perhaps", "denies")
NLI_LABELS = ("entailment", "neutral", "contradiction")
# The logits of "agrees", "perhaps", "denies", and of every other word, by outcome.
_STRENGTH = 5.0
_OUTCOME_OF_WORD = {"agrees": "entailment", "denies": "contradiction"}


def write_cross_encoder(
    folder,
    *,
    labels=NLI_LABELS,
    meanings=None,
    max_tokens=64,
    calibration=None,
    onnx_name="model.onnx",
    number_type=TensorProto.INT64,
    has_types=True,
    config=None,
):
    """Write a model folder and return it.

    `meanings` says which of `NLI_LABELS` each output is, if `labels` do not. Without
    `has_types` the model has no token_type_ids, and words of the hypothesis count.
    """
    meanings = meanings or labels
    path = folder / onnx_name
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_build_model(meanings, number_type, has_types), path)
    build_tokenizer().save(str(folder / "tokenizer.json"))
    config = config or {
        "model_type": "bert",
        "max_position_embeddings": max_tokens,
        "id2label": {str(index): label for index, label in enumerate(labels)},
    }
    (folder / "config.json").write_text(json.dumps(config))
    if calibration is not None:
        (folder / "calibration.json").write_text(json.dumps(calibration))
    return folder


def build_tokenizer():
    """Build a tokenizer of whole words."""
    tokenizer = Tokenizer(
        WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[
            ("[CLS]", WORDS.index("[CLS]")),
            ("[SEP]", WORDS.index("[SEP]")),
        ],
    )
    return tokenizer


def _build_model(meanings, number_type, has_types):
    table = []
    for word in WORDS:
        outcome = _OUTCOME_OF_WORD.get(word)
        table += [_STRENGTH if outcome == meaning else 0.0 for meaning in meanings]
    # Other words are neutral or, for a model with one output, not entailed.
    start = [
        1.0 if meaning not in _OUTCOME_OF_WORD.values() else 0.0 for meaning in meanings
    ]
    if len(meanings) == 1:
        table = [_STRENGTH * 2 if word == "agrees" else 0.0 for word in WORDS]
        start = [-_STRENGTH]
    outputs = len(meanings)
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if has_types else [])]
    inputs = [
        helper.make_tensor_value_info(name, number_type, ["batch", "length"])
        for name in names
    ]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
    ]
    counted = "mask"
    if has_types:
        nodes += [
            helper.make_node(
                "Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT
            ),
            helper.make_node("Sub", ["mask", "types"], ["premise"]),
        ]
        counted = "premise"
    nodes += [
        helper.make_node("Unsqueeze", [counted, "last"], ["counted"]),
        helper.make_node("Mul", ["words", "counted"], ["evidence"]),
        helper.make_node(
            "ReduceMax", ["evidence"], ["strongest"], axes=[1], keepdims=0
        ),
        helper.make_node("Add", ["strongest", "start"], ["logits"]),
    ]
    tensors = [
        helper.make_tensor("table", TensorProto.FLOAT, [len(WORDS), outputs], table),
        helper.make_tensor("start", TensorProto.FLOAT, [outputs], start),
        helper.make_tensor("last", TensorProto.INT64, [1], [2]),
    ]
    logits = helper.make_tensor_value_info(
        "logits", TensorProto.FLOAT, ["batch", outputs]
    )
    graph = helper.make_graph(nodes, "cross-encoder", inputs, [logits], tensors)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)
