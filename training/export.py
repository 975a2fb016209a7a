"""Export a checkpoint as the small ONNX model that claimcheck runs.

    python training/export.py CHECKPOINT --out FOLDER --checks OUT/checks.jsonl

FOLDER gets model.onnx, tokenizer.json, and config.json. `--bits` is the size of the
weights: 8, or 4 for half of that. `--offset` is added to the logit of entailment, and
moves the balance between true and false claims (calibrate.py). With `--checks`, prints
how far the small model is from full precision.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from checks import compute_balanced_accuracy, group_by_source, read_checks, score_check
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from scorer import OnnxModel
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

_LABELS = ("entailment", "neutral", "contradiction")
_BLOCK_SIZE = 32  # weights that share a scale, at 4 bits
_MAX_LENGTH = 256  # tokens; training saw no longer pairs


class _Logits(nn.Module):
    """A model with tensors as its inputs and its output, as the exporter wants it."""

    def __init__(self, model: nn.Module, inputs: Sequence[str], offset: float) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs
        self.register_buffer("offset", torch.tensor([offset, 0.0, 0.0]))

    def forward(self, *tensors: Tensor) -> Tensor:
        inputs = dict(zip(self.inputs, tensors, strict=True))
        return self.model(**inputs).logits + self.offset


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--offset", type=float, default=0.0)
    parser.add_argument("--bits", type=int, choices=(4, 8), default=8)
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
        quantize(full, quantized, options.bits)
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
    )
    inputs = list(tokens)
    axes = {name: {0: "batch", 1: "length"} for name in inputs}
    torch.onnx.export(
        _Logits(model.eval().float(), inputs, offset),
        tuple(tokens.values()),
        str(out),
        input_names=inputs,
        output_names=["logits"],
        dynamic_axes={**axes, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def quantize(full: Path, out: Path, bits: int) -> None:
    """Store weights as integers of 8 or 4 bits, and word vectors as 8 bits.

    The classifier stays in full precision: it is small, and errors in it count most.
    """
    model = onnx.load(str(full))
    excluded = [
        node.name
        for node in model.graph.node
        if "classifier" in node.name and node.op_type in ("Gemm", "MatMul")
    ]
    operations = ["Gather"]
    if bits == 4:
        quantizer = MatMulNBitsQuantizer(
            model,
            block_size=_BLOCK_SIZE,
            is_symmetric=True,
            accuracy_level=4,  # the activations as 8 bits
            nodes_to_exclude=excluded,
        )
        quantizer.process()
        onnx.save(quantizer.model.model, str(full))
    else:
        operations += ["MatMul", "Gemm"]
    quantize_dynamic(
        str(full),
        str(out),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=operations,
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
    print(
        f"log-odds, full precision against small: mean {differences.mean():.2f} apart"
    )
    for source, indexes in group_by_source(checks).items():
        labels = [checks[index].supported for index in indexes]
        full, quantized = (
            100 * compute_balanced_accuracy(values[indexes], labels, threshold=0)
            for values in scores
        )
        print(f"{source:15} {len(labels):5}  full {full:5.1f}  small {quantized:5.1f}")


if __name__ == "__main__":
    main()
