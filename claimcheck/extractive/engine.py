"""Summarize without a model: from a described document to a run, deterministically."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claimcheck import schemas, tokens
from claimcheck.english.dates import resolved_in, when_in, year_before
from claimcheck.english.names import names_in
from claimcheck.english.quantities import quantities_in
from claimcheck.english.quotations import Clause, Speech, antecedent, clauses, full_names, speakers
from claimcheck.errors import InputError
from claimcheck.extractive.check_worthiness import check_worthiness, kind_of
from claimcheck.extractive.rank import centrality, vectors
from claimcheck.extractive.summary import Item, digest
from claimcheck.models.claim import Claim, Match, claim_id
from claimcheck.models.document import Document
from claimcheck.models.run import Run, Signature, Usage
from claimcheck.models.span import Places, excerpts, readable
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import ledger
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, sentences, word_count
from claimcheck.version import __version__

_PRONOUN = re.compile(r"(?:He|She)\b")


def standing_alone(text: str, published: date | None, told: int | None, who: str | None) -> str:
    """`text` with dates for "Tuesday" and "last year", and with whom a first "He" means; capital and full stop. `told`: the
    year that is told of before."""
    for end, resolved in reversed(resolved_in(text, published, told)):
        possessive = re.match(r"['’]s\b", text[end:])
        place = end + (possessive.end() if possessive else 0)
        text = f"{text[:place]} [{resolved}]{text[place:]}"
    if who and (match := _PRONOUN.match(text)):
        text = f"{match.group()} [{who}]{text[match.end() :]}"
    text = text.strip().rstrip(",;:—–")
    text = text[:1].upper() + text[1:]
    return text if re.search(r"[.!?…。！？।؟][\"'”’»)\]]*$", text) else text + "."


_LEAST_WORTH = 0.03
_LEAST_WORDS = 4
_LONGEST_SENTENCE = 3_000  # longer ones are tables, logs or code: every pattern here would be lost on them


def summarize_flow(document: Document, reading: Reading, settings: Settings) -> Flow[Run]:
    """The run of a described document, in a flow that asks nobody; the same document gives the same run.

    Raises:
        InputError: nothing in the document has the length of a sentence.
    """
    every = sentences(reading, document.language)
    found = [sentence for sentence in every if len(sentence.text) <= _LONGEST_SENTENCE]
    if not found:
        raise InputError(
            f"{document.source}: holds no sentence of at most {_LONGEST_SENTENCE:,} characters; is it prose?"
        )
    too_long = [
        Noise(span.start, span.end, "too long to be a sentence")
        for sentence in every
        if len(sentence.text) > _LONGEST_SENTENCE
        for span in reading.spans(sentence.start, sentence.end)
    ]
    yield []
    said = speakers(found)
    yield []
    setting = _Setting(document, Places(document.full_text), reading, found, full_names(found))
    made = [_claims_of(setting, place, speech) for place, speech in enumerate(said)]
    yield []
    # as many as the llm engine would list: so many for each passage that it would read
    most = settings.max_claims * max(1, math.ceil((document.tokens or 0) / settings.passage_tokens))
    kept = _worthiest([claim for claims, _ in made for claim in claims], most)
    ids = {claim.id for claim in kept}
    rows = vectors([sentence.text for sentence in found])
    items = [
        Item(text, sentence, row, float(central), speech, tuple(claim for claim in claims if claim.id in ids))
        for (claims, text), sentence, row, central, speech in zip(
            made, found, rows, centrality(rows), said, strict=True
        )
    ]
    return Run(
        document=document,
        summary=digest(items, document.title),
        claims=kept,
        verdicts=(),
        unchecked=(),
        failures=(),
        ledger=ledger(document.characters, sorted([*reading.noise, *too_long])),
        passages=1,
        usage=Usage(),
        signature=Signature(
            version=__version__,
            engine="extractive",
            model=None,
            response_format=None,
            prompts={},
            schemas={"run": schemas.digest("run")},
            settings={"max_claims": settings.max_claims, "passage_tokens": settings.passage_tokens},
            seed=None,
            token_count=f"{tokens.ENCODING} (estimate)",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the claims of a sentence need besides the sentence."""

    document: Document
    places: Places
    reading: Reading
    sentences: Sequence[Sentence]
    full_names: Mapping[str, str]


def _claims_of(setting: _Setting, place: int, speech: Speech | None) -> tuple[tuple[Claim, ...], str]:
    """The claims of one sentence, and the sentence's own text as it stands alone."""
    sentence = setting.sentences[place]
    who = speech.speaker if speech else None
    who = antecedent(setting.sentences, place, who) if sentence.text.startswith(("He ", "She ")) else None
    told = year_before(setting.reading.text, sentence.start)
    claims = tuple(
        claim
        for clause in clauses(sentence.text, speech)
        if (claim := _claim(setting, sentence, clause, who, told)).check_worthiness >= _LEAST_WORTH
        and word_count(claim.quote) >= _LEAST_WORDS
        and not claim.quote.endswith("?")
    )
    return claims, _with_speaker(standing_alone(sentence.text, setting.document.published, told, who), speech)


def _claim(setting: _Setting, sentence: Sentence, clause: Clause, who: str | None, told: int | None) -> Claim:
    document = setting.document
    spans = [
        span
        for start, end in clause.ranges
        for span in setting.reading.spans(sentence.start + start, sentence.start + end)
    ]
    parts = excerpts(setting.places, tuple(spans))
    quote = readable(parts)
    words = " ".join(sentence.text[start:end].strip() for start, end in clause.ranges)
    text = _with_speaker(standing_alone(words, document.published, told, who), clause.speech)
    if clause.about:
        about = sentence.text[slice(*clause.about)].strip()
        text = f"[{about[:1].upper()}{about[1:]}:] {text[:1].lower()}{text[1:]}"
    speaker = setting.full_names.get(clause.speech.speaker, clause.speech.speaker) if clause.speech else None
    quantities = quantities_in(words)
    worth, reason = check_worthiness(words, quantities)
    return Claim(
        id=claim_id(document.id, text, quote),
        text=text,
        quote=quote,
        spans=parts,
        also_at=(),
        match=Match.EXACT,
        kind=kind_of(words, speaker, quantities),
        speaker=speaker,
        about=names_in(words),
        when=when_in(words, document.published, told),
        quantities=quantities,
        check_worthiness=worth,
        reason=reason,
    )


def _with_speaker(text: str, speech: Speech | None) -> str:
    """A sentence that is nothing but quotation gets its speaker in brackets."""
    if speech and speech.content == 0 and text[:1] in '"“':
        return f"[{speech.speaker} said:] {text}"
    return text


def _worthiest(claims: Sequence[Claim], most: int) -> tuple[Claim, ...]:
    """At most so many claims, the worthiest, in document order; what the document repeats word by word is one."""
    unique: dict[str, Claim] = {}
    for claim in claims:
        unique.setdefault(claim.text, claim)
    ranked = sorted(unique.values(), key=lambda claim: -claim.check_worthiness)[:most]
    ids = {claim.id for claim in ranked}
    return tuple(claim for claim in unique.values() if claim.id in ids)
