"""Check whether documents support statements, with a model or without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from claimcheck import prompts
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.llm import ModelRequest, Usage
from claimcheck.models.run import CheckFailure, Run, Signature
from claimcheck.models.verdict import (
    DecidedBy,
    Evidence,
    Finding,
    Label,
    Stance,
    Verdict,
    Votes,
)
from claimcheck.pipeline.answers import (
    Answer,
    VerdictAnswer,
    ask_all,
    build_request,
)
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.signature import (
    build_extractive_signature,
    build_model_signature,
    merge_settings,
)
from claimcheck.settings import CHECK_ONLY_SETTINGS, Settings
from claimcheck.text.reading import Reading
from claimcheck.verification.choose import choose_scorer
from claimcheck.verification.compare import Hypothesis
from claimcheck.verification.decide import NO_EVIDENCE_FINDING, find_veto
from claimcheck.verification.engine import (
    find_speaker,
    verify_content,
    verify_statement,
)
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.explain import build_evidence
from claimcheck.verification.retrieve import Corpus, select_passages
from claimcheck.verification.scorer import EntailmentScorer

SCHEMA, PROMPT = "verdict.answer", "verdict"
# The key in the settings of a signature: the scorer, with its version.
VERIFIER = "verifier"
# The key in the settings of a signature, where it is not the default.
CHECK_WITH = "check_with"
PROMPTS = (PROMPT, "repair", "json-only")
# Weak models write on and on. Strict mode does not take `maxLength`, but it takes a
# pattern.
_RATIONALE_PATTERN = r"^[^\n]{1,300}$"
# Used if the settings have none, or 0: at 0, all votes would be the same.
_VOTE_TEMPERATURE = 0.7
# Shown with a verdict that cites none. Chosen by hand.
_MAX_RELATED_PASSAGES = 3
_STANCE_BY_LABEL = {Label.SUPPORTED: Stance.SUPPORTS, Label.REFUTED: Stance.REFUTES}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A verdict or a failure for each statement, in order, and the cost."""

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    usage: Usage
    signature: Signature


