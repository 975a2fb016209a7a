"""Whether a run's summary and claims are carried by the document that they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from claimcheck import prompts, schemas, tokens
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.run import CheckFailure, Run, Signature
from claimcheck.models.verdict import DecidedBy, Finding, Label, Stance, Verdict, Votes
from claimcheck.pipeline.answers import Answer, ask_all, build_request
from claimcheck.pipeline.driver import Flow
from claimcheck.settings import CHECK_ONLY_SETTINGS, Settings
from claimcheck.text.reading import Reading
from claimcheck.verification.engine import (
    NO_EVIDENCE_FINDING,
    find_speaker,
    verify_content,
    verify_statement,
)
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.finding import Hypothesis, assess, build_evidence
from claimcheck.verification.retrieve import Corpus, select_passages
from claimcheck.version import __version__

SCHEMA, PROMPT = "verdict.answer", "verdict"
_PROMPTS = (PROMPT, "repair", "json-only")
_RATIONALE_PATTERN = r"^[^\n]{1,300}$"
_VOTE_TEMPERATURE = 0.7  # temperature at which votes differ, where none is set
_MAX_RELATED_PASSAGES = 3  # passages that a verdict without any of its own shows
_STANCE_BY_LABEL = {Label.SUPPORTED: Stance.SUPPORTS, Label.REFUTED: Stance.REFUTES}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check of statements came to: a verdict or a failure for each, in order, and what it cost."""

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    usage: Usage
    signature: Signature


def check_with_model(
    statements: Sequence[Statement],
    library: Corpus,
    settings: Settings,
    *,
    strict: bool = False,
) -> Flow[CheckResult]:
    """Check statements with a model; skip those without a relevant passage."""
    cases = [
        _StatementCheck.of(statement, library, settings, strict=strict)
        for statement in statements
    ]
    asked = [case for case in cases if case.passages]
    requests = [request for case in asked for request in case.requests(settings)]
    answers: list[Answer] = (yield from ask_all(requests)) if requests else []
    remaining = iter(answers)
    outcomes = [
        case.outcome(list(islice(remaining, settings.votes if case.passages else 0)))
        for case in cases
    ]
    return CheckResult(
        verdicts=tuple(outcome for outcome in outcomes if isinstance(outcome, Verdict)),
        failures=tuple(
            outcome for outcome in outcomes if isinstance(outcome, CheckFailure)
        ),
        usage=sum((answer.usage for answer in answers), Usage()),
        signature=_build_signature(settings, answers),
    )


def check_without_model(
    statements: Sequence[Statement],
    library: Corpus,
    settings: Settings,
    *,
    strict: bool = False,
) -> Flow[CheckResult]:
    """Check statements with the embedded engine; no request is sent."""
    verdicts = []
    for statement in statements:
        verdicts.append(verify_statement(statement, library, strict=strict))
        yield []
    signature = Signature(
        version=__version__,
        engine="extractive",
        model=None,
        response_format=None,
        prompts={},
        schemas={"check": schemas.compute_digest("check")},
        settings={},
        seed=None,
        token_count=f"{tokens.ENCODING} (estimate)",
    )
    return CheckResult(tuple(verdicts), (), Usage(), signature)


