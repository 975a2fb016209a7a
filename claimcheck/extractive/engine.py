"""Summarize without a model: from a described document to a run, deterministically."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claimcheck import schemas, tokens
from claimcheck.english.dates import (
    find_first_time,
    find_year_before,
    resolve_relative_times,
)
from claimcheck.english.names import find_names
from claimcheck.english.quantities import find_quantities
from claimcheck.english.quotations import (
    Clause,
    Speech,
    find_antecedent,
    map_full_names,
    resolve_speeches,
    split_clauses,
)
from claimcheck.errors import InputError
from claimcheck.extractive.check_worthiness import classify_kind, score_check_worthiness
from claimcheck.extractive.rank import compute_centrality, compute_tfidf_vectors
from claimcheck.extractive.summary import ScoredSentence, build_extractive_summary
from claimcheck.models.claim import Claim, Match, make_claim_id
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import Run, Signature
from claimcheck.models.span import LineIndex, extract_excerpts, format_quote
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    Sentence,
    count_words,
    split_sentences,
)
from claimcheck.version import __version__

_PRONOUN = re.compile(r"(?:He|She)\b")


def decontextualize(
    text: str, published: date | None, told: int | None, who: str | None
) -> str:
    """Make a sentence stand alone: resolve dates and a leading pronoun in brackets.
    year that is told of before."""
    for end, resolved in reversed(resolve_relative_times(text, published, told)):
        possessive = re.match(r"['’]s\b", text[end:])
        place = end + (possessive.end() if possessive else 0)
        text = f"{text[:place]} [{resolved}]{text[place:]}"
    if who and (match := _PRONOUN.match(text)):
        text = f"{match.group()} [{who}]{text[match.end() :]}"
    text = text.strip().rstrip(",;:—–")
    text = text[:1].upper() + text[1:]
    return text if re.search(r"[.!?…。！？।؟][\"'”’»)\]]*$", text) else text + "."


_MIN_CHECK_WORTHINESS = 0.03
_MIN_CLAIM_WORDS = 4


def summarize_extractively(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    """Summarize a document as a flow that makes no requests; deterministic.

    Raises:
        InputError: nothing in the document has the length of a sentence.
    """
    every = split_sentences(reading, document.language)
    found = [
        sentence for sentence in every if len(sentence.text) <= MAX_SENTENCE_CHARACTERS
    ]
    if not found:
        raise InputError(
            f"{document.source}: holds no sentence of at most {MAX_SENTENCE_CHARACTERS:,} characters; is it prose?"
        )
    too_long = [
        Noise(span.start, span.end, "too long to be a sentence")
        for sentence in every
        if len(sentence.text) > MAX_SENTENCE_CHARACTERS
        for span in reading.locate(sentence.start, sentence.end)
    ]
    yield []
    said = resolve_speeches(found)
    yield []
    setting = _DocumentContext(
        document, reading.lines, reading, found, map_full_names(found)
    )
    made = [
        _extract_claims(setting, place, speech) for place, speech in enumerate(said)
    ]
    yield []
    # as many as the llm engine would list: so many for each passage that it would read
    most = settings.max_claims * max(
        1, math.ceil((document.tokens or 0) / settings.passage_tokens)
    )
    kept = _select_claims([claim for claims, _ in made for claim in claims], most)
    ids = {claim.id for claim in kept}
    rows = compute_tfidf_vectors([sentence.text for sentence in found])
    items = [
        ScoredSentence(
            text,
            sentence,
            row,
            float(central),
            speech,
            tuple(claim for claim in claims if claim.id in ids),
        )
        for (claims, text), sentence, row, central, speech in zip(
            made, found, rows, compute_centrality(rows), said, strict=True
        )
    ]
    return Run(
        document=document,
        summary=build_extractive_summary(items, document.title),
        claims=kept,
        verdicts=(),
        unchecked=(),
        failures=(),
        ledger=build_ledger(document.characters, sorted([*reading.noise, *too_long])),
        passages=1,
        usage=Usage(),
        signature=Signature(
            version=__version__,
            engine="extractive",
            model=None,
            response_format=None,
            prompts={},
            schemas={"run": schemas.compute_digest("run")},
            settings={
                "max_claims": settings.max_claims,
                "passage_tokens": settings.passage_tokens,
            },
            seed=None,
            token_count=f"{tokens.ENCODING} (estimate)",
        ),
    )


@dataclass(frozen=True, slots=True)
class _DocumentContext:
    """What the claims of a sentence need besides the sentence."""

    document: Document
    places: LineIndex
    reading: Reading
    sentences: Sequence[Sentence]
    full_names: Mapping[str, str]


def _extract_claims(
    setting: _DocumentContext, place: int, speech: Speech | None
) -> tuple[tuple[Claim, ...], str]:
    """Return the claims of one sentence, and its decontextualized text."""
    sentence = setting.sentences[place]
    who = speech.speaker if speech else None
    who = (
        find_antecedent(setting.sentences, place, who)
        if sentence.text.startswith(("He ", "She "))
        else None
    )
    told = find_year_before(setting.reading.text, sentence.start)
    claims = tuple(
        claim
        for clause in split_clauses(sentence.text, speech)
        if (
            claim := _build_claim(setting, sentence, clause, who, told)
        ).check_worthiness
        >= _MIN_CHECK_WORTHINESS
        and count_words(claim.quote) >= _MIN_CLAIM_WORDS
        and not claim.quote.endswith("?")
    )
    return claims, _add_speaker(
        decontextualize(sentence.text, setting.document.published, told, who), speech
    )


def _build_claim(
    setting: _DocumentContext,
    sentence: Sentence,
    clause: Clause,
    who: str | None,
    told: int | None,
) -> Claim:
    document = setting.document
    spans = [
        span
        for start, end in clause.ranges
        for span in setting.reading.locate(sentence.start + start, sentence.start + end)
    ]
    parts = extract_excerpts(setting.places, tuple(spans))
    quote = format_quote(parts)
    words = " ".join(sentence.text[start:end].strip() for start, end in clause.ranges)
    text = _add_speaker(
        decontextualize(words, document.published, told, who), clause.speech
    )
    if clause.referent:
        about = sentence.text[slice(*clause.referent)].strip()
        text = f"[{about[:1].upper()}{about[1:]}:] {text[:1].lower()}{text[1:]}"
    speaker = (
        setting.full_names.get(clause.speech.speaker, clause.speech.speaker)
        if clause.speech
        else None
    )
    quantities = find_quantities(words)
    worth, reason = score_check_worthiness(words, quantities)
    return Claim(
        id=make_claim_id(document.id, text, quote),
        text=text,
        quote=quote,
        spans=parts,
        also_at=(),
        match=Match.EXACT,
        kind=classify_kind(words, speaker, quantities),
        speaker=speaker,
        about=find_names(words),
        when=find_first_time(words, document.published, told),
        quantities=quantities,
        check_worthiness=worth,
        reason=reason,
    )


def _add_speaker(text: str, speech: Speech | None) -> str:
    """Prefix a sentence that is only a quotation with its speaker in brackets."""
    if speech and speech.content_start == 0 and text[:1] in '"“':
        return f"[{speech.speaker} said:] {text}"
    return text


def _select_claims(claims: Sequence[Claim], most: int) -> tuple[Claim, ...]:
    """Select the most check-worthy distinct claims, in document order."""
    unique: dict[str, Claim] = {}
    for claim in claims:
        unique.setdefault(claim.text, claim)
    ranked = sorted(unique.values(), key=lambda claim: -claim.check_worthiness)[:most]
    ids = {claim.id for claim in ranked}
    return tuple(claim for claim in unique.values() if claim.id in ids)
