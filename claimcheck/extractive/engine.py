"""Summarize without a model: from a described document to a run.

The claims are the source's own clauses, so nothing can be invented. The same document
always gives the same run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claimcheck.english.check_worthiness import classify_kind, score_check_worthiness
from claimcheck.english.clauses import Clause, split_clauses
from claimcheck.english.disputed import REASON as DISPUTED, find_disputed
from claimcheck.english.names import find_names
from claimcheck.english.quantities import find_quantities
from claimcheck.english.quotations import Attribution
from claimcheck.english.speech import UNKNOWN_SPEAKER, Speech
from claimcheck.english.time_resolution import (
    find_first_time,
    find_year_before,
    resolve_relative_times,
)
from claimcheck.errors import InputError
from claimcheck.extractive.rank import compute_centrality, compute_tfidf_vectors
from claimcheck.extractive.summary import ScoredSentence, build_extractive_summary
from claimcheck.extractive.unused import explain_unused, find_obstacle
from claimcheck.models.claim import Claim, Match, make_claim_id
from claimcheck.models.document import Document
from claimcheck.models.llm import Usage
from claimcheck.models.run import Run
from claimcheck.models.span import Span, extract_excerpts, format_quote
from claimcheck.pipeline.consistency import QuoteComparison
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.ledger import build_ledger
from claimcheck.pipeline.signature import build_extractive_signature
from claimcheck.settings import Settings
from claimcheck.text.noise import Noise
from claimcheck.text.paragraphs import CLOSING_MARKS, SENTENCE_ENDS
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import (
    MAX_SENTENCE_CHARACTERS,
    Sentence,
    split_sentences,
)

_GREETING = re.compile(r"^(?:Hi|Hello|Hey|Dear)(?:\s[A-Z][\w.’'-]*){1,3},\s+(?=\w)")
_PRONOUN = re.compile(r"(?:He|She)\b")
_POSSESSIVE = re.compile(r"['’]s\b")
_SENTENCE_END = re.compile(
    rf"[{SENTENCE_ENDS}](?:\s?[{re.escape(CLOSING_MARKS)}])*"
    r"(?:\s\([^()]*\)|\s[–—-]\s[A-Z][^.!?]{1,60})?$"
)


@dataclass(frozen=True, slots=True)
class _DocumentContext:
    """The context that the claims of a sentence depend on."""

    document: Document
    reading: Reading
    sentences: Sequence[Sentence]
    attribution: Attribution
    comparison: QuoteComparison


@dataclass(frozen=True, slots=True)
class _References:
    """What the words of a sentence refer to outside the sentence.

    `antecedent` is the person meant by "He" or "She" at its start, and `year` the last
    year that the text mentioned.
    """

    published: date | None
    year: int | None
    antecedent: str | None


@dataclass(frozen=True, slots=True)
class _SentenceClaims:
    """The claims of a sentence, and its decontextualized text.

    `drafts` has all of its clauses, including those not worth checking.
    """

    text: str
    claims: tuple[Claim, ...]
    drafts: tuple[Claim, ...]


def summarize_extractively(
    document: Document, reading: Reading, settings: Settings
) -> Flow[Run]:
    """Summarize a document as a flow that makes no requests.

    It yields between its steps, so that a driver can cancel it.

    Raises:
        InputError: the document has no sentence within the maximum length.
    """
    sentences, too_long = _split_document(document, reading)
    sentences, disputed = _set_disputed_aside(document, reading, sentences)
    yield []
    attribution = Attribution(sentences)
    speeches = attribution.speeches
    yield []
    context = _DocumentContext(
        document, reading, sentences, attribution, QuoteComparison(document)
    )
    extracted = [
        _extract_claims(context, index, speech) for index, speech in enumerate(speeches)
    ]
    yield []
    found = [claim for item in extracted for claim in item.claims]
    claims = _select_claims(found, settings.max_claims)
    items = _score_sentences(sentences, speeches, extracted, claims)
    # The ledger reports text that is too long together with the page noise.
    noise = sorted([*reading.noise, *too_long])
    drafts = [item.drafts for item in extracted]
    unused = explain_unused(reading, sentences, drafts, claims)
    unused = sorted([*unused, *disputed])
    return Run(
        document=document,
        summary=build_extractive_summary(items, document.title, document.language),
        claims=claims,
        verdicts=(),
        unchecked=(),
        failures=(),
        ledger=build_ledger(document.characters, noise, unused=unused),
        passages=1,
        usage=Usage(),
        signature=build_extractive_signature(
            "run",
            {
                "max_claims": settings.max_claims,
                "passage_tokens": settings.passage_tokens,
            },
        ),
    )


def _decontextualize(text: str, references: _References) -> str:
    """Make a sentence stand alone.

    Relative times and a leading pronoun get their meaning in brackets after them, and a
    greeting is removed.
    """
    published, year = references.published, references.year
    text = _GREETING.sub("", text)
    # From the end, so that earlier offsets stay valid.
    for end, resolved in reversed(resolve_relative_times(text, published, year)):
        possessive = _POSSESSIVE.match(text, end)
        offset = possessive.end() if possessive else end
        text = f"{text[:offset]} [{resolved}]{text[offset:]}"
    pronoun = _PRONOUN.match(text)
    if pronoun and references.antecedent:
        text = f"{pronoun.group()} [{references.antecedent}]{text[pronoun.end() :]}"
    text = text.strip().rstrip(",;:—–")
    text = text[:1].upper() + text[1:]
    return text if _SENTENCE_END.search(text) else text + "."


def _split_document(
    document: Document, reading: Reading
) -> tuple[list[Sentence], list[Noise]]:
    """Return the sentences, and the text that is too long to be one."""
    sentences: list[Sentence] = []
    too_long: list[Noise] = []
    for sentence in split_sentences(reading, document.language):
        if len(sentence.text) <= MAX_SENTENCE_CHARACTERS:
            sentences.append(sentence)
            continue
        for span in reading.locate(sentence.start, sentence.end):
            too_long.append(Noise(span.start, span.end, "too long to be a sentence"))
    if not sentences:
        raise InputError(
            f"{document.source}: found no sentence of at most "
            f"{MAX_SENTENCE_CHARACTERS:,} characters. Is it prose?"
        )
    return sentences, too_long


def _set_disputed_aside(
    document: Document, reading: Reading, sentences: list[Sentence]
) -> tuple[list[Sentence], list[Noise]]:
    """Return the sentences to read, and the ranges of those under "Myths"."""
    disputed: frozenset[int] = frozenset()
    if document.language == "en":
        disputed = find_disputed(reading, sentences)
    if len(disputed) == len(sentences):
        return sentences, []  # nothing else is there to read
    ranges: list[Noise] = []
    for index in sorted(disputed):
        sentence = sentences[index]
        for span in reading.locate(sentence.start, sentence.end):
            ranges.append(Noise(span.start, span.end, DISPUTED))
    kept = [item for index, item in enumerate(sentences) if index not in disputed]
    return kept, ranges


def _extract_claims(
    context: _DocumentContext, index: int, speech: Speech | None
) -> _SentenceClaims:
    sentence = context.sentences[index]
    references = _References(
        published=context.document.published,
        year=find_year_before(context.reading.text, sentence.start),
        antecedent=context.attribution.find_antecedent(index),
    )
    drafts: list[Claim] = []
    for clause in split_clauses(sentence.text, speech):
        drafts.append(_build_claim(context, sentence, clause, references))
    claims = [claim for claim in drafts if find_obstacle(claim) is None]
    text = _add_speaker(_decontextualize(sentence.text, references), speech)
    text = _add_label(text, sentence, speech)
    return _SentenceClaims(text, tuple(claims), tuple(drafts))


def _build_claim(
    context: _DocumentContext,
    sentence: Sentence,
    clause: Clause,
    references: _References,
) -> Claim:
    spans: list[Span] = []
    parts: list[str] = []
    for start, end in clause.ranges:
        spans += context.reading.locate(sentence.start + start, sentence.start + end)
        parts.append(sentence.text[start:end].strip())
    excerpts = extract_excerpts(context.reading.lines, tuple(spans))
    quote = format_quote(excerpts)
    words = " ".join(parts)
    text = _add_speaker(_decontextualize(words, references), clause.speech)
    text = _add_label(text, sentence, clause.speech)
    if clause.referent:
        referent = sentence.text[slice(*clause.referent)].strip()
        referent = referent[:1].upper() + referent[1:]
        text = f"[{referent}:] {text[:1].lower()}{text[1:]}"
    speaker = clause.speech.speaker if clause.speech else None
    if speaker:
        # Later mentions ("Abrams") get the name from the first ("Elliott Abrams").
        speaker = context.attribution.full_names.get(speaker, speaker)
    quantities = find_quantities(words)
    check_worthiness, reason = score_check_worthiness(words, quantities)
    consistency, differences = context.comparison.compare(
        text, None if speaker == UNKNOWN_SPEAKER else speaker, quote, excerpts
    )
    return Claim(
        id=make_claim_id(context.document.id, text, quote),
        text=text,
        quote=quote,
        spans=excerpts,
        also_at=(),
        match=Match.EXACT,
        kind=classify_kind(words, speaker, quantities),
        speaker=speaker,
        about=find_names(words),
        when=find_first_time(words, references.published, references.year),
        quantities=quantities,
        check_worthiness=check_worthiness,
        reason=reason,
        consistency=consistency,
        differences=differences,
    )


def _add_speaker(text: str, speech: Speech | None) -> str:
    """Prefix a sentence that is only a quotation with its speaker."""
    if speech and speech.content_start == 0 and text[:1] in '"“':
        return f"[{speech.speaker} said:] {text}"
    return text


def _add_label(text: str, sentence: Sentence, speech: Speech | None) -> str:
    """Prefix a speaker's report of another's words with the speaker."""
    label = sentence.speaker
    if (
        label is None
        or speech is None
        or speech.speaker in (label, UNKNOWN_SPEAKER)
        or text[0] == "["
    ):
        return text
    return f"[{label} said:] {text}"


def _select_claims(claims: Sequence[Claim], limit: int) -> tuple[Claim, ...]:
    """Select the most check-worthy distinct claims, in document order."""
    unique: dict[str, Claim] = {}
    for claim in claims:
        unique.setdefault(claim.text, claim)
    ranked = sorted(unique.values(), key=lambda claim: -claim.check_worthiness)
    ids = {claim.id for claim in ranked[:limit]}
    return tuple(claim for claim in unique.values() if claim.id in ids)


def _score_sentences(
    sentences: Sequence[Sentence],
    speeches: Sequence[Speech | None],
    extracted: Sequence[_SentenceClaims],
    claims: Sequence[Claim],
) -> list[ScoredSentence]:
    """Score sentences for the summary, and link them to the run's claims."""
    ids = {claim.id for claim in claims}
    vectors = compute_tfidf_vectors([sentence.text for sentence in sentences])
    centrality = compute_centrality(vectors)
    items: list[ScoredSentence] = []
    for index, sentence in enumerate(sentences):
        own = [claim for claim in extracted[index].claims if claim.id in ids]
        item = ScoredSentence(
            text=extracted[index].text,
            sentence=sentence,
            vector=vectors[index],
            centrality=float(centrality[index]),
            speech=speeches[index],
            claims=tuple(own),
        )
        items.append(item)
    return items
