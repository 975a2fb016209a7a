"""Which sentences of the evidence a model is shown with a claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from claimcheck.english.terms import extract_terms
from claimcheck.models.document import Document
from claimcheck.retrieval import Index
from claimcheck.text.reading import Reading
from claimcheck.verification.alignment import align_sentence
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.statements import split_statement

_MAX_PASSAGES_PER_SENTENCE = 30  # a sentence of a claim: those that contradict share its words as those that agree do
_MAX_DOCUMENTS_PER_CLAIM = (
    10  # a claim: one that contradicts is not to be hidden by those that agree
)
_MAX_CACHED_DOCUMENTS = 64  # documents kept ready for the next claims


class Corpus:
    """One document, or an index of many; a document is made ready when a claim needs it."""

    def __init__(
        self, evidence: Document | Index, reading: Reading | None = None
    ) -> None:
        self._one = (
            EvidenceDocument(evidence, reading)
            if isinstance(evidence, Document)
            else None
        )
        self._index = evidence if isinstance(evidence, Index) else None
        self._ready: OrderedDict[str, EvidenceDocument] = OrderedDict()

    @property
    def document_count(self) -> int:
        """How many documents there are."""
        return self._index.count if self._index else 1

    def get_document(self, identity: str) -> Document:
        """The document of this id."""
        if self._one:
            return self._one.document
        assert self._index is not None
        return self._index.document(identity)

    def find_documents(self, text: str) -> Sequence[EvidenceDocument]:
        """The documents that bear on a claim, the likeliest first; none where no word of it stands anywhere."""
        if self._one:
            return (self._one,)
        assert self._index is not None
        scores: dict[str, float] = {}
        for sentence in split_statement(text):
            for hit in self._index.search(
                [term.word for term in extract_terms(sentence)],
                _MAX_PASSAGES_PER_SENTENCE,
            ):
                scores[hit.document_id] = max(
                    scores.get(hit.document_id, 0.0), hit.score
                )
        best = sorted(scores, key=lambda identity: -scores[identity])[
            :_MAX_DOCUMENTS_PER_CLAIM
        ]
        return [self._source(self._index, identity) for identity in best]

    def _source(self, index: Index, identity: str) -> EvidenceDocument:
        if identity not in self._ready:
            self._ready[identity] = EvidenceDocument(index.document(identity))
            if len(self._ready) > _MAX_CACHED_DOCUMENTS:
                self._ready.popitem(last=False)
        self._ready.move_to_end(identity)
        return self._ready[identity]


_MIN_COVERAGE = (
    0.05  # of the claim's weight: less is a word that happens to stand there
)


def select_passages(
    text: str, sources: Sequence[EvidenceDocument], most: int
) -> list[tuple[EvidenceDocument, int]]:
    """Select at most `most` relevant sentences, alternating between documents.

    First those that cover the claim together, then those that cover most of it alone: what contradicts a claim has its
    words too.
    """
    ranked = sorted(
        (rank, order, place)
        for order, source in enumerate(sources)
        for rank, place in enumerate(_rank_sentences(text, source))
    )
    kept = sorted((order, place) for _, order, place in ranked[:most])
    return [(sources[order], place) for order, place in kept]


def _rank_sentences(text: str, source: EvidenceDocument) -> list[int]:
    alignments = [
        align_sentence(sentence, source) for sentence in split_statement(text)
    ]
    together = [place for alignment in alignments for place in alignment.selected]
    alone = sorted(
        (-coverage, place)
        for alignment in alignments
        for place, forms in alignment.hits.items()
        if (coverage := alignment.coverage(forms)) >= _MIN_COVERAGE
    )
    return list(dict.fromkeys([*together, *(place for _, place in alone)]))
