"""Train a cross-encoder that tells whether a premise entails a claim.

    python training/train.py PAIRS.jsonl --init BASE --out CHECKPOINT --epochs 2

BASE is a folder of a BERT-like encoder, or a checkpoint of this script to continue.
With `--teacher CHECKPOINT`, the model learns from a larger model's probabilities too.
On a processor, several processes with one thread each are faster than one process
with several threads, above all when other programs run.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

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
_TEACHER_SHARE = 0.5  # of the loss; the rest is the labels'
_REPORT_EVERY = 25  # steps


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
    parser.add_argument("--teacher", help="checkpoint of a larger model")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=1e6, help="maximum time")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="learning rate")
    parser.add_argument("--tokens", type=int, default=2_048, help="per batch")
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--port", type=int, default=29_517)
    parser.add_argument("--save-every", type=float, default=10.0, help="minutes")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@dataclass(slots=True)
class Run:
    """What a process needs for each step; `done` grows from 0 to 1."""

    rank: int
    options: argparse.Namespace
    model: nn.Module
    tokenizer: PreTrainedTokenizerBase
    teacher: nn.Module | None
    optimizer: torch.optim.Optimizer
    started: float = field(default_factory=time.monotonic)
    saved: float = field(default_factory=time.monotonic)
    steps: int = 0
    tokens: int = 0
    done: float = 0.0
    losses: list[float] = field(default_factory=list)


def train(rank: int, options: argparse.Namespace) -> None:
    """Train one of several copies of the model, which average their gradients."""
    if options.processes > 1:
        torch.set_num_threads(1)
        dist.init_process_group("gloo", rank=rank, world_size=options.processes)
    torch.manual_seed(options.seed)
    tokenizer = AutoTokenizer.from_pretrained(options.init)
    model = load_model(options.init).to(options.device)
    teacher = None
    if options.teacher:
        teacher = load_model(options.teacher).to(options.device).eval()
    examples = encode_pairs(read_pairs(options.pairs), tokenizer, options.max_length)
    run = Run(rank, options, model, tokenizer, teacher, make_optimizer(model, options))
    report(run, f"{len(examples)} pairs, {sum(len(e.ids) for e in examples)} tokens")
    rng = random.Random(options.seed)
    for epoch in range(math.ceil(options.epochs)):
        batches = make_batches(examples, options.tokens, rng)
        train_epoch(run, epoch, batches)
    save(run)
    report(run, f"saved {options.out} after {run.steps} steps")


def train_epoch(run: Run, epoch: int, batches: list[list[Example]]) -> None:
    """Train on every batch, or until the epochs or the minutes are over."""
    options = run.options
    # Every process takes the same number of batches, or the others would wait forever.
    turns = len(batches) // options.processes
    for turn in range(turns):
        elapsed = (time.monotonic() - run.started) / (60 * options.minutes)
        run.done = agree(max((epoch + turn / turns) / options.epochs, elapsed), options)
        if run.done >= 1:
            return
        set_rate(run.optimizer, options.rate, run.steps, run.done)
        train_batch(run, batches[turn * options.processes + run.rank])
        if run.steps % _REPORT_EVERY == 0:
            seconds = time.monotonic() - run.started
            report(
                run,
                f"{seconds:6.0f} s  epoch {epoch + turn / turns:.2f}"
                f"  loss {fmean(run.losses[-_REPORT_EVERY:]):.3f}"
                f"  {run.tokens / seconds:.0f} tokens/s",
            )
        if time.monotonic() - run.saved > 60 * options.save_every:
            run.saved = time.monotonic()
            save(run)


def train_batch(run: Run, batch: Sequence[Example]) -> None:
    """Take one step."""
    options = run.options
    inputs = stack_examples(batch, run.tokenizer.pad_token_id, options.device)
    with autocast(options.device):
        logits = run.model(**inputs).logits.float()
    loss = compute_loss(logits, batch)
    if run.teacher:
        loss = mix_teacher(loss, logits, run.teacher, inputs)
    loss.backward()
    average_gradients(run.model, options)
    nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
    run.optimizer.step()
    run.optimizer.zero_grad(set_to_none=True)
    run.steps += 1
    run.tokens += inputs["input_ids"].numel() * options.processes
    run.losses.append(loss.item())


def load_model(folder: str) -> nn.Module:
    """Load an encoder with three labels; the head is new unless it was trained."""
    names = ("entailment", "neutral", "contradiction")
    config = AutoConfig.from_pretrained(
        folder,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: index for index, name in enumerate(names)},
        # The models are small for the task: they underfit, and dropout slows them.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = AutoModelForSequenceClassification.from_pretrained(folder, config=config)
    # Word vectors are most of the parameters and change least.
    model.base_model.embeddings.requires_grad_(False)
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
    """Return the weighted cross-entropy.

    The probability of "not entailed" is that of neutral or contradicted.
    """
    labels = torch.tensor([example.label for example in batch], device=logits.device)
    weights = torch.tensor([example.weight for example in batch], device=logits.device)
    log_probabilities = torch.log_softmax(logits, -1)
    not_entailed = torch.logsumexp(log_probabilities[:, 1:], -1, keepdim=True)
    each = torch.cat([log_probabilities, not_entailed], -1)
    assert each.shape[1] == NOT_ENTAILED + 1
    losses = -each.gather(1, labels[:, None])[:, 0]
    return (losses * weights).sum() / weights.sum()


def mix_teacher(
    loss: Tensor, logits: Tensor, teacher: nn.Module, inputs: dict[str, Tensor]
) -> Tensor:
    """Mix the loss with the distance from a teacher's probabilities."""
    with torch.no_grad(), autocast(logits.device.type):
        target = teacher(**inputs).logits.float().softmax(-1)
    distance = nn.functional.kl_div(
        logits.log_softmax(-1), target, reduction="batchmean"
    )
    return _TEACHER_SHARE * distance + (1 - _TEACHER_SHARE) * loss


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
