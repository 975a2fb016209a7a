"""One measure a file, with its definition and where it comes from. All take arrays with an element a row."""

from claimcheck.evaluation.measures.auroc import auroc
from claimcheck.evaluation.measures.average_precision import average_precision
from claimcheck.evaluation.measures.balanced_accuracy import balanced_accuracy
from claimcheck.evaluation.measures.calibration import calibration_error
from claimcheck.evaluation.measures.f1 import f1, precision, recall

__all__ = [
    "auroc",
    "average_precision",
    "balanced_accuracy",
    "calibration_error",
    "f1",
    "precision",
    "recall",
]
