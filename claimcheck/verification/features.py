"""A claim beside its evidence in numbers: what stands there, in which other words, and what does not stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.lexicon import NEGATION, WEIGHTY, stem
from claimcheck.english.terms import Term, form_of
from claimcheck.english.wordnet import SAME_SENSE, Relation, meaning_of, opposites
from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import Source

NEAR, ELSEWHERE = "near", "elsewhere"
_UNEXPLAINED = (ELSEWHERE, Relation.NONE)
# words that make a claim stronger than evidence mostly is
_STRICT = frozenset(
    stem(word)
    for word in """only never always all every most no none nobody nothing exclusively entirely solely first last least
    any ever single best worst largest biggest smallest""".split()
)
_COUNTED = (
    *(f"{kind} {place}" for kind in ("number", "name") for place in _UNEXPLAINED),
    *(f"word {relation}" for relation in (ELSEWHERE, *Relation)),
)
_LONG = 60  # words of a claim: more make no difference
_FEW = 3.0  # so much weight, or so many, say all that a count can say


def features(alignments: Sequence[Alignment], source: Source) -> dict[str, float]:
    """The features of a claim of one or more sentences, each from 0 to 1 but for the tens of words.

    "share" is of the weight of the claim's terms, "much" is weight by itself: two wrong names in a long claim are two
    wrong names.
    """
    found: Counter[str] = Counter()
    for alignment in alignments:
        found.update(_weights(alignment))
        found.update(_signs(alignment, source))
    total = sum(term.weight for alignment in alignments for term in alignment.terms) or 1.0
    shares = {f"share: {name}": found[name] / total for name in _COUNTED}
    near = sum(found[f"{kind} {NEAR}"] for kind in ("number", "name", "word")) / total
    return {
        **shares,
        **{f"much: {name}": min(_FEW, found[name]) / _FEW for name in _COUNTED},
        "near": near,
        "near in any words": near + sum(shares[f"share: word {relation}"] for relation in SAME_SENSE),
        "near, worst sentence": min(alignment.coverage(alignment.near) for alignment in alignments),
        "in one sentence": sum(alignment.best_coverage * alignment.weight for alignment in alignments)
        / total,
        "pairs in one sentence": found["pairs met"] / found["pairs"] if found["pairs"] else near,
        "ends in one sentence": found["ends met"] / len(alignments),
        "words in order": found["order met"] / max(1, found["order"]),
        **{
            name: min(2, found[name]) / 2
            for name in (
                "strict word",
                "direction",
                "opposite near",
                "negation only in claim",
                "negation only in evidence",
            )
        },
        **_heaviest_missing(alignments),
        **_evidence(alignments, source),
        "tens of words": min(_LONG, sum(len(alignment.words) for alignment in alignments)) / 10,
        "sentences": min(5, len(alignments)) / 5,
        "numbers": min(_FEW, found["numbers"]) / _FEW,
        "names": min(_FEW, found["names"]) / _FEW,
    }


def _heaviest_missing(alignments: Sequence[Alignment]) -> dict[str, float]:
    missing = [
        [term for term in alignment.terms if term.form not in alignment.near] for alignment in alignments
    ]
    words = [term.weight for terms in missing for term in terms if not term.is_number and not term.is_name]
    most = max(sum(term.weight for term in terms) for terms in missing)
    last = [alignment.terms[-1] for alignment in alignments if _lacks_end(alignment)]
    return {
        "missing, heaviest word": max(words, default=0.0),
        "missing, worst sentence": min(4.0, most) / 4,
        "missing, last word": sum(term.weight for term in last) / len(alignments),
    }


def _lacks_end(alignment: Alignment) -> bool:
    """Whether nothing near says the last word of a sentence, where what is new in it mostly stands."""
    return bool(alignment.terms) and explained(alignment.terms[-1], alignment) not in (NEAR, *SAME_SENSE)


def _evidence(alignments: Sequence[Alignment], source: Source) -> dict[str, float]:
    """How much of the best evidence sentences the claim uses, and how long they are."""
    found = [(alignment, alignment.picked[0]) for alignment in alignments if alignment.picked]
    used = [
        len(source.forms(place).intersection(alignment.words)) / max(1, len(source.forms(place)))
        for alignment, place in found
    ]
    lengths = [len(source.words(place)) for _, place in found]
    return {
        "evidence used": sum(used) / len(alignments),
        "evidence length": min(1.0, sum(lengths) / len(alignments) / 40),
    }


def explained(term: Term, alignment: Alignment) -> str:
    """Where or in which relation a term stands in the evidence: `near`, `elsewhere`, or a `Relation`."""
    if term.form in alignment.near or term.form in alignment.agreed:
        return NEAR
    elsewhere = term.form in alignment.everywhere
    if term.is_number or term.is_name:
        return ELSEWHERE if elsewhere else Relation.NONE
    relation = meaning_of(term.form).relation_to(alignment.meanings)
    return relation if relation in SAME_SENSE or not elsewhere else ELSEWHERE


def _weights(alignment: Alignment) -> Counter[str]:
    found: Counter[str] = Counter()
    for term in alignment.terms:
        kind = "number" if term.is_number else "name" if term.is_name else "word"
        found[f"{kind} {explained(term, alignment)}"] += term.weight  # type: ignore[assignment]
        found[f"{kind}s"] += 1
    return found


def _signs(alignment: Alignment, source: Source) -> Counter[str]:
    """Words that make a claim say more or the opposite, and how far the order of words is that of the evidence."""
    found: Counter[str] = Counter()
    found["strict word"] = sum(form in _STRICT and form not in alignment.near for form in alignment.words)
    found["direction"] = sum(
        WEIGHTY.get(term.form) == "direction" and term.form not in alignment.near for term in alignment.terms
    )
    found["opposite near"] = sum(
        term.form not in alignment.near and not alignment.near.isdisjoint(opposites(term.form))
        for term in alignment.terms
    )
    denied = denies(alignment.words)
    best = denies(source.words(alignment.picked[0])) if alignment.picked else False
    found["negation only in claim"] = int(denied and not best)
    found["negation only in evidence"] = int(best and not denied)
    pairs = list(pairwise(term.form for term in alignment.terms))
    found["pairs"] = len(pairs)
    found["pairs met"] = sum(
        any(left in hit and right in hit for hit in alignment.hits.values()) for left, right in pairs
    )
    ends = {term.form for term in (*alignment.terms[:1], *alignment.terms[-1:])}
    found["ends met"] = any(ends <= hit for hit in alignment.hits.values())
    following = list(pairwise(alignment.words))
    evidence = {pair for place in alignment.picked for pair in pairwise(map(form_of, source.words(place)))}
    found["order"] = len(following)
    found["order met"] = sum(pair in evidence for pair in following)
    return found


def denies(words: Sequence[str]) -> bool:
    """Whether words hold a negation."""
    return any(word in NEGATION or word.endswith("n't") for word in words)
