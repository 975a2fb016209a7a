"""An alignment in numbers: what of a claim the evidence covers, and what kinds of words it lacks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from claimcheck.checking.alignment import Alignment
from claimcheck.checking.source import Source
from claimcheck.checking.terms import form_of
from claimcheck.checking.vocabulary import opposites, part_of_speech
from claimcheck.grounding.lexicon import NEGATION, WEIGHTY, meanings, stem

# words that make a claim stronger than evidence mostly is
_STRICT = frozenset(
    stem(word)
    for word in """only never always all every most no none nobody nothing exclusively entirely solely first last least
    any ever single best worst largest biggest smallest""".split()
)
_COUNTS = (
    "number not near",
    "number nowhere",
    "name not near",
    "name nowhere",
    "noun not near",
    "noun nowhere",
    "verb not near",
    "verb nowhere",
    "adjective not near",
    "adjective nowhere",
    "adverb not near",
    "unknown word not near",
    "synonym near",
    "opposite near",
    "strict word not near",
    "direction not near",
    "modality not near",
    "negation only in claim",
    "negation only in evidence",
    "negation in claim",
)
_PARTS = {"n": "noun", "v": "verb", "a": "adjective", "r": "adverb", "?": "unknown word"}
_MOST = 3  # more of a kind say no more
_SHARED = (
    "number nowhere",
    "name not near",
    "name nowhere",
    "noun not near",
    "noun nowhere",
    "verb not near",
    "verb nowhere",
    "adjective not near",
    "adjective nowhere",
    "synonym near",
)


def features(alignments: Sequence[Alignment], source: Source) -> dict[str, float]:
    """The features of a claim, of one sentence or several, each from 0 to 1."""
    counted = [_counts(alignment, source) for alignment in alignments]
    covered = [_coverages(alignment, source) for alignment in alignments]
    lengths = [len(alignment.words) for alignment in alignments]
    total = sum(lengths) or 1
    found: dict[str, float] = {}
    for name in _COUNTS:
        count = sum(counts[name] for counts in counted)
        found[name] = min(_MOST, count) / _MOST
        if name in _SHARED:
            found[f"share: {name}"] = count / total
    for name in covered[0]:
        found[f"least {name}"] = min(values[name] for values in covered)
        found[f"mean {name}"] = (
            sum(values[name] * length for values, length in zip(covered, lengths, strict=True)) / total
        )
    found["length"] = min(1.0, math.log(total + 1) / 5)
    found["sentence length"] = min(40.0, total / len(alignments)) / 40
    return found


def _counts(alignment: Alignment, source: Source) -> dict[str, int]:
    counts = dict.fromkeys(_COUNTS, 0)
    near = alignment.near
    for term in alignment.terms:
        if term.form in near:
            continue
        nowhere = term.form not in alignment.everywhere
        if term.is_number or term.is_name:
            kind = "number" if term.is_number else "name"
            counts[f"{kind} not near"] += 1
            counts[f"{kind} nowhere"] += nowhere
            continue
        counts["opposite near"] += not near.isdisjoint(opposites(term.form))
        for weighty in ("direction", "modality"):
            counts[f"{weighty} not near"] += WEIGHTY.get(term.form) == weighty
        if has_synonym(term.form, near):
            counts["synonym near"] += 1
            continue
        part = _PARTS[part_of_speech(term.word)]
        counts[f"{part} not near"] += 1
        if nowhere and f"{part} nowhere" in counts:
            counts[f"{part} nowhere"] += 1
    counts["strict word not near"] = sum(form in _STRICT and form not in near for form in alignment.words)
    denied = denies(alignment.words)
    best = denies(source.words[alignment.picked[0]]) if alignment.picked else False
    counts["negation in claim"] = int(denied)
    counts["negation only in claim"] = int(denied and not best)
    counts["negation only in evidence"] = int(best and not denied)
    return counts


def has_synonym(form: str, forms: frozenset[str]) -> bool:
    """Whether one of the forms shares a common meaning with this one."""
    sets = meanings(form)
    return bool(sets) and any(not sets.isdisjoint(meanings(other)) for other in forms)


def denies(words: Sequence[str]) -> bool:
    """Whether words hold a negation."""
    return any(word in NEGATION or word.endswith(("n't", "n’t")) for word in words)


def _coverages(alignment: Alignment, source: Source) -> dict[str, float]:
    forms = [term.form for term in alignment.terms]
    pairs = list(zip(forms, forms[1:], strict=False))
    together = sum(any(left in hit and right in hit for hit in alignment.hits.values()) for left, right in pairs)
    following = list(zip(alignment.words, alignment.words[1:], strict=False))
    evidence: set[tuple[str, str]] = set()
    for place in alignment.picked:
        run = [form_of(word) for word in source.words[place]]
        evidence.update(zip(run, run[1:], strict=False))
    return {
        "coverage near": alignment.coverage(alignment.near),
        "coverage anywhere": alignment.coverage(alignment.everywhere),
        "coverage by one sentence": alignment.best_coverage,
        "pairs in one sentence": together / len(pairs) if pairs else float(bool(alignment.hits)),
        "words in order": sum(pair in evidence for pair in following) / max(1, len(following)),
    }
