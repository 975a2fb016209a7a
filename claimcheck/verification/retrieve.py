"""The documents and sentences that bear on a claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from claimcheck.english.terms import extract_terms
from claimcheck.models.document import Document
from claimcheck.retrieval import EvidenceIndex
from claimcheck.text.reading import Reading
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.windows import match_sentence, split_statement

# Per claim sentence. Passages that contradict it share its words as much as those that
# agree, so the limit leaves room for both.
_MAX_PASSAGES_PER_SENTENCE = 30
# Per claim: a document that contradicts must not be hidden by those that agree.
_MAX_DOCUMENTS_PER_CLAIM = 10
# Claims of one text mostly lead to the same documents.
_MAX_CACHED_DOCUMENTS = 64
# A sentence with less coverage shares a word by chance. Chosen by hand.
_MIN_COVERAGE = 0.05


class Corpus:
    """One document, or indexes of many that are prepared when needed."""

    def __init__(
        self,
        evidence: Document | Sequence[EvidenceIndex],
        reading: Reading | None = None,
    ) -> None:
        self._single: EvidenceDocument | None = None
        self._indexes: Sequence[EvidenceIndex] = ()
        if isinstance(evidence, Document):
            self._single = EvidenceDocument(evidence, reading)
        else:
            self._indexes = evidence
        self._cache: OrderedDict[str, EvidenceDocument] = OrderedDict()
        self._homes: dict[str, EvidenceIndex] = {}  # of the documents that were found

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return 1 if self._single else sum(index.count for index in self._indexes)

    def get_document(self, identity: str) -> Document:
        """Return a document that was found."""
        if self._single:
            return self._single.document
        return self._homes[identity].document(identity)

    def find_documents(self, text: str) -> Sequence[EvidenceDocument]:
        """Return the documents that bear on a claim, most likely first.

        A single document always does; of an index, those that share a word do. Scores
        of two indexes can't be compared: their documents take turns.
        """
        if self._single:
            return (self._single,)
        found: dict[str, None] = {}
        ranked = [self._rank_documents(text, index) for index in self._indexes]
        for row in zip_longest(*ranked):
            found.update(dict.fromkeys(filter(None, row)))
        return [self._prepare(name) for name in list(found)[:_MAX_DOCUMENTS_PER_CLAIM]]

    def _rank_documents(self, text: str, index: EvidenceIndex) -> list[str]:
        scores: dict[str, float] = {}
        for sentence in split_statement(text):
            words = [term.word for term in extract_terms(sentence)]
            for hit in index.search(words, _MAX_PASSAGES_PER_SENTENCE):
                best_so_far = scores.get(hit.document_id, 0.0)
                scores[hit.document_id] = max(best_so_far, hit.score)
                self._homes.setdefault(hit.document_id, index)
        ranked = sorted(scores, key=lambda identity: -scores[identity])
        return ranked[:_MAX_DOCUMENTS_PER_CLAIM]

    def _prepare(self, identity: str) -> EvidenceDocument:
        if identity not in self._cache:
            self._cache[identity] = EvidenceDocument(self.get_document(identity))
            if len(self._cache) > _MAX_CACHED_DOCUMENTS:
                self._cache.popitem(last=False)
        self._cache.move_to_end(identity)
        return self._cache[identity]


class RecordedCorpus(Corpus):
    """The documents that each claim was compared with before, for a replay.

    `ids` has their ids by the text of the claim, most relevant first.
    """

    def __init__(
        self, documents: Iterable[Document], ids: Mapping[str, Sequence[str]]
    ) -> None:
        self._prepared = {item.id: EvidenceDocument(item) for item in documents}
        self._ids = ids

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return len(self._prepared)

    def get_document(self, identity: str) -> Document:
        """Return the document with this id."""
        return self._prepared[identity].document

    def find_documents(self, text: str) -> Sequence[EvidenceDocument]:
        """Return the documents of this claim."""
        return [self._prepared[identity] for identity in self._ids[text]]


def select_passages(
    text: str, documents: Sequence[EvidenceDocument], limit: int
) -> list[tuple[EvidenceDocument, int]]:
    """Select at most `limit` sentences, alternating between documents.

    Of each document, first come the sentences that cover the claim together, then those
    that cover most of it alone: what contradicts a claim shares its words, too.
    """
    # By rank first, so that every document has its best sentences among them.
    ranked = sorted(
        (rank, number, index)
        for number, document in enumerate(documents)
        for rank, index in enumerate(_rank_sentences(text, document))
    )
    selected = sorted((number, index) for _, number, index in ranked[:limit])
    return [(documents[number], index) for number, index in selected]


def _rank_sentences(text: str, document: EvidenceDocument) -> list[int]:
    covering_together: list[int] = []
    covering_alone: list[tuple[float, int]] = []
    for sentence in split_statement(text):
        match = match_sentence(sentence, document)
        covering_together += match.covering
        for index, coverage in match.coverage.items():
            if coverage >= _MIN_COVERAGE:
                covering_alone.append((-coverage, index))
    alone_in_order = [index for _, index in sorted(covering_alone)]
    return list(dict.fromkeys([*covering_together, *alone_in_order]))
