"""Cross-encoders for natural language inference, as ONNX.

A cross-encoder reads a premise and a hypothesis together and says whether one follows
from the other. Any sequence-classification model will do whose labels say what they
mean; `model_folder.py` reads them.

Pairs are scored one at a time. A batch is hardly faster on a CPU, and in int8 models,
which scale each tensor by its largest value, a score would depend on its neighbors. For
the same reason each run uses one thread; several pairs run at once instead.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.verification.model_folder import ModelFolder, OutputMeaning
from claimcheck.verification.scorer import Calibration, Entailment

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The inputs that a sequence-classification model may have.
_INPUT_IDS, _MASK, _TYPES = "input_ids", "attention_mask", "token_type_ids"
_INPUT_TYPES: dict[str, type[np.signedinteger[Any]]] = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
# More cores gain little for the few pairs of a claim. Chosen by hand.
_MAX_THREADS = 4
# A hypothesis is never cut. One that leaves less than half of the model's length to
# the premise gets no answer. Chosen by hand.
_MIN_PREMISE_SHARE = 0.5
# Chunks of a long premise overlap, so that a fact at a boundary is whole in one.
_OVERLAP_SHARE = 0.25
_MAX_LOG_ODDS = 500.0
_NEUTRAL = Entailment(entailed=0.0, neutral=1.0, contradicted=0.0)


@dataclass(frozen=True, slots=True)
class _Input:
    """The tokens of a premise, or a chunk of it, and its hypothesis."""

    ids: list[int]
    types: list[int]


class CrossEncoder:
    """An `EntailmentScorer` that runs a cross-encoder; threads may share it.

    The score of a pair does not depend on the other pairs, and is the same on every
    run of a machine.

    Raises:
        InputError: onnxruntime or tokenizers is not installed, or a file is damaged or
            does not fit the others; the message says which, and what to do.
    """

    def __init__(self, name: str, model: ModelFolder) -> None:
        self._name = name
        self._model = model
        self._tokenizer = _load_tokenizer(model.tokenizer)
        self._session = _open_session(model.onnx)
        self._input_types = _read_input_types(self._session, model.onnx)
        self._output = self._session.get_outputs()[0].name
        # A model that does not fit its files must fail here, not in the middle of a
        # check.
        self.score([("a", "a")])

    @property
    def name(self) -> str:
        """The name of the model and its revision."""
        return self._name

    @property
    def calibration(self) -> Calibration:
        """When to believe the scores."""
        return self._model.calibration

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """Return one result for each (premise, hypothesis), in order.

        Pairs that exceed the model's maximum length are scored in chunks of the
        premise. If the hypothesis leaves less than half of the length to them, the pair
        is neutral: the model can't judge it.
        """
        distinct = list(dict.fromkeys(pairs))
        # A pool for each call: threads would not survive a fork of the process.
        threads = min(_MAX_THREADS, os.cpu_count() or 1, len(distinct))
        if threads > 1:
            with ThreadPoolExecutor(threads) as pool:
                results = list(pool.map(self._score_pair, distinct))
        else:
            results = [self._score_pair(pair) for pair in distinct]
        by_pair = dict(zip(distinct, results, strict=True))
        return [by_pair[pair] for pair in pairs]

    def _score_pair(self, pair: tuple[str, str]) -> Entailment:
        premise, hypothesis = pair
        inputs = self._encode(premise, hypothesis)
        return _combine_chunks([self._run(item) for item in inputs])

    def _encode(self, premise: str, hypothesis: str) -> list[_Input]:
        """Return each chunk's tokens; none if the hypothesis is too long."""
        encoding = self._tokenizer.encode(premise, hypothesis)
        ids, types = encoding.ids, encoding.type_ids
        if len(ids) <= self._model.max_tokens:
            return [_Input(ids, types)]
        is_premise = [sequence == 0 for sequence in encoding.sequence_ids]
        premise_length = sum(is_premise)
        room = self._model.max_tokens - (len(ids) - premise_length)
        if room < _MIN_PREMISE_SHARE * self._model.max_tokens:
            return []
        start = is_premise.index(True)
        end = start + premise_length
        inputs = []
        for first in _list_chunk_starts(premise_length, room):
            chunk = slice(start + first, start + first + room)
            inputs.append(
                _Input(
                    ids[:start] + ids[chunk] + ids[end:],
                    types[:start] + types[chunk] + types[end:],
                )
            )
        return inputs

    def _run(self, item: _Input) -> Entailment:
        values = {
            _INPUT_IDS: item.ids,
            _MASK: [1] * len(item.ids),
            _TYPES: item.types,
        }
        feed = {
            name: np.array([values[name]], dtype)
            for name, dtype in self._input_types.items()
        }
        try:
            (logits,) = self._session.run([self._output], feed)
        except _list_runtime_errors() as error:
            raise InputError(
                f"{self._model.onnx}: can't be run; do the model and "
                f"{self._model.tokenizer.name} belong together? {_first_line(error)}"
            ) from None
        outputs = len(self._model.outcomes)
        if logits.shape != (1, outputs):
            raise InputError(
                f"{self._model.onnx}: its output has the shape {logits.shape}, but "
                f"{self._model.config.name} names {outputs} labels; export the model "
                "for sequence classification"
            )
        return self._interpret(logits[0].astype(np.float64))

    def _interpret(self, logits: NDArray[np.float64]) -> Entailment:
        outcomes: Sequence[OutputMeaning] = self._model.outcomes
        if len(outcomes) == 1:
            # The log-odds of "entailed": the same as a second logit of 0.
            logits = np.array([logits[0], 0.0])
            outcomes = (OutputMeaning.ENTAILED, OutputMeaning.NEUTRAL)
        entailed_index = outcomes.index(OutputMeaning.ENTAILED)
        rest = np.delete(logits, entailed_index)
        powers = np.exp(rest - rest.max())
        log_odds = logits[entailed_index] - rest.max() - math.log(powers.sum())
        entailed = _compute_sigmoid(log_odds / self._model.temperature)
        is_contradicted = [
            outcome is OutputMeaning.CONTRADICTED
            for outcome in outcomes
            if outcome is not OutputMeaning.ENTAILED
        ]
        share = float(powers[is_contradicted].sum() / powers.sum())
        contradicted = (1 - entailed) * share
        return Entailment(entailed, 1 - entailed - contradicted, contradicted)


