"""Run an exported model on pairs, one at a time, as claimcheck does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


class OnnxModel:
    """A cross-encoder in ONNX."""

    def __init__(self, model: Path, tokenizer: Path, max_length: int = 256) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [item.name for item in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(max_length)
        self._tokenizer.no_padding()
        self._known: dict[tuple[str, str], np.ndarray] = {}

    def compute_logits(self, premise: str, claim: str) -> np.ndarray:
        """Return the logits of entailment, neutral, and contradiction."""
        if (premise, claim) not in self._known:
            encoding = self._tokenizer.encode(premise, claim)
            inputs = {
                "input_ids": np.array([encoding.ids], np.int64),
                "attention_mask": np.array([encoding.attention_mask], np.int64),
                "token_type_ids": np.array([encoding.type_ids], np.int64),
            }
            used = {name: inputs[name] for name in self._inputs}
            (logits,) = self._session.run(["logits"], used)
            self._known[premise, claim] = logits[0].astype(np.float64)
        return self._known[premise, claim]

    def compute_entailed(self, premise: str, claim: str) -> float:
        """Return the log-odds of "entailed"."""
        return compute_log_odds(self.compute_logits(premise, claim))


def compute_log_odds(logits: Sequence[float] | np.ndarray) -> float:
    """Return the log-odds of the first of three labels."""
    return float(logits[0] - np.logaddexp(logits[1], logits[2]))
