"""A trained checkpoint: the probabilities that it gives to pairs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from batches import encode_pairs, make_batches, stack_examples
from pairs import Pair
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

_MAX_LENGTH = 256  # tokens


class Checkpoint:
    """A folder that train.py wrote, ready to use."""

    def __init__(self, folder: str, device: str = "cpu") -> None:
        self._device = device
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForSequenceClassification.from_pretrained(folder)
        self._model = model.to(device).eval()

    def compute_probabilities(self, pairs: Sequence[Pair], tokens: int) -> Tensor:
        """Return (pairs, 3): entailed, neutral, contradicted.

        `tokens` is the size of a batch.
        """
        examples = encode_pairs(pairs, self._tokenizer, _MAX_LENGTH)
        positions = {id(example): index for index, example in enumerate(examples)}
        probabilities = torch.empty(len(examples), 3)
        for batch in make_batches(examples, tokens, None):
            inputs = stack_examples(batch, self._model, self._device)
            with torch.no_grad(), torch.autocast(self._device, dtype=torch.bfloat16):
                logits = self._model(**inputs).logits.float()
            rows = [positions[id(example)] for example in batch]
            probabilities[rows] = logits.softmax(-1).cpu()
        return probabilities