def _compute_sigmoid(log_odds: float) -> float:
    # Limited, so that the power does not overflow.
    return 1 / (1 + math.exp(-min(max(log_odds, -_MAX_LOG_ODDS), _MAX_LOG_ODDS)))


def _list_chunk_starts(length: int, room: int) -> list[int]:
    """Return the starts of `room`-token chunks that cover `length` tokens."""
    step = room - int(room * _OVERLAP_SHARE)
    starts = list(range(0, length - room, step))
    return [*starts, length - room]


def _combine_chunks(results: list[Entailment]) -> Entailment:
    """Take the strongest support and contradiction of all chunks.

    A passage that supports a claim settles it, whatever the others leave open: what
    support leaves of the probability is the limit for the contradiction.
    """
    if not results:
        return _NEUTRAL
    if len(results) == 1:
        return results[0]
    entailed = max(result.entailed for result in results)
    strongest = max(result.contradicted for result in results)
    contradicted = min(strongest, 1.0 - entailed)
    neutral = max(0.0, 1.0 - entailed - contradicted)
    return Entailment(entailed, neutral, contradicted)


def _load_tokenizer(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise InputError(
            f"{path}: needs tokenizers; run {get_install_command('nli')}"
        ) from None
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # noqa: BLE001 - tokenizers raises nothing narrower
        raise InputError(
            f"{path}: is not a valid tokenizer: {_first_line(error)}; copy it from the "
            "model's repository again"
        ) from None
    # Lengths are ours to decide; a file may come with limits and padding of its own.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _open_session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise InputError(
            f"{path}: needs onnxruntime; run {get_install_command('nli')}"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # errors are raised; it would print them as well
    try:
        return onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
    except _list_runtime_errors() as error:
        raise InputError(
            f"{path}: can't be loaded: {_first_line(error)}; export it again"
        ) from None


def _read_input_types(
    session: Any, path: Path
) -> dict[str, type[np.signedinteger[Any]]]:
    """Return the number type of each input.

    Raises:
        InputError: the model has an input that is not for tokens.
    """
    types = {}
    for item in session.get_inputs():
        is_known = item.name in (_INPUT_IDS, _MASK, _TYPES)
        if not is_known or item.type not in _INPUT_TYPES:
            raise InputError(
                f"{path}: has the input {item.name} ({item.type}); only models with "
                f"{_INPUT_IDS}, {_MASK}, and {_TYPES} can be used"
            )
        types[item.name] = _INPUT_TYPES[item.type]
    return types


def _list_runtime_errors() -> tuple[type[Exception], ...]:
    """Return the errors of onnxruntime, which have no common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
