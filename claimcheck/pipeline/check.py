"""Whether a run's summary and claims are carried by the document that they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from claimcheck import prompts, schemas, tokens
from claimcheck.models.claim import Statement, statement_id
from claimcheck.models.llm import ModelRequest
from claimcheck.models.run import CheckFailure, Run, Signature, Usage
from claimcheck.models.verdict import DecidedBy, Finding, Label, Stance, Verdict, Votes
from claimcheck.pipeline.answers import Answer, ask_all, request
from claimcheck.pipeline.driver import Flow
from claimcheck.settings import CHECK_ONLY, Settings
from claimcheck.verification.engine import NOTHING, content_finding, speaker_of, verdict_on
from claimcheck.verification.evidence import Source
from claimcheck.verification.finding import Question, evidence, judge
from claimcheck.verification.retrieve import Library, shown
from claimcheck.version import __version__

SCHEMA, PROMPT = "verdict.answer", "verdict"
_PROMPTS = (PROMPT, "repair", "json-only")
_ONE_SENTENCE = r"^[^\n]{1,300}$"
_VARIED = 0.7  # temperature at which votes differ, where none is set
_RELATED = 3  # passages that a verdict without any of its own shows
_STANCE = {Label.SUPPORTED: Stance.SUPPORTS, Label.REFUTED: Stance.REFUTES}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of statements came to: a verdict or a failure for each, in order, and what it cost."""

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    usage: Usage
    signature: Signature


def check_flow(
    statements: Sequence[Statement], library: Library, settings: Settings, *, strict: bool = False
) -> Flow[Checked]:
    """The verdicts of a model on statements; one on which no passage bears is not asked about."""
    cases = [_Case.of(statement, library, settings, strict=strict) for statement in statements]
    asked = [case for case in cases if case.passages]
    requests = [request for case in asked for request in case.requests(settings)]
    answers: list[Answer] = (yield from ask_all(requests)) if requests else []
    remaining = iter(answers)
    outcomes = [
        case.outcome(list(islice(remaining, settings.votes if case.passages else 0))) for case in cases
    ]
    return Checked(
        verdicts=tuple(outcome for outcome in outcomes if isinstance(outcome, Verdict)),
        failures=tuple(outcome for outcome in outcomes if isinstance(outcome, CheckFailure)),
        usage=sum((answer.usage for answer in answers), Usage()),
        signature=_signature(settings, answers),
    )


def extractive_flow(
    statements: Sequence[Statement], library: Library, settings: Settings, *, strict: bool = False
) -> Flow[Checked]:
    """The verdicts of the embedded engine, in a flow that asks nobody."""
    verdicts = []
    for statement in statements:
        verdicts.append(verdict_on(statement, library, strict=strict))
        yield []
    signature = Signature(
        version=__version__,
        engine="extractive",
        model=None,
        response_format=None,
        prompts={},
        schemas={"check": schemas.digest("check")},
        settings={},
        seed=None,
        token_count=f"{tokens.ENCODING} (estimate)",
    )
    return Checked(tuple(verdicts), (), Usage(), signature)


