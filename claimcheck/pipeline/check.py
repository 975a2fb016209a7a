"""Check whether documents support statements, with a model or without one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claimcheck.errors import ProviderError
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.llm import Usage, sum_usage
from claimcheck.models.run import Cause, CheckFailure, Failure, Run, Signature
from claimcheck.models.verdict import (
    DecidedBy,
    Evidence,
    Finding,
    Label,
    Stance,
    Verdict,
    Votes,
)
from claimcheck.pipeline.answers import VerdictAnswer, VerdictsAnswer
from claimcheck.pipeline.ask import Answer
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.signature import (
    build_extractive_signature,
    build_model_signature,
    merge_settings,
)
from claimcheck.pipeline.verdict_requests import (
    PROMPT,
    SCHEMA,
    Passage,
    StatementEvidence,
    Vote,
    ask_for_votes,
)
from claimcheck.settings import Settings
from claimcheck.settings.run import CHECK_ONLY_SETTINGS
from claimcheck.text.reading import Reading
from claimcheck.verification.choose_scorer import choose_scorer
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.decide import (
    NO_EVIDENCE_FINDING,
    find_veto,
    list_contradictions,
    list_objections,
)
from claimcheck.verification.explain import build_evidence
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.verdicts import (
    find_speaker,
    verify_content,
    verify_statement,
)

# The key in the settings of a signature: the scorer, with its version.
VERIFIER = "verifier"
# The key in the settings of a signature, present only if it is not the default.
CHECK_WITH = "check_with"
PROMPTS = (PROMPT, "repair", "json-only")
# A verdict must cite one of the closest passages. Chosen by hand, on recorded verdicts.
_CLOSEST_PASSAGES = 3
_NO_VERDICT = "the answer has no verdict on this statement"
# For a verdict that cites no passage. Chosen by hand.
_MAX_RELATED_PASSAGES = 3
_WORD = re.compile(r"\w+")
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
    items = [
        StatementEvidence(statement, corpus.find_documents(statement.text))
        for statement in statements
    ]
    votes_by_item, answers = yield from ask_for_votes(items, settings)
    outcomes = [
        _StatementCheck(item, scorer, strict).decide(votes)
        for item, votes in zip(items, votes_by_item, strict=True)
    ]
    # Only checks depend on these, so the settings of other runs do not list them.
    extra_settings = {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
    extra_settings[VERIFIER] = scorer.name
    return CheckResult(
        verdicts=tuple(item for item in outcomes if isinstance(item, Verdict)),
        failures=tuple(item for item in outcomes if isinstance(item, CheckFailure)),
        usage=sum_usage(answers),
        signature=build_model_signature(
            settings, answers, PROMPTS, (SCHEMA, "check"), extra_settings
        ),
    )


def check_without_model(
    statements: Sequence[Statement],
    corpus: Corpus,
    settings: Settings,
    *,
    strict: bool = False,
) -> Flow[CheckResult]:
    """Check statements without a model, by comparison and entailment.

    Of the settings, only `verifier` is used.
    """
    scorer = choose_scorer(settings.verifier)
    verdicts = []
    for statement in statements:
        verdicts.append(verify_statement(statement, corpus, scorer))
        yield []  # the driver can cancel here
    signature = build_extractive_signature("check", {VERIFIER: scorer.name})
    return CheckResult(tuple(verdicts), (), Usage(), signature)


def check_run(
    flow: Flow[Run], reading: Reading, settings: Settings, engine: str
) -> Flow[Run]:
    """Check the summary and the claims of the flow's run against its document.

    Each text is checked once, with the strictness that a summary needs: anything it
    adds to the document, or states as a fact where the document quotes somebody, is not
    supported.
    """
    run = yield from flow
    statements = list_statements(run)
    if not statements:
        return run
    is_by_model = settings.checks_with_model(engine)
    check = check_with_model if is_by_model else check_without_model
    corpus = Corpus(run.document, reading)
    try:
        result = yield from check(statements, corpus, settings, strict=True)
    except ProviderError as error:
        error.run = run  # has been paid for
        raise
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
class _StatementCheck:
    """Turns a model's answers about one statement into a verdict.

    `strict` as in `Hypothesis`.
    """

    item: StatementEvidence
    scorer: EntailmentScorer
    strict: bool

    @property
    def statement(self) -> Statement:
        return self.item.statement

    def decide(self, votes: Sequence[Vote]) -> Verdict | CheckFailure:
        """Return the majority verdict, or a failure if no vote is usable."""
        if not votes:
            return self._build_verdict(NO_EVIDENCE_FINDING, None)
        # A model that did not receive all passages cannot judge them.
        usable = [
            (vote.verdict, vote.passages)
            for vote in votes
            if vote.verdict and not vote.answer.response.unread_tokens
        ]
        if not usable:
            return _build_failure(self.statement, votes[0].answer)
        labels = [verdict.label for verdict, _ in usable]
        # In a tie, `most_common` returns the label of the earliest vote.
        label = Counter(labels).most_common(1)[0][0]
        finding = self._build_finding(*usable[labels.index(label)])
        if len(votes) == 1:
            return self._build_verdict(finding, None)
        # A veto may have replaced the label. Unusable answers count as votes for no
        # label.
        agreed = labels.count(finding.label)
        confidence = agreed / len(votes) if agreed else None
        finding = replace(finding, confidence=confidence)
        return self._build_verdict(finding, Votes(len(votes), agreed))

    def _build_verdict(self, finding: Finding, votes: Votes | None) -> Verdict:
        return Verdict(
            subject=self.statement.id,
            text=self.statement.text,
            speaker=find_speaker(self.statement),
            finding=finding,
            content=verify_content(self.statement, self.item.documents, self.scorer),
            votes=votes,
        )

    def _build_finding(
        self, verdict: VerdictAnswer, passages: Sequence[Passage]
    ) -> Finding:
        """Build the finding from the model's answer, if that has grounds.

        A label that cites no passage about the statement becomes `not_enough_evidence`.
        If the rules object to "supported", their finding replaces it.
        """
        # Weak models cite a passage twice, or one that does not exist.
        numbers = [n for n in verdict.evidence if 0 < n <= len(passages)]
        cited = [passages[n - 1] for n in dict.fromkeys(numbers)]
        label, rationale = verdict.label, verdict.rationale
        if label is not Label.NOT_ENOUGH_EVIDENCE and not self._is_about(cited):
            passage = "no passage close to it" if cited else "no passage"
            rationale = f"The model says “{label}” but cites {passage}. {rationale}"
            label = Label.NOT_ENOUGH_EVIDENCE
            cited = []
        evidence = self._build_evidence(cited, label)
        finding = Finding(label, None, rationale, evidence, (), DecidedBy.MODEL)
        if label is Label.SUPPORTED:
            return self._apply_veto(finding, cited)
        if label is Label.REFUTED and self._is_repeated():
            rationale = f"The model says “{label}” of what a passage says. {rationale}"
            related = self._build_evidence(cited, Label.NOT_ENOUGH_EVIDENCE)
            undecided = replace(finding, label=Label.NOT_ENOUGH_EVIDENCE)
            return replace(undecided, rationale=rationale, evidence=related)
        return finding

    def _is_repeated(self) -> bool:
        """Whether a passage has all the statement's words, and no conflict."""
        words = set(_WORD.findall(self.statement.text.lower()))
        for document, index in self.item.select(_CLOSEST_PASSAGES):
            passage = document.sentences[index].text.lower()
            if not words.issubset(_WORD.findall(passage)):
                continue
            hypothesis = self._build_hypothesis()
            comparisons = compare_sentences(hypothesis, document, [index])
            has_objection = list_objections(comparisons, strict=False)
            if not has_objection and not list_contradictions(comparisons):
                return True
        return False

    def _build_hypothesis(self) -> Hypothesis:
        return Hypothesis.from_text(
            self.statement.text, self.statement.speaker, strict=self.strict
        )

    def _is_about(self, cited: Sequence[Passage]) -> bool:
        """Whether one of the passages is among the closest to the statement.

        A weak model that must cite a passage cites an arbitrary one.
        """
        closest = self.item.select(_CLOSEST_PASSAGES)
        return any(passage in closest for passage in cited)

    def _build_evidence(
        self, cited: Sequence[Passage], label: Label
    ) -> tuple[Evidence, ...]:
        passages = cited or self.item.select(_MAX_RELATED_PASSAGES)
        stance = _STANCE_BY_LABEL.get(label, Stance.RELATED)
        evidence: list[Evidence] = []
        for document, index in passages:
            evidence += build_evidence(document, [index], stance)
        return tuple(evidence)

    def _apply_veto(self, finding: Finding, cited: Sequence[Passage]) -> Finding:
        """Veto "supported" with the same rules as a check without a model."""
        hypothesis = self._build_hypothesis()
        for document in self.item.documents:
            indexes = [index for other, index in cited if other is document]
            veto = find_veto(hypothesis, document, self.scorer, indexes)
            if veto is not None:
                # The votes were for "supported" and do not count for the new label.
                rationale = f"The model calls it supported, but: {veto.rationale}"
                return replace(veto, rationale=rationale)
        return finding


def _build_failure(
    statement: Statement, answer: Answer[VerdictsAnswer]
) -> CheckFailure:
    # A check has no range of the document; only the cause and message are used.
    unread = answer.build_unread_failures(0, 1)
    if unread:
        failure = unread[0]
    elif answer.cause is None:
        failure = Failure(Cause.INVALID, _NO_VERDICT, 0, 1, answer.attempts, None)
    else:
        failure = answer.build_failure(0, 1)
    return CheckFailure(
        subject=statement.id,
        text=statement.text,
        cause=failure.cause,
        message=failure.message,
        attempts=failure.attempts,
        raw=failure.raw,
    )
