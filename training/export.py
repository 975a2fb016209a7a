"""Export a checkpoint as the int8 ONNX model that claimcheck runs.

    python training/export.py CHECKPOINT --out FOLDER --checks OUT/checks.jsonl

FOLDER gets model.onnx, tokenizer.json, and config.json. `--offset` is added to the
logit of entailment, and moves the balance between true and false claims
(calibrate.py). With `--checks`, prints how far int8 is from full precision.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from checks import compute_balanced_accuracy, group_by_source, read_checks, score_check
from onnxruntime.quantization import QuantType, quantize_dynamic
from scorer import OnnxModel
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_LABELS = ("entailment", "neutral", "contradiction")
_MAX_LENGTH = 256  # tokens; training saw no longer pairs


class _Logits(nn.Module):
    """A model with tensors as its inputs and its output, as the exporter wants it."""

    def __init__(self, model: nn.Module, offset: float) -> None:
        super().__init__()
        self.model = model
        bias = model.classifier.bias
        bias.data += torch.tensor([offset, 0.0, 0.0])

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.model(**dict(zip(_INPUTS, tensors, strict=True))).logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--offset", type=float, default=0.0)
    parser.add_argument("--checks", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = options.out / "tokenizer.json"
    shutil.copy(options.checkpoint / "tokenizer.json", tokenizer)
    write_config(options.checkpoint, options.out / "config.json")
    quantized = options.out / "model.onnx"
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "model.onnx"
        export_full(options.checkpoint, full, options.offset)
        quantize(full, quantized)
        print(f"{quantized}: {quantized.stat().st_size:,} bytes")
        if options.checks:
            models = [OnnxModel(path, tokenizer) for path in (full, quantized)]
            compare(models, options.checks)


def export_full(checkpoint: Path, out: Path, offset: float) -> None:
    """Write the model in full precision."""
    model = AutoModelForSequenceClassification.from_pretrained(
        checkpoint, attn_implementation="eager"
    )
    tokens = AutoTokenizer.from_pretrained(checkpoint)(
        ["A premise is here.", "And one more, longer than that."],
        ["A claim.", "Another."],
        padding=True,
        return_tensors="pt",
        return_token_type_ids=True,
    )
    axes = {name: {0: "batch", 1: "length"} for name in _INPUTS}
    torch.onnx.export(
        _Logits(model.eval().float(), offset),
        tuple(tokens[name] for name in _INPUTS),
        str(out),
        input_names=list(_INPUTS),
        output_names=["logits"],
        dynamic_axes={**axes, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def quantize(full: Path, out: Path) -> None:
    """Store weights as 8-bit integers, with one scale for each column.

    The classifier stays in full precision: it is small, and errors in it count most.
    """
    graph = onnx.load(str(full)).graph
    excluded = [
        node.name
        for node in graph.node
        if "classifier" in node.name and node.op_type in ("Gemm", "MatMul")
    ]
    quantize_dynamic(
        str(full),
        str(out),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        nodes_to_exclude=excluded,
    )


def write_config(checkpoint: Path, out: Path) -> None:
    """Write what a reader of the model needs to know: labels and length."""
    source = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    config = {
        "architectures": source["architectures"],
        "model_type": source["model_type"],
        "id2label": {str(index): name for index, name in enumerate(_LABELS)},
        "label2id": {name: index for index, name in enumerate(_LABELS)},
        "max_position_embeddings": _MAX_LENGTH,
        "hidden_size": source["hidden_size"],
        "num_hidden_layers": source["num_hidden_layers"],
        "vocab_size": source["vocab_size"],
    }
    out.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def compare(models: list[OnnxModel], path: Path) -> None:
    """Print the balanced accuracy of the models, and how far apart they are."""
    checks = read_checks(path)
    scores = [
        np.array([score_check(check, model.compute_entailed) for check in checks])
        for model in models
    ]
    differences = np.abs(scores[0] - scores[1])
    print(f"log-odds, full precision against int8: mean {differences.mean():.2f} apart")
    for source, indexes in group_by_source(checks).items():
        labels = [checks[index].supported for index in indexes]
        full, quantized = (
            100 * compute_balanced_accuracy(values[indexes], labels, threshold=0)
            for values in scores
        )
        print(f"{source:15} {len(labels):5}  full {full:5.1f}  int8 {quantized:5.1f}")


if __name__ == "__main__":
    main()