@dataclass(frozen=True, slots=True)
class _Case:
    """A statement, the documents that bear on it, and the sentences of theirs that the model is shown."""

    statement: Statement
    sources: Sequence[Source]
    passages: Sequence[tuple[Source, int]]
    strict: bool

    @classmethod
    def of(cls, statement: Statement, library: Library, settings: Settings, *, strict: bool) -> _Case:
        sources = library.sources(statement.text)
        return cls(statement, sources, shown(statement.text, sources, settings.top_k), strict)

    def requests(self, settings: Settings) -> list[ModelRequest]:
        speaker = self.statement.speaker
        claim = (
            self.statement.text if speaker is None else f"{self.statement.text} (as the words of {speaker})"
        )
        texts = [source.sentences[place].text for source, place in self.passages]
        fence = prompts.fence("".join([claim, *texts]))
        # `maxLength` is no keyword of strict mode, and weak models talk on
        narrowed = ("rationale", "pattern", _ONE_SENTENCE)
        asked = request(PROMPT, {"claim": claim, "passages": texts, "fence": fence}, SCHEMA, narrowed)
        if settings.votes == 1:
            return [asked]
        return [
            replace(asked, temperature=settings.temperature or _VARIED, seed=(settings.seed or 0) + number)
            for number in range(settings.votes)
        ]

    def outcome(self, answers: Sequence[Answer]) -> Verdict | CheckFailure:
        if not self.passages:
            return self._verdict(NOTHING, None)
        usable = [answer for answer in answers if answer.value]
        if not usable:
            return _failure(self.statement, answers[0])
        counts = Counter(Label(answer.value["label"]) for answer in usable if answer.value)
        label, agreed = counts.most_common(1)[0]
        chosen = next(answer for answer in usable if answer.value and answer.value["label"] == label)
        votes = Votes(len(answers), agreed) if len(answers) > 1 else None
        confidence = agreed / len(answers) if votes else None
        finding = self._finding(chosen, confidence)
        return self._verdict(self._ruled(finding), votes)

    def _verdict(self, finding: Finding, votes: Votes | None) -> Verdict:
        return Verdict(
            subject=self.statement.id,
            text=self.statement.text,
            speaker=speaker_of(self.statement),
            finding=finding,
            content=content_finding(self.statement, self.sources),
            votes=votes,
        )

    def _finding(self, answer: Answer, confidence: float | None) -> Finding:
        """The model's answer; a label that rests on no passage that was shown is no verdict on the claim."""
        value = answer.value or {}
        label = Label(value["label"])
        rationale = " ".join(str(value["rationale"]).split())
        numbers = [number for number in dict.fromkeys(value["evidence"]) if 0 < number <= len(self.passages)]
        if label is not Label.NOT_ENOUGH_EVIDENCE and not numbers:
            rationale = f"The model says “{label}” but names no passage for it. {rationale}"
            label, confidence = Label.NOT_ENOUGH_EVIDENCE, None
        stance = _STANCE.get(label, Stance.RELATED)
        named = [self.passages[number - 1] for number in numbers] or shown(
            self.statement.text, self.sources, _RELATED
        )
        quoted = tuple(item for source, place in named for item in evidence(source, [place], stance))
        return Finding(label, confidence, rationale, quoted, (), DecidedBy.MODEL)

    def _ruled(self, finding: Finding) -> Finding:
        """The finding, or, where the rules see a difference that the model did not, that it is not supported."""
        if finding.label is not Label.SUPPORTED:
            return finding
        question = Question.of(self.statement.text, self.statement.speaker, strict=self.strict)
        quoted = {item.document_id for item in finding.evidence}
        for source in self.sources:
            ruled = judge(question, source)
            # what one document lacks another may have: only those that the model quotes must have it all
            counts = source.document.id in quoted or ruled.label is not Label.NOT_ENOUGH_EVIDENCE
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


def _failure(statement: Statement, answer: Answer) -> CheckFailure:
    assert answer.cause is not None
    return CheckFailure(
        statement.id, statement.text, answer.cause, answer.message, answer.attempts, answer.raw
    )


def _signature(settings: Settings, answers: Sequence[Answer]) -> Signature:
    first = next((answer for answer in answers if answer.model), None)
    left_out = first.left_out if first else ()
    only = {name: getattr(settings, name) for name in CHECK_ONLY}
    exact = tokens.is_exact(settings.model)
    return Signature(
        version=__version__,
        engine="llm",
        model=first.model if first else settings.model,
        response_format=first.response_format if first else None,
        prompts={name: prompts.load(name).digest for name in _PROMPTS},
        schemas={name: schemas.digest(name) for name in (SCHEMA, "check")},
        settings=settings.published() | only | dict.fromkeys(left_out, None),
        seed=None if "seed" in left_out else settings.seed,
        token_count=f"{tokens.ENCODING} ({'exact' if exact else 'estimate'})",
    )


def checked(flow: Flow[Run], settings: Settings, engine: str) -> Flow[Run]:
    """The flow's run with verdicts on its summary's sentences and key points and on its claims, in that order.

    Each text is checked once, as strictly as a summary deserves: what it adds, or states as a fact where the document
    has somebody say it, is not supported.
    """
    run = yield from flow
    statements = statements_of(run)
    if not statements:
        return run
    check = extractive_flow if engine == "extractive" else check_flow
    found = yield from check(statements, Library(run.document), settings, strict=True)
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


def statements_of(run: Run) -> list[Statement]:
    """What of a run can be checked: the sentences and key points of its summary, and its claims."""
    texts = [*run.summary.sentences, *run.summary.key_points] if run.summary else []
    sentences = {statement_id(item.text): Statement.of(item.text) for item in texts}
    return [*sentences.values(), *(Statement(claim.id, claim.text, claim.speaker) for claim in run.claims)]
