"""The tasks: how a row is measured, and the metrics of all rows.

A row whose answer cannot be used gets the worst possible values: a failure never
improves a score. The names of values and metrics are part of the published format of
evaluations (`schemas/evaluation.schema.json`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from claimcheck.english.check_worthiness import (
    CHECK_WORTHY_FROM,
    score_check_worthiness,
)
from claimcheck.english.metadata import fill_metadata
from claimcheck.english.quantities import find_quantities
from claimcheck.evaluation.base import EngineSetup, Measurement, RowFields, Task
from claimcheck.evaluation.metrics import (
    ROUGE_NAMES,
    Columns,
    average_precision,
    f1,
    flag_covered_claims,
    mean,
    precision,
    recall,
    rouge,
)
from claimcheck.evaluation.verification import VERIFICATION
from claimcheck.extractive import summarize_extractively
from claimcheck.grounding import GroundingIndex
from claimcheck.models.claim import Match, Statement
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.summarize import summarize_with_model
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.verdicts import verify_statement

# The usual baseline of news summarization: its first three sentences.
_LEAD_SENTENCES = 3

_SUMMARY_PROMPTS = ("summarize", "correct", "repair", "json-only")
_SUMMARY_SCHEMAS = ("summary.answer", "correct.answer")


def summarize_text(document: Document, setup: EngineSetup) -> Run:
    """Summarize a document with the engine that is evaluated."""
    reading = Reading(document.full_text)
    document = fill_metadata(document, reading)
    extractive = setup.engine == "extractive"
    build_flow = summarize_extractively if extractive else summarize_with_model
    return drive(build_flow(document, reading, setup.settings), setup.client)


def _get_first_failure(run: Run) -> str | None:
    return run.failures[0].message if run.failures else None


def _ratio(numerator: str, denominator: str, columns: Columns) -> float:
    # The columns are counts, so a denominator below 1 is 0, and the ratio is then 0.
    return float(columns[numerator].sum() / max(1.0, columns[denominator].sum()))


# Check-worthiness: which sentences should be checked? Rows {text, label}.


def _measure_check_worthiness(fields: RowFields, setup: EngineSetup) -> Measurement:
    text = fields["text"]
    gold = float(fields["label"])
    if setup.engine == "extractive":
        score, _ = score_check_worthiness(text, find_quantities(text))
        return Measurement({"gold": gold, "score": score})
    run = summarize_text(Document.from_text(text), setup)
    if failure := _get_first_failure(run):
        return Measurement({"gold": gold, "score": 1 - gold}, failure)
    score = max((claim.check_worthiness for claim in run.claims), default=0.0)
    return Measurement({"gold": gold, "score": score})


def _score_check_worthiness(metric: Callable[..., float], columns: Columns) -> float:
    return metric(columns["gold"] == 1, columns["score"] >= CHECK_WORTHY_FROM)


_CHECK_WORTHINESS = Task(
    "checkworthy",
    _measure_check_worthiness,
    {
        "precision": partial(_score_check_worthiness, precision),
        "recall": partial(_score_check_worthiness, recall),
        "F1": partial(_score_check_worthiness, f1),
        "average precision": lambda columns: average_precision(
            columns["gold"] == 1, columns["score"]
        ),
    },
    prompts=_SUMMARY_PROMPTS,
    schemas=_SUMMARY_SCHEMAS,
)


# Summaries: rows {document, references}, compared with the document's first sentences.
# Faithfulness is the share of a summary's sentences that the check without a model
# finds supported by the document; it is only as good as that check.


def _measure_summaries(fields: RowFields, setup: EngineSetup) -> Measurement:
    document = Document.from_text(fields["document"])
    references = fields["references"]
    lead = _select_lead(document)
    lead_scores = {
        f"lead {name}": value for name, value in rouge(lead, references).items()
    }
    run = summarize_text(document, setup)
    if failure := _get_first_failure(run):
        worst = dict.fromkeys([*ROUGE_NAMES.values(), "faithful", "words"], 0.0)
        return Measurement({**worst, **lead_scores}, failure)
    sentences = []
    if run.summary:
        sentences = [sentence.text for sentence in run.summary.sentences]
    words = sum(len(sentence.split()) for sentence in sentences)
    return Measurement(
        {
            **rouge(sentences, references),
            **lead_scores,
            "faithful": _compute_faithfulness(sentences, document, setup.scorer),
            "words": float(words),
        }
    )


def _select_lead(document: Document) -> list[str]:
    sentences = split_sentences(Reading(document.full_text), "en", headings=True)
    return [sentence.text for sentence in sentences[:_LEAD_SENTENCES]]


def _compute_faithfulness(
    sentences: list[str], document: Document, scorer: EntailmentScorer
) -> float:
    """Return the share of sentences that the document supports."""
    if not sentences:
        return 0.0
    corpus = Corpus(document)
    supported = 0
    for sentence in sentences:
        statement = Statement.of(sentence)
        finding = verify_statement(statement, corpus, scorer)
        supported += finding.label is Label.SUPPORTED
    return supported / len(sentences)


def _compute_gain(name: str, columns: Columns) -> float:
    return float(np.mean(columns[name] - columns[f"lead {name}"]))


_SUMMARIES = Task(
    "summaries",
    _measure_summaries,
    {
        **{name: partial(mean, name) for name in ROUGE_NAMES.values()},
        **{
            f"lead-3 {name}": partial(mean, f"lead {name}")
            for name in ROUGE_NAMES.values()
        },
        **{
            f"{name} over lead-3": partial(_compute_gain, name)
            for name in ROUGE_NAMES.values()
        },
        "faithfulness": partial(mean, "faithful"),
        "words": partial(mean, "words"),
    },
    prompts=_SUMMARY_PROMPTS,
    schemas=_SUMMARY_SCHEMAS,
    uses_scorer=True,
)


# Extraction: are the claims that people find in a passage extracted? Rows {passage,
# claims}. An extracted claim is correct if all the people's claims together cover it.
# A passage may have no claim; then it is right to extract none.


def _measure_extraction(fields: RowFields, setup: EngineSetup) -> Measurement:
    gold = [str(claim) for claim in fields["claims"]]
    run = summarize_text(Document.from_text(fields["passage"]), setup)
    failure = _get_first_failure(run)
    extracted = [] if failure else [claim.text for claim in run.claims]
    covered = sum(flag_covered_claims(gold, extracted))
    correct = sum(flag_covered_claims(extracted, [" ".join(gold)]))
    wanted, found = len(gold), len(extracted)
    if not gold:
        # "No claims" counts as one expected claim; otherwise a passage without claims
        # would not count at all.
        wanted = 1
        if not failure and not extracted:
            covered = correct = found = 1
    return Measurement(
        {
            "wanted": float(wanted),
            "covered": float(covered),
            "found": float(found),
            "right": float(correct),
            "claims": float(len(extracted)),
        },
        failure,
    )


_EXTRACTION = Task(
    "extraction",
    _measure_extraction,
    {
        "coverage": partial(_ratio, "covered", "wanted"),
        "precision": partial(_ratio, "right", "found"),
        "claims a row": partial(mean, "claims"),
    },
    prompts=_SUMMARY_PROMPTS,
    schemas=_SUMMARY_SCHEMAS,
)


# Grounding: are verbatim quotes located? Rows {document, quotes}. A quote is located if
# its spans have its characters. `make bench-grounding` adds changed and invented
# quotes, and compares other tools.


def _measure_grounding(fields: RowFields, setup: EngineSetup) -> Measurement:
    text = fields["document"]
    quotes = [str(quote) for quote in fields["quotes"]]
    correct = 0
    results = GroundingIndex(Reading(text)).ground_all(quotes)
    for quote, result in zip(quotes, results, strict=True):
        if result.match is not Match.NONE:
            located = "".join(text[span.start : span.end] for span in result.spans)
            correct += located.split() == quote.split()
    return Measurement({"quotes": float(len(quotes)), "right": float(correct)})


_GROUNDING = Task(
    "grounding", _measure_grounding, {"located": partial(_ratio, "right", "quotes")}
)


TASKS = {
    task.name: task
    for task in (
        _CHECK_WORTHINESS,
        VERIFICATION,
        _SUMMARIES,
        _EXTRACTION,
        _GROUNDING,
    )
}
