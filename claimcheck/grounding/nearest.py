"""The passage of a document whose words are most like a quote's, by the places of the quote's rarest words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from claimcheck.english.lexicon import stem
from claimcheck.english.words import Word, parse_words

_MAX_QUERY_WORDS = 16  # words of a quote that are looked up
_MAX_POSITIONS = 400  # of one word: a commoner one says little about the place
_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """The document's words that come nearest to a quote's, and how many words have to be dropped and added.

    `padded` has as many words more at each end as the quote has there that the document has not.
    """

    words: Sequence[Word]
    padded: Sequence[Word]
    edits: int


class WordIndex:
    """The words of a text and where each stands, made once."""

    def __init__(self, text: str) -> None:
        self.words = parse_words(text)
        self._forms = [stem(word.form) for word in self.words]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, form in enumerate(self._forms):
            self._places[form].append(place)

    def nearest(self, quote: Sequence[Word], after: int = 0) -> NearestPassage | None:
        """The nearest passage; of equals the first that starts at the offset `after` or later, else the first."""
        forms = [stem(word.form) for word in quote]
        found = [self._best(forms, start) for start in self._starts(forms)]
        if not found:
            return None
        return min(
            found,
            key=lambda passage: (
                passage.edits,
                passage.words[0].start < after,
                passage.words[0].start,
            ),
        )

    def _starts(self, forms: Sequence[str]) -> list[int]:
        """The words of the text at which the quote most likely starts."""
        known = [
            (len(self._places[form]), place)
            for place, form in enumerate(forms)
            if form in self._places
        ]
        votes: Counter[int] = Counter()
        width = max(4, len(forms) // 4)
        for count, place in sorted(known)[:_MAX_QUERY_WORDS]:
            if count > _MAX_POSITIONS and votes:
                break
            for position in self._places[forms[place]][:_MAX_POSITIONS]:
                votes[(position - place) // width] += 1
        sums = {bucket: votes[bucket] + votes[bucket + 1] for bucket in votes}
        best = sorted(sums, key=lambda bucket: (-sums[bucket], bucket))[
            : _CANDIDATES * 2
        ]
        return sorted({max(0, bucket * width) for bucket in best})

    def _best(self, forms: Sequence[str], start: int) -> NearestPassage:
        """Of the windows about `start` the one that needs fewest edits; of equals the longer, which holds more."""
        margin = max(6, len(forms) // 3)
        low, high = (
            max(0, start - margin),
            min(len(self._forms), start + len(forms) + 2 * margin),
        )
        near = self._forms[low:high]
        blocks = Indel.editops(forms, near).as_matching_blocks()
        last = blocks[-2].b + blocks[-2].size if len(blocks) > 1 else len(near)
        first = 0
        for _ in range(2):  # the better end may allow a better start
            first = min(
                range(last),
                key=lambda place: (Indel.distance(forms, near[place:last]), place),
            )
            last = min(
                range(first + 1, len(near) + 1),
                key=lambda place: (Indel.distance(forms, near[first:place]), -place),
            )
        editing = Indel.editops(forms, near[first:last])
        matched = [block for block in editing.as_matching_blocks() if block.size]
        lead = matched[0].a if matched else 0
        tail = len(forms) - matched[-1].a - matched[-1].size if matched else 0
        return NearestPassage(
            self.words[low + first : low + last],
            self.words[max(0, low + first - lead) : low + last + tail],
            len(editing),
        )
