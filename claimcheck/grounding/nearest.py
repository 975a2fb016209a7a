"""Find the passage of a text whose words are most similar to a quote's.

The quote's rarest words vote for its start, then an alignment determines both ends.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from claimcheck.english.lexicon import stem
from claimcheck.english.normal_forms import Word, parse_words

# All of these were chosen by hand; benchmarks/grounding.py measures what they find.
_MAX_QUERY_WORDS = 16  # words of a quote that are looked up
_MAX_POSITIONS = 400  # of one word: a more common word says little about the passage
_MAX_STARTS = 6  # where an alignment is tried


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """The words of a text nearest to a quote's, and the edits between them.

    `edits` is the number of words dropped and added. `padded` also has as many words at
    each end as the quote has unmatched words there.
    """

    words: Sequence[Word]
    padded: Sequence[Word]
    edits: int


class WordIndex:
    """The words of a text, and the positions of each."""

    def __init__(self, text: str) -> None:
        self.words = parse_words(text)
        self._forms = [stem(word.form) for word in self.words]
        self._positions: defaultdict[str, list[int]] = defaultdict(list)
        for position, form in enumerate(self._forms):
            self._positions[form].append(position)

    def find_nearest(
        self, quote: Sequence[Word], min_start: int = 0
    ) -> NearestPassage | None:
        """Return the nearest passage; None if no word of the quote is known.

        Of equal passages, it is the first that starts at offset `min_start` or later,
        else the first one.
        """

        def rank(passage: NearestPassage) -> tuple[int, bool, int]:
            start = passage.words[0].start
            return passage.edits, start < min_start, start

        forms = [stem(word.form) for word in quote]
        passages = [self._fit_passage(forms, start) for start in self._guess(forms)]
        return min(passages, key=rank, default=None)

    def _guess(self, forms: Sequence[str]) -> list[int]:
        """Return the positions at which the quote most likely starts."""
        counted = [
            (len(self._positions[form]), offset)
            for offset, form in enumerate(forms)
            if form in self._positions
        ]
        # Each word votes for the bucket in which the quote would start.
        votes: Counter[int] = Counter()
        width = max(4, len(forms) // 4)
        for count, offset in sorted(counted)[:_MAX_QUERY_WORDS]:
            if count > _MAX_POSITIONS and votes:
                break
            for position in self._positions[forms[offset]][:_MAX_POSITIONS]:
                votes[(position - offset) // width] += 1
        # Dropped or added words move votes to the next bucket, so compare sums of
        # pairs.
        sums = {bucket: votes[bucket] + votes[bucket + 1] for bucket in votes}
        ranked = sorted(sums, key=lambda bucket: (-sums[bucket], bucket))
        return sorted({max(0, bucket * width) for bucket in ranked[:_MAX_STARTS]})

    def _fit_passage(self, forms: Sequence[str], start: int) -> NearestPassage:
        """Return the window around `start` that needs the fewest edits.

        Of equal windows, it is the longer one, which contains more of the quote.
        """
        margin = max(6, len(forms) // 3)
        low = max(0, start - margin)
        high = min(len(self._forms), start + len(forms) + 2 * margin)
        first, last = _fit_window(forms, self._forms[low:high])
        first, last = low + first, low + last
        edits = Indel.editops(forms, self._forms[first:last])
        matched = [block for block in edits.as_matching_blocks() if block.size]
        lead = tail = 0
        if matched:
            lead = matched[0].a
            tail = len(forms) - matched[-1].a - matched[-1].size
        return NearestPassage(
            words=self.words[first:last],
            padded=self.words[max(0, first - lead) : last + tail],
            edits=len(edits),
        )


def _fit_window(forms: Sequence[str], nearby: Sequence[str]) -> tuple[int, int]:
    """Return the range of nearby words that is most similar to the quote's."""
    blocks = Indel.editops(forms, nearby).as_matching_blocks()  # the last one is empty
    last = blocks[-2].b + blocks[-2].size if len(blocks) > 1 else len(nearby)
    first = 0
    for _ in range(2):  # a better end may allow a better start
        first = min(
            range(last), key=lambda cut: (Indel.distance(forms, nearby[cut:last]), cut)
        )
        last = min(
            range(first + 1, len(nearby) + 1),
            key=lambda cut: (Indel.distance(forms, nearby[first:cut]), -cut),
        )
    return first, last
