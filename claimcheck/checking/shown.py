"""Which sentences of the evidence a model is shown with a claim."""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.checking.alignment import align
from claimcheck.checking.parts import sentences_of
from claimcheck.checking.source import Source

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
