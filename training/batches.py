"""Batches: pairs as tokens, of similar length, as tensors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature

import torch
from pairs import LABELS, Pair
from torch import nn
from transformers import PreTrainedTokenizerBase

NOT_ENTAILED = LABELS.index("x")
# Pairs are sorted by length within such blocks, so that batches need little padding.
_BLOCK = 2_048


@dataclass(frozen=True, slots=True)
class Example:
    """The tokens of a pair."""

    ids: list[int]
    types: list[int]
    label: int
    weight: float
    teacher: Sequence[float] = ()


def encode_pairs(
    pairs: Sequence[Pair], tokenizer: PreTrainedTokenizerBase, max_length: int
) -> list[Example]:
    """Tokenize pairs; a premise that is too long loses its end."""
    encoded = tokenizer(
        [pair.premise for pair in pairs],
        [pair.claim for pair in pairs],
        truncation="longest_first",
        max_length=max_length,
        return_token_type_ids=True,
    )
    return [
        Example(ids, types, LABELS.index(pair.label), pair.weight, pair.teacher)
        for ids, types, pair in zip(
            encoded["input_ids"], encoded["token_type_ids"], pairs, strict=True
        )
    ]


def make_batches(
    examples: Sequence[Example], max_tokens: int, rng: random.Random | None
) -> list[list[Example]]:
    """Divide examples into batches of similar length; shuffled, given `rng`."""
    examples = list(examples)
    if rng:
        rng.shuffle(examples)
    batches: list[list[Example]] = []
    for start in range(0, len(examples), _BLOCK):
        block = sorted(examples[start : start + _BLOCK], key=lambda e: len(e.ids))
        batch: list[Example] = []
        for example in block:
            if batch and (len(batch) + 1) * len(example.ids) > max_tokens:
                batches.append(batch)
                batch = []
            batch.append(example)
        batches.append(batch)
    if rng:
        rng.shuffle(batches)
    return batches


def stack_examples(
    batch: Sequence[Example], model: nn.Module, device: str
) -> dict[str, torch.Tensor]:
    """Return a batch as padded tensors, as far as the model takes them."""
    accepted = signature(model.forward).parameters
    padding_id = model.config.pad_token_id
    length = max(len(example.ids) for example in batch)
    rows: dict[str, list[list[int]]] = {
        "input_ids": [],
        "attention_mask": [],
        "token_type_ids": [],
    }
    for example in batch:
        padding = length - len(example.ids)
        rows["input_ids"].append(example.ids + [padding_id] * padding)
        rows["attention_mask"].append([1] * len(example.ids) + [0] * padding)
        rows["token_type_ids"].append(example.types + [0] * padding)
    return {
        name: torch.tensor(values).to(device, non_blocking=True)
        for name, values in rows.items()
        if name in accepted
    }
