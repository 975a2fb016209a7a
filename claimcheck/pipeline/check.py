"""Check whether documents support statements, with a model or without one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from claimcheck import prompts, tokens
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.llm import ModelRequest, Usage
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
from claimcheck.pipeline.answers import Answer, VerdictAnswer, VerdictsAnswer, ask_all
from claimcheck.pipeline.driver import Flow
from claimcheck.pipeline.marks import curl_marks
from claimcheck.pipeline.requests import SAMPLING_TEMPERATURE, build_request
from claimcheck.pipeline.signature import (
    build_extractive_signature,
    build_model_signature,
    merge_settings,
)
from claimcheck.settings import CHECK_ONLY_SETTINGS, Settings
from claimcheck.text.reading import Reading
from claimcheck.verification.choose import choose_scorer
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.decide import (
    NO_EVIDENCE_FINDING,
    find_veto,
    list_contradictions,
    list_objections,
)
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
# The key in the settings of a signature, present only if it is not the default.
CHECK_WITH = "check_with"
PROMPTS = (PROMPT, "repair", "json-only")
# With more shared passages, one request costs more than it saves. Chosen by hand.
_MAX_SHARED_TOKENS = 3_000
# A verdict must cite one of the closest passages. Chosen by hand, on recorded verdicts.
_CLOSEST_PASSAGES = 3
_NO_VERDICT = "the answer has no verdict on this statement"
# For a verdict that cites no passage. Chosen by hand.
_MAX_RELATED_PASSAGES = 3
_WORD = re.compile(r"\w+")
# A document, and the index of a sentence in it.
_Passage = tuple[EvidenceDocument, int]
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
    votes_by_check, answers = yield from _ask_for_votes(checks, settings)
    outcomes = [
        check.decide(votes) for check, votes in zip(checks, votes_by_check, strict=True)
    ]
    extra_settings = {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
    extra_settings[VERIFIER] = scorer.name
    return CheckResult(
        verdicts=tuple(item for item in outcomes if isinstance(item, Verdict)),
        failures=tuple(item for item in outcomes if isinstance(item, CheckFailure)),
        usage=sum((answer.usage for answer in answers), Usage()),
        signature=build_model_signature(
            settings, answers, PROMPTS, (SCHEMA, "check"), extra_settings
        ),
    )


@dataclass(frozen=True, slots=True)
class _Vote:
    """An answer, and its verdict on one statement, if it has one."""

    answer: Answer[VerdictsAnswer]
    verdict: VerdictAnswer | None
    passages: Sequence[_Passage]


@dataclass(frozen=True, slots=True)
class _Group:
    """The indexes of statements that are checked in one request.

    `passages` are the sentences that the model sees, numbered from 1.
    """

    indexes: Sequence[int]
    passages: Sequence[_Passage]

    def build_requests(
        self, checks: Sequence[_StatementCheck], settings: Settings
    ) -> list[ModelRequest]:
        """Return a request for each vote."""
        statements = [checks[index].statement for index in self.indexes]
        return _build_requests(statements, self.passages, settings)

    def split(self, checks: Sequence[_StatementCheck]) -> list[_Group]:
        """Return smaller groups, for a smaller window; none if there are none."""
        if len(self.indexes) > 1:
            return [_Group([index], checks[index].select()) for index in self.indexes]
        if len(self.passages) < 2:
            return []
        (index,) = self.indexes
        return [_Group([index], checks[index].select(len(self.passages) // 2))]

    def read_votes(
        self, answers: Sequence[Answer[VerdictsAnswer]]
    ) -> dict[int, list[_Vote]]:
        """Return the votes on each statement, in the order of the answers."""
        votes: dict[int, list[_Vote]] = {index: [] for index in self.indexes}
        for answer in answers:
            verdicts: dict[int, VerdictAnswer] = {}
            for item in answer.value.verdicts if answer.value else ():
                verdicts.setdefault(item.number, item)
            for number, index in enumerate(self.indexes, 1):
                vote = _Vote(answer, verdicts.get(number), self.passages)
                votes[index].append(vote)
        return votes


def _ask_for_votes(
    checks: Sequence[_StatementCheck], settings: Settings
) -> Flow[tuple[list[list[_Vote]], list[Answer[VerdictsAnswer]]]]:
    """Return the votes on each statement, and all answers that were paid for.

    A statement that a shared answer omits gets a request of its own. A request that
    exceeds the model's window is repeated with fewer passages.
    """
    votes_by_check: list[list[_Vote]] = [[] for _ in checks]
    all_answers: list[Answer[VerdictsAnswer]] = []
    pending = _group_checks(checks, settings)
    while pending:
        requests: list[ModelRequest] = []
        for group in pending:
            requests += group.build_requests(checks, settings)
        answers = yield from ask_all(requests, VerdictsAnswer)
        all_answers += answers
        # All requests are sent at once; each group takes its own answers, in order.
        remaining = iter(answers)
        repeated: list[_Group] = []
        for group in pending:
            group_answers = list(islice(remaining, settings.votes))
            if any(answer.response.exceeds_window for answer in group_answers):
                smaller = group.split(checks)
                repeated += smaller
                if smaller:
                    continue
            for index, votes in group.read_votes(group_answers).items():
                votes_by_check[index] = votes
                is_missing = all(vote.verdict is None for vote in votes)
                if is_missing and len(group.indexes) > 1:
                    repeated.append(_Group([index], checks[index].select()))
        pending = repeated
    return votes_by_check, all_answers


def _group_checks(
    checks: Sequence[_StatementCheck], settings: Settings
) -> list[_Group]:
    """Group statements into one request if their documents fit into it.

    That costs far less than sending each statement its own passages, and it is the only
    way for a model to see an entire document.
    """
    groups: list[_Group] = []
    sharing: dict[tuple[EvidenceDocument, ...], list[int]] = {}
    for index, check in enumerate(checks):
        sharing.setdefault(tuple(check.documents), []).append(index)
    for documents, indexes in sharing.items():
        passages: list[_Passage] = []
        for document in documents:
            passages += [(document, item) for item in range(len(document.sentences))]
        together = min(len(indexes), settings.claims_per_check)
        is_cheaper = len(passages) < settings.top_k * together
        if together == 1 or not is_cheaper or not _fits(passages, settings):
            for index in indexes:
                if selected := checks[index].select():
                    groups.append(_Group([index], selected))
            continue
        size = settings.claims_per_check
        for start in range(0, len(indexes), size):
            groups.append(_Group(indexes[start : start + size], passages))
    return sorted(groups, key=lambda group: group.indexes[0])


def _fits(passages: Sequence[_Passage], settings: Settings) -> bool:
    """Whether passages fit into a request, with room for claims and answer."""
    texts = [document.sentences[index].text for document, index in passages]
    limit = min(_MAX_SHARED_TOKENS, settings.context_tokens // 4)
    return bool(texts) and tokens.count("\n".join(texts)) <= limit


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
    """What the checks of all statements share; for `strict`, see `Hypothesis`."""

    corpus: Corpus
    settings: Settings
    scorer: EntailmentScorer
    strict: bool


@dataclass(frozen=True, slots=True)
class _StatementCheck:
    """The check of one statement against documents that may bear on it."""

    statement: Statement
    context: _CheckContext
    documents: Sequence[EvidenceDocument]

    @classmethod
    def prepare(cls, statement: Statement, context: _CheckContext) -> _StatementCheck:
        documents = context.corpus.find_documents(statement.text)
        return cls(statement, context, documents)

    def select(self, count: int | None = None) -> Sequence[_Passage]:
        """Return the best passages for the statement, at most `count`."""
        count = count or self.context.settings.top_k
        return select_passages(self.statement.text, self.documents, count)

    def decide(self, votes: Sequence[_Vote]) -> Verdict | CheckFailure:
        """Return the majority's verdict, or a failure without a usable vote."""
        if not votes:
            return self._build_verdict(NO_EVIDENCE_FINDING, None)
        # A model that did not receive all passages cannot judge them.
        usable = [
            vote
            for vote in votes
            if vote.verdict and not vote.answer.response.unread_tokens
        ]
        if not usable:
            return _build_failure(self.statement, votes[0].answer)
        counts = Counter(vote.verdict.label for vote in usable if vote.verdict)
        # In a tie, `most_common` returns the label of the earliest vote.
        label = counts.most_common(1)[0][0]
        chosen = next(
            vote for vote in usable if vote.verdict and vote.verdict.label == label
        )
        if len(votes) == 1:
            return self._build_verdict(self._build_finding(chosen), None)
        finding = self._build_finding(chosen)
        # A veto may have replaced the label. Unusable answers count as votes for no
        # label.
        agreed = counts[finding.label]
        confidence = agreed / len(votes) if agreed else None
        finding = replace(finding, confidence=confidence)
        return self._build_verdict(finding, Votes(len(votes), agreed))

    def _build_verdict(self, finding: Finding, votes: Votes | None) -> Verdict:
        return Verdict(
            subject=self.statement.id,
            text=self.statement.text,
            speaker=find_speaker(self.statement),
            finding=finding,
            content=verify_content(self.statement, self.documents, self.context.scorer),
            votes=votes,
        )

    def _build_finding(self, vote: _Vote) -> Finding:
        """Build the finding from the model's answer, unless its evidence is wrong.

        A label that cites no passage about the statement becomes `not_enough_evidence`.
        If the rules object to "supported", their finding replaces it.
        """
        verdict = vote.verdict
        assert verdict is not None
        # Weak models cite a passage twice, or one that does not exist.
        numbers = [n for n in verdict.evidence if 0 < n <= len(vote.passages)]
        cited = [vote.passages[n - 1] for n in dict.fromkeys(numbers)]
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
        """Whether a passage has all words of the statement and no conflict with it."""
        words = set(_WORD.findall(self.statement.text.lower()))
        for document, index in self.select(_CLOSEST_PASSAGES):
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
            self.statement.text, self.statement.speaker, strict=self.context.strict
        )

    def _is_about(self, cited: Sequence[_Passage]) -> bool:
        """Whether one of the passages is among the closest to the statement.

        A weak model that must cite a passage cites an arbitrary one.
        """
        closest = self.select(_CLOSEST_PASSAGES)
        return any(passage in closest for passage in cited)

    def _build_evidence(
        self, cited: Sequence[_Passage], label: Label
    ) -> tuple[Evidence, ...]:
        passages = cited or select_passages(
            self.statement.text, self.documents, _MAX_RELATED_PASSAGES
        )
        stance = _STANCE_BY_LABEL.get(label, Stance.RELATED)
        evidence: list[Evidence] = []
        for document, index in passages:
            evidence += build_evidence(document, [index], stance)
        return tuple(evidence)

    def _apply_veto(self, finding: Finding, cited: Sequence[_Passage]) -> Finding:
        """Replace "supported" if the rules object, as in a check without a model."""
        hypothesis = self._build_hypothesis()
        for document in self.documents:
            indexes = [index for other, index in cited if other is document]
            veto = find_veto(hypothesis, document, self.context.scorer, indexes)
            if veto is not None:
                # The votes were for "supported" and do not count for the new label.
                rationale = f"The model calls it supported, but: {veto.rationale}"
                return replace(veto, rationale=rationale)
        return finding


def _build_requests(
    statements: Sequence[Statement],
    passages: Sequence[_Passage],
    settings: Settings,
) -> list[ModelRequest]:
    claims = []
    for statement in statements:
        claim = " ".join(statement.text.split())
        if statement.speaker is not None:
            claim = f"{claim} (as the words of {statement.speaker})"
        claims.append(curl_marks(claim))
    texts = []
    for document, index in passages:
        text = " ".join(document.sentences[index].text.split())
        texts.append(curl_marks(text))
    fence = prompts.choose_fence("".join([*claims, *texts]))
    variables = {"claims": claims, "passages": texts, "fence": fence}
    limits = [
        ("verdicts", keyword, len(statements)) for keyword in ("minItems", "maxItems")
    ]
    request = build_request(settings.brief, PROMPT, variables, SCHEMA, *limits)
    if settings.votes == 1:
        return [request]
    # Different seeds let the votes differ; fixed ones make the runs repeatable.
    temperature = settings.temperature or SAMPLING_TEMPERATURE
    first_seed = settings.seed or 0
    return [
        replace(request, temperature=temperature, seed=first_seed + vote)
        for vote in range(settings.votes)
    ]


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