@dataclass(frozen=True, slots=True)
class _StatementCheck:
    """A statement, the documents that bear on it, and the sentences of theirs that the model is shown."""

    statement: Statement
    sources: Sequence[EvidenceDocument]
    passages: Sequence[tuple[EvidenceDocument, int]]
    strict: bool

    @classmethod
    def of(
        cls, statement: Statement, library: Corpus, settings: Settings, *, strict: bool
    ) -> _StatementCheck:
        sources = library.find_documents(statement.text)
        return cls(
            statement,
            sources,
            select_passages(statement.text, sources, settings.top_k),
            strict,
        )

    def requests(self, settings: Settings) -> list[ModelRequest]:
        speaker = self.statement.speaker
        claim = (
            self.statement.text
            if speaker is None
            else f"{self.statement.text} (as the words of {speaker})"
        )
        texts = [source.sentences[place].text for source, place in self.passages]
        fence = prompts.choose_fence("".join([claim, *texts]))
        # `maxLength` is no keyword of strict mode, and weak models talk on
        narrowed = ("rationale", "pattern", _RATIONALE_PATTERN)
        asked = build_request(
            PROMPT,
            {"claim": claim, "passages": texts, "fence": fence},
            SCHEMA,
            narrowed,
        )
        if settings.votes == 1:
            return [asked]
        return [
            replace(
                asked,
                temperature=settings.temperature or _VOTE_TEMPERATURE,
                seed=(settings.seed or 0) + number,
            )
            for number in range(settings.votes)
        ]

    def outcome(self, answers: Sequence[Answer]) -> Verdict | CheckFailure:
        if not self.passages:
            return self._verdict(NO_EVIDENCE_FINDING, None)
        usable = [answer for answer in answers if answer.value]
        if not usable:
            return _build_failure(self.statement, answers[0])
        counts = Counter(
            Label(answer.value["label"]) for answer in usable if answer.value
        )
        label, agreed = counts.most_common(1)[0]
        chosen = next(
            answer
            for answer in usable
            if answer.value and answer.value["label"] == label
        )
        votes = Votes(len(answers), agreed) if len(answers) > 1 else None
        confidence = agreed / len(answers) if votes else None
        finding = self._finding(chosen, confidence)
        return self._verdict(self._ruled(finding), votes)

    def _verdict(self, finding: Finding, votes: Votes | None) -> Verdict:
        return Verdict(
            subject=self.statement.id,
            text=self.statement.text,
            speaker=find_speaker(self.statement),
            finding=finding,
            content=verify_content(self.statement, self.sources),
            votes=votes,
        )

    def _finding(self, answer: Answer, confidence: float | None) -> Finding:
        """The model's answer; a label that rests on no passage that was shown is no verdict on the claim."""
        value = answer.value or {}
        label = Label(value["label"])
        rationale = " ".join(str(value["rationale"]).split())
        numbers = [
            number
            for number in dict.fromkeys(value["evidence"])
            if 0 < number <= len(self.passages)
        ]
        if label is not Label.NOT_ENOUGH_EVIDENCE and not numbers:
            rationale = (
                f"The model says “{label}” but names no passage for it. {rationale}"
            )
            label, confidence = Label.NOT_ENOUGH_EVIDENCE, None
        stance = _STANCE_BY_LABEL.get(label, Stance.RELATED)
        named = [self.passages[number - 1] for number in numbers] or select_passages(
            self.statement.text, self.sources, _MAX_RELATED_PASSAGES
        )
        quoted = tuple(
            item
            for source, place in named
            for item in build_evidence(source, [place], stance)
        )
        return Finding(label, confidence, rationale, quoted, (), DecidedBy.MODEL)

    def _ruled(self, finding: Finding) -> Finding:
        """The finding, or, where the rules see a difference that the model did not, that it is not supported."""
        if finding.label is not Label.SUPPORTED:
            return finding
        question = Hypothesis.from_text(
            self.statement.text, self.statement.speaker, strict=self.strict
        )
        quoted = {item.document_id for item in finding.evidence}
        for source in self.sources:
            ruled = assess(question, source)
            # what one document lacks another may have: only those that the model quotes must have it all
            counts = (
                source.document.id in quoted
                or ruled.label is not Label.NOT_ENOUGH_EVIDENCE
            )
            if ruled.decided_by is DecidedBy.RULES and counts:
                return replace(
                    finding,
                    label=Label.NOT_ENOUGH_EVIDENCE,
                    confidence=ruled.confidence,
                    rationale=f"The model calls it supported, but the words differ. {ruled.rationale}",
                    evidence=ruled.evidence,
                    differences=ruled.differences,
                    decided_by=DecidedBy.RULES,
                )
        return finding


def _build_failure(statement: Statement, answer: Answer) -> CheckFailure:
    assert answer.cause is not None
    return CheckFailure(
        statement.id,
        statement.text,
        answer.cause,
        answer.message,
        answer.attempts,
        answer.raw,
    )


def _build_signature(settings: Settings, answers: Sequence[Answer]) -> Signature:
    first = next((answer for answer in answers if answer.model), None)
    left_out = first.left_out if first else ()
    only = {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
    exact = tokens.is_exact(settings.model)
    return Signature(
        version=__version__,
        engine="llm",
        model=first.model if first else settings.model,
        response_format=first.response_format if first else None,
        prompts={name: prompts.load(name).digest for name in _PROMPTS},
        schemas={name: schemas.compute_digest(name) for name in (SCHEMA, "check")},
        settings=settings.published() | only | dict.fromkeys(left_out, None),
        seed=None if "seed" in left_out else settings.seed,
        token_count=f"{tokens.ENCODING} ({'exact' if exact else 'estimate'})",
    )


def check_run(
    flow: Flow[Run], reading: Reading, settings: Settings, engine: str
) -> Flow[Run]:
    """Check the summary and the claims of the flow's run against its document.

    Each text is checked once, as strictly as a summary deserves: what it adds, or states as a fact where the document
    has somebody say it, is not supported.
    """
    run = yield from flow
    statements = list_statements(run)
    if not statements:
        return run
    check = check_without_model if engine == "extractive" else check_with_model
    corpus = Corpus(run.document, reading)
    found = yield from check(statements, corpus, settings, strict=True)
    signature = replace(
        run.signature,
        prompts=run.signature.prompts | found.signature.prompts,
        schemas=run.signature.schemas | found.signature.schemas,
        settings=run.signature.settings | found.signature.settings,
    )
    return replace(
        run,
        verdicts=found.verdicts,
        unchecked=found.failures,
        usage=run.usage + found.usage,
        signature=signature,
    )


def list_statements(run: Run) -> list[Statement]:
    """Return the summary sentences, key points, and claims that can be checked."""
    texts = [*run.summary.sentences, *run.summary.key_points] if run.summary else []
    sentences = {
        make_statement_id(item.text): Statement.of(item.text) for item in texts
    }
    return [
        *sentences.values(),
        *(Statement(claim.id, claim.text, claim.speaker) for claim in run.claims),
    ]
