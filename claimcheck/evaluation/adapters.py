"""Public datasets, read in the form in which they are published.

An adapter turns a published row into any number of rows of a task. It raises KeyError
for a missing field and InputError for an unknown label. A row that it returns may have
an `id` and a `doc_id`; by default these are those of the published row.

The formats are those of the READMEs and loaders named in the docstrings. None of the
data is part of claimcheck; docs/evaluation.md says where to get it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from claimcheck.errors import InputError
from claimcheck.evaluation.base import NOT_SUPPORTED, RowFields
from claimcheck.models.verdict import Label


class Layout(StrEnum):
    """How the rows of a dataset are stored in its file."""

    JSON_LINES = "JSON Lines"
    JSON = "JSON"  # one value: a list of rows, or a single row
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """Another file in the same folder, in JSON Lines, and its key field."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """Converts the published rows of a dataset to rows of a task.

    `convert` gets a row and, if the dataset has a linked file, that file's rows by key.
    """

    task: str
    convert: Callable[..., Iterator[RowFields]]
    layout: Layout = Layout.JSON_LINES
    linked: LinkedFile | None = None


LinkedRows = Mapping[str, RowFields]

_FEVER_LABELS = {
    "SUPPORTS": Label.SUPPORTED,
    "REFUTES": Label.REFUTED,
    "NOT ENOUGH INFO": Label.NOT_ENOUGH_EVIDENCE,
    "NOT_ENOUGH_INFO": Label.NOT_ENOUGH_EVIDENCE,
}
_AVERITEC_LABELS = {
    "Supported": Label.SUPPORTED,
    "Refuted": Label.REFUTED,
    "Not Enough Evidence": Label.NOT_ENOUGH_EVIDENCE,
    "Conflicting Evidence/Cherrypicking": Label.CONFLICTING_EVIDENCE,
}
_HEALTHVER_LABELS = {
    "Supports": Label.SUPPORTED,
    "Refutes": Label.REFUTED,
    "Neutral": Label.NOT_ENOUGH_EVIDENCE,
}
_SCIFACT_LABELS = {"SUPPORT": Label.SUPPORTED, "CONTRADICT": Label.REFUTED}
# A claim in COVID-Fact is a post, or a post with a word replaced to make it false.
_COVID_FACT_LABELS = {"SUPPORTED": Label.SUPPORTED, "REFUTED": Label.REFUTED}
_AGGREFACT_LABELS = {"1": Label.SUPPORTED, "0": NOT_SUPPORTED}
_QAGS_ANSWERS = {"yes": True, "no": False}


def _look_up(value: Any, meanings: Mapping[str, Any], field: str = "label") -> Any:
    """Return what a value of a field means.

    Raises:
        InputError: the value is not one of the known ones.
    """
    if not isinstance(value, str) or value not in meanings:
        known = ", ".join(map(repr, meanings))
        raise InputError(f"{field} {value!r} is not one of {known}")
    return meanings[value]


def _find_linked(linked: LinkedRows, key: Any) -> RowFields:
    if str(key) not in linked:
        raise InputError(f"the file beside it has no row {key}")
    return linked[str(key)]


def _identify(text: str) -> str:
    """Return a short id for a document to which the dataset gives no id."""
    return sha256(text.encode()).hexdigest()[:12]


def _get_support(is_supported: bool) -> str:
    """Return the label of a claim in a dataset with two answers."""
    return Label.SUPPORTED if is_supported else NOT_SUPPORTED


# Check-worthiness


def _convert_claimbuster(row: RowFields) -> Iterator[RowFields]:
    yield {"text": row["text"], "label": bool(row["checkworthy"])}


def _convert_policlaim(row: RowFields) -> Iterator[RowFields]:
    yield {"text": row["text"], "label": row["label"] == 1}


def _convert_factcheckbench_sentences(row: RowFields) -> Iterator[RowFields]:
    yield {"text": row["text"], "label": row["label"] == "yes"}


# Verification


def _convert_prepared(row: RowFields) -> Iterator[RowFields]:
    """WiCE and SummEdits, prepared as {claim, document, supported, doc_id}.

    WiCE's partly supported claims count as not supported; the document may be silent
    about the rest of them.
    """
    label = _get_support(row["supported"])
    yield {"claim": row["claim"], "document": row["document"], "label": label}


def _convert_fm2(row: RowFields) -> Iterator[RowFields]:
    """FM2, prepared as {claim, document, label, doc_id}; two labels."""
    label = _look_up(row["label"], _FEVER_LABELS)
    yield {"claim": row["claim"], "document": row["document"], "label": label}


def _convert_averitec(row: RowFields) -> Iterator[RowFields]:
    """AVeriTeC (Schlichtkrull et al. 2023): claims, questions, and answers.

    `data/dev.json` of github.com/MichSchli/AVeriTeC; labels and the explanations of
    Boolean answers as in its `SequenceClassificationDataLoader.py`. The document is
    the list of questions and answers. Claims without any are left out.
    """
    # A one-word answer means nothing without its question.
    lines = []
    for question in row["questions"]:
        for answer in question["answers"]:
            parts = [question["question"], answer["answer"]]
            parts.append(answer.get("boolean_explanation") or "")
            lines.append(" ".join(part.strip() for part in parts if part.strip()))
    if not lines:
        return
    yield {
        "claim": row["claim"],
        "document": "\n".join(lines),
        "label": _look_up(row["label"], _AVERITEC_LABELS),
        "doc_id": row.get("fact_checking_article") or _identify(row["claim"]),
    }


def _convert_climate_fever(row: RowFields) -> Iterator[RowFields]:
    """CLIMATE-FEVER (Diggelmann et al. 2020): each claim with five sentences.

    `climate-fever.jsonl` of github.com/tdiggelm/climate-fever-dataset. Every sentence
    has its own label. The claim counts as the document: its five rows are not
    independent.
    """
    claim_id = str(row["claim_id"])
    for evidence in row["evidences"]:
        yield {
            "id": f"{claim_id}/{evidence['evidence_id']}",
            "doc_id": claim_id,
            "claim": row["claim"],
            "document": evidence["evidence"],
            "label": _look_up(evidence["evidence_label"], _FEVER_LABELS),
        }


def _convert_healthver(row: RowFields) -> Iterator[RowFields]:
    """HealthVer (Sarrouti et al. 2021): claims and sentences of abstracts.

    `healthver_dev.csv` of github.com/sarrouti/HealthVer; labels as in its `train.py`.
    """
    yield {
        "claim": row["claim"],
        "document": row["evidence"],
        "label": _look_up(row["label"], _HEALTHVER_LABELS),
        "doc_id": _identify(row["evidence"]),
    }


def _convert_scifact(row: RowFields, linked: LinkedRows) -> Iterator[RowFields]:
    """SciFact (Wadden et al. 2020): claims and the abstracts that they cite.

    `claims_dev.jsonl` with `corpus.jsonl` in the same folder, as described in
    `doc/data.md` of github.com/allenai/scifact. A cited abstract without annotated
    evidence is not enough evidence. The test claims have no labels.
    """
    for document_id in row["cited_doc_ids"]:
        abstract = _find_linked(linked, document_id)
        label = Label.NOT_ENOUGH_EVIDENCE
        # All annotations of an abstract have the same label.
        for rationale in row["evidence"].get(str(document_id), [])[:1]:
            label = _look_up(rationale["label"], _SCIFACT_LABELS)
        yield {
            "id": f"{row['id']}/{document_id}",
            "doc_id": str(document_id),
            "claim": row["claim"],
            "document": " ".join(part.strip() for part in abstract["abstract"]),
            "label": label,
        }


def _convert_vitaminc(row: RowFields) -> Iterator[RowFields]:
    """VitaminC (Schuster et al. 2021): claims and revisions of Wikipedia.

    The JSON Lines of the fact verification task of github.com/TalSchuster/VitaminC;
    fields and labels as in its `multitask_sent_pair_cls.py`.
    """
    yield {
        "id": row["unique_id"],
        "doc_id": row["page"],
        "claim": row["claim"],
        "document": row["evidence"],
        "label": _look_up(row["label"], _FEVER_LABELS),
    }


def _convert_covid_fact(row: RowFields) -> Iterator[RowFields]:
    """COVID-Fact (Saakyan et al. 2021): posts and their sources.

    `COVIDFACT_dataset.jsonl` of github.com/asaakyan/covidfact, as in its README. A
    claim and its counter-claim have the same source.
    """
    yield {
        "claim": row["claim"],
        "document": "\n".join(row["evidence"]),
        "label": _look_up(row["label"], _COVID_FACT_LABELS),
        "doc_id": row["gold_source"],
    }


def _convert_ragtruth(row: RowFields, linked: LinkedRows) -> Iterator[RowFields]:
    """RAGTruth (Niu et al. 2024): answers of models, and their sources.

    `response.jsonl` with `source_info.jsonl` in the same folder, as in the README of
    github.com/ParticleMedia/RAGTruth. A response is supported if annotators marked no
    span of it, except spans that are true but not in the source (`implicit_true`).
    Refused and truncated responses are left out.
    """
    if row["quality"] != "good":
        return
    # Text, or the question and its passages, or the record of a business.
    source = _find_linked(linked, row["source_id"])["source_info"]
    if isinstance(source, dict) and "passages" in source:
        source = source["passages"]
    elif isinstance(source, dict):
        source = json.dumps(source, ensure_ascii=False, indent=1)
    marked = [span for span in row["labels"] if not span.get("implicit_true")]
    yield {
        "doc_id": row["source_id"],
        "claim": row["response"],
        "document": source,
        "label": _get_support(not marked),
    }


def _convert_aggrefact(row: RowFields) -> Iterator[RowFields]:
    """LLM-AggreFact (Tang, Laban, Durrett 2024): eleven datasets in one form.

    `load_dataset("lytang/LLM-AggreFact")["dev"].to_json("aggrefact.jsonl")`; fields
    as in the README of github.com/Liyan06/MiniCheck.
    """
    yield {
        "claim": row["claim"],
        "document": row["doc"],
        "label": _look_up(str(row["label"]), _AGGREFACT_LABELS),
        "doc_id": _identify(row["doc"]),
    }


def _convert_faithbench(row: RowFields) -> Iterator[RowFields]:
    """FaithBench (Bao et al. 2025): summaries that detectors disagree on.

    A `batch_N.json` of `data_for_release` of github.com/vectara/FaithBench. As in its
    `binarize.py`, the worst label of any annotator counts, and a questionable span is
    not supported.
    """
    # A file is one object, so it is read as one row with many samples.
    for sample in row["samples"]:
        labels = [label for span in sample["annotations"] for label in span["label"]]
        is_supported = not any(
            label.startswith(("Unwanted", "Questionable")) for label in labels
        )
        document_id = _identify(sample["source"])
        yield {
            "id": f"{document_id}/{sample['metadata']['summarizer']}",
            "doc_id": document_id,
            "claim": sample["summary"].strip(),
            "document": sample["source"],
            "label": _get_support(is_supported),
        }


def _convert_qags(row: RowFields) -> Iterator[RowFields]:
    """QAGS (Wang et al. 2020): summary sentences, judged by three workers.

    `mturk_cnndm.jsonl` and `mturk_xsum.jsonl` of github.com/W4ngatang/qags. The
    majority of the workers decides.
    """
    document_id = _identify(row["article"])
    for number, sentence in enumerate(row["summary_sentences"]):
        answers = [
            _look_up(response["response"], _QAGS_ANSWERS, "response")
            for response in sentence["responses"]
        ]
        yield {
            "id": f"{document_id}/{_identify(sentence['sentence'])}/{number}",
            "doc_id": document_id,
            "claim": sentence["sentence"],
            "document": row["article"],
            "label": _get_support(sum(answers) > len(answers) / 2),
        }


# Summaries, extraction, and grounding


def _convert_realsumm(row: RowFields) -> Iterator[RowFields]:
    # Each sentence of the reference is in <t> tags.
    sentences = re.findall(r"<t>(.*?)</t>", row["reference"])
    reference = "\n".join(sentence.strip() for sentence in sentences)
    yield {"document": row["document"], "references": [reference]}


def _convert_realsumm_units(row: RowFields) -> Iterator[RowFields]:
    # Sentence tags become spaces; otherwise they would be read as words.
    passage = re.sub(r"</?t>", " ", row["passage"]).strip()
    yield {"passage": passage, "claims": row["claims"]}


def _convert_extraction(row: RowFields) -> Iterator[RowFields]:
    yield {"passage": row["sentence"], "claims": row["claims"]}


def _convert_wice_evidence(row: RowFields) -> Iterator[RowFields]:
    # A span is [start, end, text].
    quotes = [span[2] for group in row["evidence_sets"] for span in group]
    yield {"document": row["document"], "quotes": quotes}


def _convert_pdnc(row: RowFields) -> Iterator[RowFields]:
    quotes = [span[2] for quote in row["quotes"] for span in quote["spans"]]
    yield {"document": row["document"], "quotes": quotes}


ADAPTERS = {
    "claimbuster": Adapter("checkworthy", _convert_claimbuster),
    "policlaim": Adapter("checkworthy", _convert_policlaim),
    "factcheckbench-sentences": Adapter(
        "checkworthy", _convert_factcheckbench_sentences
    ),
    "wice": Adapter("verification", _convert_prepared),
    "summedits": Adapter("verification", _convert_prepared),
    "fm2": Adapter("verification", _convert_fm2),
    "averitec": Adapter("verification", _convert_averitec, Layout.JSON),
    "climate-fever": Adapter("verification", _convert_climate_fever),
    "healthver": Adapter("verification", _convert_healthver, Layout.CSV),
    "scifact": Adapter(
        "verification", _convert_scifact, linked=LinkedFile("corpus.jsonl", "doc_id")
    ),
    "vitaminc": Adapter("verification", _convert_vitaminc),
    "covid-fact": Adapter("verification", _convert_covid_fact),
    "ragtruth": Adapter(
        "verification",
        _convert_ragtruth,
        linked=LinkedFile("source_info.jsonl", "source_id"),
    ),
    "aggrefact": Adapter("verification", _convert_aggrefact),
    "faithbench": Adapter("verification", _convert_faithbench, Layout.JSON),
    "qags": Adapter("verification", _convert_qags),
    "realsumm": Adapter("summaries", _convert_realsumm),
    "factcheckbench-claims": Adapter("extraction", _convert_extraction),
    "factscore": Adapter("extraction", _convert_extraction),
    "realsumm-scus": Adapter("extraction", _convert_realsumm_units),
    "wice-evidence": Adapter("grounding", _convert_wice_evidence),
    "pdnc": Adapter("grounding", _convert_pdnc),
}