def check_with_model(
    statements: Sequence[Statement],
    corpus: Corpus,
    settings: Settings,
    *,
    strict: bool = False,
) -> Flow[CheckResult]:
    """Check statements with a model; one without evidence needs no request."""
    scorer = choose_scorer(settings.verifier)
    context = _CheckContext(corpus, settings, scorer, strict)
    checks = [_StatementCheck.prepare(statement, context) for statement in statements]
    votes_by_check, answers = yield from _ask_for_votes(checks)
    verdicts = []
    failures = []
    for check, votes in zip(checks, votes_by_check, strict=True):
        outcome = check.decide(votes)
        if isinstance(outcome, Verdict):
            verdicts.append(outcome)
        else:
            failures.append(outcome)
    extra_settings = {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
    extra_settings[VERIFIER] = scorer.name
    return CheckResult(
        verdicts=tuple(verdicts),
        failures=tuple(failures),
        usage=sum((answer.usage for answer in answers), Usage()),
        signature=build_model_signature(
            settings, answers, PROMPTS, (SCHEMA, "check"), extra_settings
        ),
    )


def _ask_for_votes(
    checks: list[_StatementCheck],
) -> Flow[tuple[list[list[Answer[VerdictAnswer]]], list[Answer[VerdictAnswer]]]]:
    """Return the votes of each check, and all answers that were paid for.

    A check that exceeds the model's window is repeated with half of its passages, and
    replaced in `checks`.
    """
    votes_by_check: list[list[Answer[VerdictAnswer]]] = [[] for _ in checks]
    all_answers: list[Answer[VerdictAnswer]] = []
    pending = list(range(len(checks)))
    while pending:
        requests = [request for index in pending for request in checks[index].requests]
        answers = yield from ask_all(requests, VerdictAnswer)
        all_answers += answers
        # All requests are sent at once; each check takes its own answers, in order.
        remaining = iter(answers)
        repeated = []
        for index in pending:
            check = checks[index]
            votes_by_check[index] = list(islice(remaining, len(check.requests)))
            exceeds = any(vote.exceeds_window for vote in votes_by_check[index])
            if exceeds and len(check.passages) > 1:
                checks[index] = check.halve()
                repeated.append(index)
        pending = repeated
    return votes_by_check, all_answers


def check_without_model(
    statements: Sequence[Statement],
    corpus: Corpus,
    settings: Settings,
    *,
    strict: bool = False,
) -> Flow[CheckResult]:
    """Check statements without a model, by comparison and entailment.

    Of the settings, only `verifier` counts.
    """
    scorer = choose_scorer(settings.verifier)
    verdicts = []
    for statement in statements:
        verdicts.append(verify_statement(statement, corpus, scorer, strict=strict))
        yield []  # the driver can cancel here
    signature = build_extractive_signature("check", {VERIFIER: scorer.name})
    return CheckResult(tuple(verdicts), (), Usage(), signature)


def check_run(
    flow: Flow[Run], reading: Reading, settings: Settings, engine: str
) -> Flow[Run]:
    """Check the summary and the claims of the flow's run against its document.

    Each text is checked once, as strictly as a summary deserves: what it adds to the
    document, or states as a fact where the document quotes somebody, is not supported.
    """
    run = yield from flow
    statements = list_statements(run)
    if not statements:
        return run
    is_by_model = settings.checks_with_model(engine)
    check = check_with_model if is_by_model else check_without_model
    corpus = Corpus(run.document, reading)
    result = yield from check(statements, corpus, settings, strict=True)
    merged = merge_settings(run.signature, result.signature)
    if engine == "llm" and not is_by_model:
        merged[CHECK_WITH] = settings.check_with
    signature = replace(
        run.signature,
        prompts=run.signature.prompts | result.signature.prompts,
        schemas=run.signature.schemas | result.signature.schemas,
        settings=merged,
    )
    return replace(
        run,
        verdicts=result.verdicts,
        unchecked=result.failures,
        usage=run.usage + result.usage,
        signature=signature,
    )


def list_statements(run: Run) -> list[Statement]:
    """Return the sentences and key points of the summary, and the claims."""
    # A text that is both a sentence and a key point is checked once.
    statements: dict[str, Statement] = {}
    if run.summary:
        for item in (*run.summary.sentences, *run.summary.key_points):
            statements[make_statement_id(item.text)] = Statement.of(item.text)
    claims = [Statement(claim.id, claim.text, claim.speaker) for claim in run.claims]
    return [*statements.values(), *claims]


@dataclass(frozen=True, slots=True)
class _CheckContext:
    """What the checks of all statements share; `strict` as in `Hypothesis`."""

    corpus: Corpus
    settings: Settings
    scorer: EntailmentScorer
    strict: bool


@dataclass(frozen=True, slots=True)
class _StatementCheck:
    """The check of one statement with a model.

    `documents` are those that may bear on it; `passages` are their sentences that the
    model is shown, numbered from 1; `requests` has one request for each vote.
    """

    statement: Statement
    context: _CheckContext
    documents: Sequence[EvidenceDocument]
    passages: Sequence[tuple[EvidenceDocument, int]]
    requests: Sequence[ModelRequest]

    @classmethod
    def prepare(cls, statement: Statement, context: _CheckContext) -> _StatementCheck:
        documents = context.corpus.find_documents(statement.text)
        check = cls(statement, context, documents, (), ())
        return check.select(context.settings.top_k)

    def select(self, count: int) -> _StatementCheck:
        """Return the check with the best passages, at most `count`."""
        passages = select_passages(self.statement.text, self.documents, count)
        requests: Sequence[ModelRequest] = ()
        if passages:
            requests = _build_requests(self.statement, passages, self.context.settings)
        return replace(self, passages=passages, requests=requests)

    def halve(self) -> _StatementCheck:
        """Return the check with the better half of the passages."""
        return self.select(len(self.passages) // 2)

    def decide(
        self, answers: Sequence[Answer[VerdictAnswer]]
    ) -> Verdict | CheckFailure:
        """Return the majority's verdict, or a failure if there is none."""
        if not self.passages:
            return self._build_verdict(NO_EVIDENCE_FINDING, None)
        # Whoever did not see all of the passages cannot judge by them.
        values = [
            answer.value
            for answer in answers
            if answer.value and not answer.unread_tokens
        ]
        if not values:
            return _build_failure(self.statement, answers[0])
        counts = Counter(value.label for value in values)
        # In a tie, the label that was given first.
        label = counts.most_common(1)[0][0]
        chosen = next(value for value in values if value.label == label)
        if len(answers) == 1:
            return self._build_verdict(self._build_finding(chosen), None)
        finding = self._build_finding(chosen)
        # A check may have replaced the label. An unusable answer is a vote for nothing.
        agreed = counts[finding.label]
        confidence = agreed / len(answers) if agreed else None
        finding = replace(finding, confidence=confidence)
        return self._build_verdict(finding, Votes(len(answers), agreed))

    def _build_verdict(self, finding: Finding, votes: Votes | None) -> Verdict:
        return Verdict(
            subject=self.statement.id,
            text=self.statement.text,
            speaker=find_speaker(self.statement),
            finding=finding,
            content=verify_content(self.statement, self.documents, self.context.scorer),
            votes=votes,
        )

    def _build_finding(self, answer: VerdictAnswer) -> Finding:
        """Build the finding from the model's answer, if that has grounds.

        A label that cites no passage becomes `not_enough_evidence`, and a "supported"
        to which a check objects becomes what the checks decide.
        """
        cited = self._find_cited_passages(answer)
        label, rationale = answer.label, answer.rationale
        if label is not Label.NOT_ENOUGH_EVIDENCE and not cited:
            rationale = f"The model says “{label}” but cites no passage. {rationale}"
            label = Label.NOT_ENOUGH_EVIDENCE
        evidence = self._build_evidence(cited, label)
        finding = Finding(label, None, rationale, evidence, (), DecidedBy.MODEL)
        if label is Label.SUPPORTED:
            return self._apply_veto(finding, cited)
        return finding

    def _find_cited_passages(
        self, answer: VerdictAnswer
    ) -> list[tuple[EvidenceDocument, int]]:
        # Weak models cite a passage twice, or one that does not exist.
        numbers = dict.fromkeys(answer.evidence)
        count = len(self.passages)
        return [self.passages[item - 1] for item in numbers if 0 < item <= count]

    def _build_evidence(
        self, cited: Sequence[tuple[EvidenceDocument, int]], label: Label
    ) -> tuple[Evidence, ...]:
        passages = cited or select_passages(
            self.statement.text, self.documents, _MAX_RELATED_PASSAGES
        )
        stance = _STANCE_BY_LABEL.get(label, Stance.RELATED)
        evidence: list[Evidence] = []
        for document, index in passages:
            evidence += build_evidence(document, [index], stance)
        return tuple(evidence)

    def _apply_veto(
        self, finding: Finding, cited: Sequence[tuple[EvidenceDocument, int]]
    ) -> Finding:
        """Replace "supported" if a check objects: as without a model."""
        hypothesis = Hypothesis.from_text(
            self.statement.text, self.statement.speaker, strict=self.context.strict
        )
        for document in self.documents:
            indexes = [index for other, index in cited if other is document]
            veto = find_veto(hypothesis, document, self.context.scorer, indexes)
            if veto is not None:
                # A vote is for "supported", and says nothing of another label.
                rationale = f"The model calls it supported, but: {veto.rationale}"
                return replace(veto, rationale=rationale)
        return finding


def _build_requests(
    statement: Statement,
    passages: Sequence[tuple[EvidenceDocument, int]],
    settings: Settings,
) -> list[ModelRequest]:
    claim = statement.text
    if statement.speaker is not None:
        claim = f"{claim} (as the words of {statement.speaker})"
    texts = [document.sentences[index].text for document, index in passages]
    fence = prompts.choose_fence("".join([claim, *texts]))
    variables = {"claim": claim, "passages": texts, "fence": fence}
    limit = ("rationale", "pattern", _RATIONALE_PATTERN)
    request = build_request(settings.brief, PROMPT, variables, SCHEMA, limit)
    if settings.votes == 1:
        return [request]
    # The seeds differ, so that the votes can, but are the same in every run.
    temperature = settings.temperature or _VOTE_TEMPERATURE
    first_seed = settings.seed or 0
    return [
        replace(request, temperature=temperature, seed=first_seed + vote)
        for vote in range(settings.votes)
    ]


def _build_failure(statement: Statement, answer: Answer[VerdictAnswer]) -> CheckFailure:
    # It has no range of the document; only what happened counts.
    unread = answer.build_unread_failures(0, 1)
    failure = unread[0] if unread else answer.build_failure(0, 1)
    return CheckFailure(
        subject=statement.id,
        text=statement.text,
        cause=failure.cause,
        message=failure.message,
        attempts=failure.attempts,
        raw=failure.raw,
    )
