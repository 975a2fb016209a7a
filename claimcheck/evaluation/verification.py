"""The verification task: does the document support the claim?

Two things are measured. The scorer gives a probability that the evidence supports the
claim (`score`), which is ranked and cut at 0.5; `checked_score` is 0 where a check of
numbers, dates, names, or words objects. The verdict has a label, which abstains
(`not_enough_evidence`) where the scorer is unsure or a check objects. Both are compared
with a naive baseline that only counts words. Datasets with two answers say `supported`
or `not_supported`. A claim that is not supported may be refuted or lack evidence:
`refuted` counts as right for it, and its recall can't be measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import numpy as np
import Stemmer

from claimcheck.evaluation.base import (
    GOLD_LABELS,
    NOT_SUPPORTED,
    EngineSetup,
    Measurement,
    RowFields,
    Table,
    Task,
)
from claimcheck.evaluation.metrics import (
    BoolArray,
    Columns,
    FloatArray,
    Metric,
    auroc,
    balanced_accuracy,
    bin_by_confidence,
    calibration_error,
    compute_precision_by_coverage,
)
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.run import CheckFailure
from claimcheck.models.verdict import Label
from claimcheck.pipeline.check import check_with_model
from claimcheck.pipeline.driver import drive
from claimcheck.resources import read_words
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.decide import list_contradictions, list_objections
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.scorer import Entailment, EntailmentScorer
from claimcheck.verification.verdicts import score_statement, verify_statement

_TWO_ANSWERS = (Label.SUPPORTED, Label.REFUTED)
SCORE_CUTOFF = 0.5
# A cautious engine decides few claims, so the start of the curve has more points.
_COVERAGES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)

# The baseline: a claim is supported if three consecutive sentences of the document have
# half of its content words. On the open documents of WiCE, SummEdits, and FM2 no cutoff
# from 0.4 to 0.95 is better by more than 0.3 points of mean balanced accuracy.
OVERLAP_CUTOFF = 0.5
_WINDOW_SENTENCES = 3
_WORD = re.compile(r"\w+")
# A few are enough: rows of one document usually follow one another.
_CACHED_DOCUMENTS = 8


def _measure(fields: RowFields, setup: EngineSetup) -> Measurement:
    gold = str(fields["label"])
    statement = Statement.of(fields["claim"])
    corpus = Corpus(Document.from_text(fields["document"]))
    overlap = compute_overlap(fields["claim"], fields["document"])
    judgment: _Judgment | CheckFailure
    if setup.engine == "extractive":
        judgment = _judge_without_model(statement, corpus, setup.scorer)
    else:
        judgment = _judge_with_model(statement, corpus, setup)
    if isinstance(judgment, CheckFailure):
        # A failed row is wrong in every column; otherwise failing would be a way to
        # abstain.
        wrong = _judge_wrongly(gold)
        values = {"gold": gold, **asdict(wrong), "overlap": overlap}
        return Measurement(values, judgment.message)
    return Measurement({"gold": gold, **asdict(judgment), "overlap": overlap})


@dataclass(frozen=True)
class _Judgment:
    """The label of a claim, and the probability that the evidence supports it.

    `score` is the scorer's probability; `checked_score` is 0 if a check objects.
    """

    label: str
    score: float
    checked_score: float


def _judge_without_model(
    statement: Statement, corpus: Corpus, scorer: EntailmentScorer
) -> _Judgment:
    scorer = _RememberingScorer(scorer)
    label = verify_statement(statement, corpus, scorer).label
    score = score_statement(statement, corpus, scorer)
    documents = corpus.find_documents(statement.text)
    is_vetoed = any(_has_objection(statement, document) for document in documents)
    return _Judgment(str(label), score, 0.0 if is_vetoed else score)


def _has_objection(statement: Statement, document: EvidenceDocument) -> bool:
    """Return whether a check of numbers, dates, names, or words objects."""
    if not document.language.is_english:
        return False
    comparisons = compare_sentences(Hypothesis.from_text(statement.text), document)
    objections = list_objections(comparisons, strict=False)
    return bool(objections or list_contradictions(comparisons))


def _judge_with_model(
    statement: Statement, corpus: Corpus, setup: EngineSetup
) -> _Judgment | CheckFailure:
    """Judge with a language model; its confidence in `supported` is the score.

    A model that states no confidence counts as certain.
    """
    check = drive(check_with_model([statement], corpus, setup.settings), setup.client)
    if not check.verdicts:
        return check.failures[0]
    finding = check.verdicts[0].finding
    confidence = 1.0 if finding.confidence is None else finding.confidence
    score = confidence if finding.label is Label.SUPPORTED else 1 - confidence
    return _Judgment(str(finding.label), score, score)


def _judge_wrongly(gold: str) -> _Judgment:
    if gold == Label.SUPPORTED:
        return _Judgment(str(Label.REFUTED), 0.0, 0.0)
    return _Judgment(str(Label.SUPPORTED), 1.0, 1.0)


class _RememberingScorer:
    """Scores each pair of texts once: label and score need the same pairs."""

    def __init__(self, scorer: EntailmentScorer) -> None:
        self._scorer = scorer
        self._known: dict[tuple[str, str], Entailment] = {}
        self.name = scorer.name
        self.calibration = scorer.calibration

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        if new:
            self._known.update(zip(new, self._scorer.score(new), strict=True))
        return [self._known[pair] for pair in pairs]


def compute_overlap(claim: str, document: str) -> float:
    """Return the share of the claim's content words in the best window.

    A window is three consecutive sentences. Words are compared by stem.
    """
    wanted = _find_stems(claim) - _get_function_stems()
    if not wanted:
        return 0.0
    windows = _split_windows(document)
    return max(len(wanted & window) for window in windows) / len(wanted)


@lru_cache(maxsize=_CACHED_DOCUMENTS)
def _split_windows(document: str) -> tuple[frozenset[str], ...]:
    """Return the stems in each run of consecutive sentences."""
    sentences = split_sentences(Reading(document), "en", headings=True)
    stems = [_find_stems(sentence.text) for sentence in sentences]
    # A document without a sentence still has one window, which is empty.
    starts = range(max(1, len(stems) - _WINDOW_SENTENCES + 1))
    return tuple(
        frozenset().union(*stems[start : start + _WINDOW_SENTENCES]) for start in starts
    )


def _find_stems(text: str) -> frozenset[str]:
    return frozenset(_get_stemmer().stemWords(_WORD.findall(text.lower())))


@cache
def _get_function_stems() -> frozenset[str]:
    return frozenset(_get_stemmer().stemWords(list(read_words("function_words"))))


@cache
def _get_stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


# Metrics. An undefined one, such as the precision of a label that was never predicted,
# is NaN and is not reported.


def _find_supported(columns: Columns) -> BoolArray:
    return np.asarray(columns["gold"] == Label.SUPPORTED)


def _find_right(columns: Columns) -> BoolArray:
    """Flag the rows whose label is right."""
    gold, label = columns["gold"], columns["label"]
    # The dataset doesn't say whether such a claim is refuted or lacks evidence.
    possible = (gold == NOT_SUPPORTED) & (label == Label.REFUTED)
    return np.asarray((gold == label) | possible)


def _compute_share(chosen: BoolArray, among: BoolArray) -> float:
    return float(chosen[among].mean()) if among.any() else float("nan")


def _make_precision(label: Label) -> Metric:
    def compute_precision(columns: Columns) -> float:
        # If annotators could not choose a label, nothing says when it is right.
        if label not in columns["gold"] and label not in _TWO_ANSWERS:
            return float("nan")
        return _compute_share(_find_right(columns), columns["label"] == label)

    return compute_precision


def _make_recall(label: Label) -> Metric:
    def compute_recall(columns: Columns) -> float:
        return _compute_share(columns["label"] == label, columns["gold"] == label)

    return compute_recall


def _find_answered(columns: Columns) -> BoolArray:
    """Flag the rows whose label decides the question."""
    return np.asarray(columns["label"] != Label.NOT_ENOUGH_EVIDENCE)


def _make_score_metric(
    metric: Callable[[BoolArray, FloatArray], float], score: str
) -> Metric:
    """Return a metric of how well a score finds supported claims."""

    def compute(columns: Columns) -> float:
        return metric(_find_supported(columns), columns[score])

    return compute


def _make_balanced_accuracy(score: str, cutoff: float) -> Metric:
    """Return the balanced accuracy of calling scores >= `cutoff` supported."""

    def compute(columns: Columns) -> float:
        return balanced_accuracy(_find_supported(columns), columns[score] >= cutoff)

    return compute


def _compute_coverage_area(gold: BoolArray, score: FloatArray) -> float:
    return float(compute_precision_by_coverage(gold, score).mean())


_LABEL_METRICS: dict[str, Metric] = {}
for _label in Label:
    _LABEL_METRICS[f"{_label} precision"] = _make_precision(_label)
    _LABEL_METRICS[f"{_label} recall"] = _make_recall(_label)

_METRICS: dict[str, Metric] = {
    **_LABEL_METRICS,
    "answered": lambda columns: float(_find_answered(columns).mean()),
    "answers right": lambda columns: _compute_share(
        _find_right(columns), _find_answered(columns)
    ),
    "scorer AUROC": _make_score_metric(auroc, "score"),
    f"scorer balanced accuracy at {SCORE_CUTOFF}": _make_balanced_accuracy(
        "score", SCORE_CUTOFF
    ),
    "scorer calibration error": _make_score_metric(calibration_error, "score"),
    "checked AUROC": _make_score_metric(auroc, "checked_score"),
    f"checked balanced accuracy at {SCORE_CUTOFF}": _make_balanced_accuracy(
        "checked_score", SCORE_CUTOFF
    ),
    "scorer area under precision": _make_score_metric(_compute_coverage_area, "score"),
    "overlap AUROC": _make_score_metric(auroc, "overlap"),
    f"overlap balanced accuracy at {OVERLAP_CUTOFF}": _make_balanced_accuracy(
        "overlap", OVERLAP_CUTOFF
    ),
    "overlap area under precision": _make_score_metric(
        _compute_coverage_area, "overlap"
    ),
}


# Tables


def _build_tables(columns: Columns) -> tuple[Table, ...]:
    return (
        _build_confusion_matrix(columns),
        _build_coverage_table(columns),
        _build_calibration_table(columns),
    )


def _build_confusion_matrix(columns: Columns) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for gold in GOLD_LABELS:
        labels = columns["label"][columns["gold"] == gold]
        if len(labels):
            counts = [int((labels == label).sum()) for label in Label]
            rows.append((gold, *counts))
    return Table("confusion matrix", ("annotated", *map(str, Label)), tuple(rows))


def _build_coverage_table(columns: Columns) -> Table:
    """Return the precision of the claims with the highest scores."""
    gold = _find_supported(columns)
    ranked_scores = np.sort(columns["score"])[::-1]
    precision = compute_precision_by_coverage(gold, columns["score"])
    baseline = compute_precision_by_coverage(gold, columns["overlap"])
    rows = []
    for coverage in _COVERAGES:
        last = max(1, round(coverage * len(gold))) - 1
        rows.append(
            (
                coverage,
                float(precision[last]),
                float(baseline[last]),
                float(ranked_scores[last]),
            )
        )
    header = ("coverage", "precision", "overlap precision", "score from")
    return Table("precision of supported by coverage", header, tuple(rows))


def _build_calibration_table(columns: Columns) -> Table:
    bins = bin_by_confidence(_find_supported(columns), columns["score"])
    rows = [(part.count, part.mean_score, part.share_positive) for part in bins]
    header = ("claims", "mean score", "supported")
    return Table("calibration of the score", header, tuple(rows))


VERIFICATION = Task(
    "verification",
    _measure,
    _METRICS,
    _build_tables,
    ("verdict", "repair", "json-only"),
    ("verdict.answer",),
    uses_scorer=True,
)
