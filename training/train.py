"""Train a cross-encoder that tells whether a premise entails a claim.

    python training/train.py PAIRS.jsonl PAIRS.jsonl --init BASE --out CHECKPOINT

Passes over each file of pairs in turn; a file that is given twice is seen twice. BASE
is a folder of a BERT-like encoder, or a checkpoint of this script to continue. Where
pairs have a teacher's probabilities (label.py), the model learns from these too.
On a processor, several processes with one thread each are faster than one process
with several threads, above all when other programs run.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.distributed as dist
from batches import (
    NOT_ENTAILED,
    Example,
    encode_pairs,
    make_batches,
    stack_examples,
)
from pairs import read_pairs
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedTokenizerBase,
)

_WARM_UP_STEPS = 100
_FINAL_RATE = 0.02  # share of the learning rate at the end
_TEACHER_SHARE = 0.8  # of the loss; the rest is the labels'


def main() -> None:
    options = parse_options()
    if options.processes == 1:
        train(0, options)
        return
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(options.port))
    torch.multiprocessing.spawn(train, (options,), options.processes)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", type=Path)
    parser.add_argument("--init", required=True, help="base model, or a checkpoint")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--minutes", type=float, default=1e6, help="maximum time")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="learning rate")
    parser.add_argument("--tokens", type=int, default=2_048, help="per batch")
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--freeze", type=int, default=0, help="lowest layers")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--port", type=int, default=29_517)
    parser.add_argument("--save-every", type=float, default=10.0, help="minutes")
    parser.add_argument("--report-every", type=int, default=25, help="steps")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@dataclass(slots=True)
class Run:
    """What a process needs for each step; `done` grows from 0 to 1."""

    rank: int
    options: argparse.Namespace
    model: nn.Module
    tokenizer: PreTrainedTokenizerBase
    optimizer: torch.optim.Optimizer
    started: float = field(default_factory=time.monotonic)
    saved: float = field(default_factory=time.monotonic)
    steps: int = 0
    tokens: int = 0
    done: float = 0.0
    losses: list[Tensor] = field(default_factory=list)


def train(rank: int, options: argparse.Namespace) -> None:
    """Train one of several copies of the model, which average their gradients."""
    if options.processes > 1:
        torch.set_num_threads(1)
        dist.init_process_group("gloo", rank=rank, world_size=options.processes)
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    tokenizer = AutoTokenizer.from_pretrained(options.init)
    model = load_model(options.init, options.dropout, options.freeze)
    model = model.to(options.device)
    run = Run(rank, options, model, tokenizer, make_optimizer(model, options))
    rng = random.Random(options.seed)
    encoded: dict[Path, list[Example]] = {}
    batches = []
    for path in options.pairs:
        if path not in encoded:
            pairs = read_pairs([path])
            encoded[path] = encode_pairs(pairs, tokenizer, options.max_length)
            tokens = sum(len(example.ids) for example in encoded[path])
            report(run, f"{path}: {len(pairs)} pairs, {tokens} tokens")
        batches += make_batches(encoded[path], options.tokens, rng)
    run.started = time.monotonic()
    train_batches(run, batches)
    save(run)
    report(run, f"saved {options.out} after {run.steps} steps")


def train_batches(run: Run, batches: list[list[Example]]) -> None:
    """Train on every batch, or until the minutes are over."""
    options = run.options
    # Every process takes the same number of batches, or the others would wait forever.
    turns = len(batches) // options.processes
    for turn in range(turns):
        elapsed = (time.monotonic() - run.started) / (60 * options.minutes)
        run.done = agree(max(turn / turns, elapsed), options)
        if run.done >= 1:
            return
        set_rate(run.optimizer, options.rate, run.steps, run.done)
        train_batch(run, batches[turn * options.processes + run.rank])
        if run.steps % options.report_every == 0:
            seconds = time.monotonic() - run.started
            recent = torch.stack(run.losses).mean().item()
            run.losses.clear()
            report(
                run,
                f"{seconds:6.0f} s  {turn / turns:4.0%} of the batches"
                f"  loss {recent:.3f}  {run.tokens / seconds:.0f} tokens/s",
            )
        if time.monotonic() - run.saved > 60 * options.save_every:
            run.saved = time.monotonic()
            save(run)


def train_batch(run: Run, batch: Sequence[Example]) -> None:
    """Take one step."""
    options = run.options
    inputs = stack_examples(batch, run.model, options.device)
    with autocast(options.device):
        logits = run.model(**inputs).logits.float()
    loss = compute_loss(logits, batch)
    loss.backward()
    average_gradients(run.model, options)
    nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
    run.optimizer.step()
    run.optimizer.zero_grad(set_to_none=True)
    run.steps += 1
    run.tokens += inputs["input_ids"].numel() * options.processes
    run.losses.append(loss.detach())


def load_model(folder: str, dropout: float = 0.0, freeze: int = 0) -> nn.Module:
    """Load an encoder with three labels; the head is new unless it was trained."""
    names = ("entailment", "neutral", "contradiction")
    config = AutoConfig.from_pretrained(
        folder,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: index for index, name in enumerate(names)},
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    model = AutoModelForSequenceClassification.from_pretrained(folder, config=config)
    # Word vectors are most of the parameters and change least.
    model.base_model.embeddings.requires_grad_(False)
    model.base_model.encoder.layer[:freeze].requires_grad_(False)
    return model.train()


def make_optimizer(
    model: nn.Module, options: argparse.Namespace
) -> torch.optim.Optimizer:
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=options.rate, fused=True)


def set_rate(
    optimizer: torch.optim.Optimizer, rate: float, step: int, progress: float
) -> None:
    """Raise the learning rate over the first steps, then lower it steadily."""
    warm_up = min(1.0, (step + 1) / _WARM_UP_STEPS)
    for group in optimizer.param_groups:
        group["lr"] = rate * warm_up * max(_FINAL_RATE, 1 - progress)


def compute_loss(logits: Tensor, batch: Sequence[Example]) -> Tensor:
    """Return the weighted distance from the labels and the teacher's probabilities.

    The probability of "not entailed" is that of neutral or contradicted.
    """
    device = logits.device
    labels = torch.tensor([example.label for example in batch], device=device)
    weights = torch.tensor([example.weight for example in batch], device=device)
    log_probabilities = torch.log_softmax(logits, -1)
    not_entailed = torch.logsumexp(log_probabilities[:, 1:], -1, keepdim=True)
    each = torch.cat([log_probabilities, not_entailed], -1)
    assert each.shape[1] == NOT_ENTAILED + 1
    losses = -each.gather(1, labels[:, None])[:, 0]
    if any(example.teacher for example in batch):
        teachers = [example.teacher or (0.0, 0.0, 0.0) for example in batch]
        target = torch.tensor(teachers, device=device)
        share = _TEACHER_SHARE * target.sum(-1)  # none of the pairs without a teacher
        losses = (1 - share) * losses - _TEACHER_SHARE * (
            target * log_probabilities
        ).sum(-1)
    return (losses * weights).sum() / weights.sum()


def average_gradients(model: nn.Module, options: argparse.Namespace) -> None:
    if options.processes == 1:
        return
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= options.processes
    start = 0
    for gradient in gradients:
        part = flat[start : start + gradient.numel()]
        gradient.copy_(part.view_as(gradient))
        start += gradient.numel()


def agree(progress: float, options: argparse.Namespace) -> float:
    """Return the largest progress of all processes, so that they stop together."""
    if options.processes == 1:
        return progress
    value = torch.tensor(progress)
    dist.all_reduce(value, dist.ReduceOp.MAX)
    return float(value)


def autocast(device: str) -> AbstractContextManager[None]:
    return torch.autocast(device, dtype=torch.bfloat16)


def save(run: Run) -> None:
    if run.rank == 0:
        run.options.out.mkdir(parents=True, exist_ok=True)
        run.model.save_pretrained(run.options.out)
        run.tokenizer.save_pretrained(run.options.out)


def report(run: Run, message: str) -> None:
    if run.rank == 0:
        print(message, flush=True)


if __name__ == "__main__":
    main()
