"""Which sentences of the evidence a model is shown with a claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from claimcheck.english.terms import terms_of
from claimcheck.models.document import Document
from claimcheck.retrieval import Index
from claimcheck.verification.alignment import align
from claimcheck.verification.evidence import Source
from claimcheck.verification.statements import sentences_of

_PASSAGES = 30  # a sentence of a claim: those that contradict share its words as those that agree do
_DOCUMENTS = 10  # a claim: one that contradicts is not to be hidden by those that agree
_READY = 64  # documents kept ready for the next claims


class Library:
    """One document, or an index of many; a document is made ready when a claim needs it."""

    def __init__(self, evidence: Document | Index) -> None:
        self._one = Source(evidence) if isinstance(evidence, Document) else None
        self._index = evidence if isinstance(evidence, Index) else None
        self._ready: OrderedDict[str, Source] = OrderedDict()

    @property
    def count(self) -> int:
        """How many documents there are."""
        return self._index.count if self._index else 1

    def document(self, identity: str) -> Document:
        """The document of this id."""
        if self._one:
            return self._one.document
        assert self._index is not None
        return self._index.document(identity)

    def sources(self, text: str) -> Sequence[Source]:
        """The documents that bear on a claim, the likeliest first; none where no word of it stands anywhere."""
        if self._one:
            return (self._one,)
        assert self._index is not None
        scores: dict[str, float] = {}
        for sentence in sentences_of(text):
            for hit in self._index.search([term.word for term in terms_of(sentence)], _PASSAGES):
                scores[hit.document_id] = max(scores.get(hit.document_id, 0.0), hit.score)
        best = sorted(scores, key=lambda identity: -scores[identity])[:_DOCUMENTS]
        return [self._source(self._index, identity) for identity in best]

    def _source(self, index: Index, identity: str) -> Source:
        if identity not in self._ready:
            self._ready[identity] = Source(index.document(identity))
            if len(self._ready) > _READY:
                self._ready.popitem(last=False)
        self._ready.move_to_end(identity)
        return self._ready[identity]


_LEAST = 0.05  # of the claim's weight: less is a word that happens to stand there


def shown(text: str, sources: Sequence[Source], most: int) -> list[tuple[Source, int]]:
    """At most so many sentences that bear on a claim, from each document in turn, in the order of the documents.

    First those that cover the claim together, then those that cover most of it alone: what contradicts a claim has its
    words too.
    """
    ranked = sorted(
        (rank, order, place)
        for order, source in enumerate(sources)
        for rank, place in enumerate(_ranked(text, source))
    )
    kept = sorted((order, place) for _, order, place in ranked[:most])
    return [(sources[order], place) for order, place in kept]


def _ranked(text: str, source: Source) -> list[int]:
    alignments = [align(sentence, source) for sentence in sentences_of(text)]
    together = [place for alignment in alignments for place in alignment.picked]
    alone = sorted(
        (-coverage, place)
        for alignment in alignments
        for place, forms in alignment.hits.items()
        if (coverage := alignment.coverage(forms)) >= _LEAST
    )
    return list(dict.fromkeys([*together, *(place for _, place in alone)]))
