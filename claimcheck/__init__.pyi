# What `__init__.py` loads on first use, for type checkers.
from claimcheck import errors as errors
from claimcheck.api.check import (
    acheck as acheck,
)
from claimcheck.api.check import (
    check as check,
)
from claimcheck.api.check import (
    estimate_check as estimate_check,
)
from claimcheck.api.clients import (
    aopen_client as aopen_client,
)
from claimcheck.api.clients import (
    open_client as open_client,
)
from claimcheck.api.evaluate import (
    compare_evaluations as compare_evaluations,
)
from claimcheck.api.evaluate import (
    evaluate as evaluate,
)
from claimcheck.api.ground import (
    GroundedQuote as GroundedQuote,
)
from claimcheck.api.ground import (
    ground as ground,
)
from claimcheck.api.summarize import (
    asummarize as asummarize,
)
from claimcheck.api.summarize import (
    estimate_summarize as estimate_summarize,
)
from claimcheck.api.summarize import (
    summarize as summarize,
)
from claimcheck.batch.batch import (
    Batch as Batch,
)
from claimcheck.briefs import (
    read_brief as read_brief,
)
from claimcheck.evaluation.datasets import (
    Rows as Rows,
)
from claimcheck.evaluation.result import (
    Evaluation as Evaluation,
)
from claimcheck.evaluation.result import (
    Score as Score,
)
from claimcheck.models.brief import (
    Brief as Brief,
)
from claimcheck.models.claim import (
    Claim as Claim,
)
from claimcheck.models.claim import (
    Kind as Kind,
)
from claimcheck.models.claim import (
    Match as Match,
)
from claimcheck.models.claim import (
    Quantity as Quantity,
)
from claimcheck.models.claim import (
    Statement as Statement,
)
from claimcheck.models.claim import (
    When as When,
)
from claimcheck.models.document import (
    Document as Document,
)
from claimcheck.models.llm import (
    Client as Client,
)
from claimcheck.models.llm import (
    Message as Message,
)
from claimcheck.models.llm import (
    ModelRequest as ModelRequest,
)
from claimcheck.models.llm import (
    ModelResponse as ModelResponse,
)
from claimcheck.models.llm import (
    RunProgress as RunProgress,
)
from claimcheck.models.llm import (
    RunWork as RunWork,
)
from claimcheck.models.llm import (
    Usage as Usage,
)
from claimcheck.models.outcome import (
    Estimate as Estimate,
)
from claimcheck.models.outcome import (
    Progress as Progress,
)
from claimcheck.models.run import (
    Check as Check,
)
from claimcheck.models.run import (
    CheckFailure as CheckFailure,
)
from claimcheck.models.run import (
    Failure as Failure,
)
from claimcheck.models.run import (
    LedgerEntry as LedgerEntry,
)
from claimcheck.models.run import (
    LinkedText as LinkedText,
)
from claimcheck.models.run import (
    Position as Position,
)
from claimcheck.models.run import (
    Run as Run,
)
from claimcheck.models.run import (
    Signature as Signature,
)
from claimcheck.models.run import (
    Summary as Summary,
)
from claimcheck.models.span import (
    Excerpt as Excerpt,
)
from claimcheck.models.span import (
    Span as Span,
)
from claimcheck.models.verdict import (
    Difference as Difference,
)
from claimcheck.models.verdict import (
    Evidence as Evidence,
)
from claimcheck.models.verdict import (
    Finding as Finding,
)
from claimcheck.models.verdict import (
    Label as Label,
)
from claimcheck.models.verdict import (
    Stance as Stance,
)
from claimcheck.models.verdict import (
    Verdict as Verdict,
)
from claimcheck.models.verdict import (
    Votes as Votes,
)
from claimcheck.readers.sources import (
    ReadOptions as ReadOptions,
)
from claimcheck.retrieval import (
    Index as Index,
)
from claimcheck.retrieval import (
    PostgresIndex as PostgresIndex,
)
from claimcheck.settings import (
    Limits as Limits,
)
from claimcheck.settings import (
    Price as Price,
)
from claimcheck.settings import (
    SearchEndpoint as SearchEndpoint,
)
from claimcheck.settings import (
    SearchSettings as SearchSettings,
)
from claimcheck.settings import (
    Settings as Settings,
)
from claimcheck.store.store import (
    RunStore as RunStore,
)
from claimcheck.version import __version__ as __version__
