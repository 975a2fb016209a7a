# What `__init__.py` loads on first use, for type checkers.
from claimcheck import errors as errors
from claimcheck.api.check import (
    acheck as acheck,
    check as check,
    estimate_check as estimate_check,
)
from claimcheck.api.clients import (
    aopen_client as aopen_client,
    open_client as open_client,
)
from claimcheck.api.evaluate import (
    compare_evaluations as compare_evaluations,
    evaluate as evaluate,
)
from claimcheck.api.ground import (
    GroundedQuote as GroundedQuote,
    ground as ground,
)
from claimcheck.api.summarize import (
    asummarize as asummarize,
    estimate_summarize as estimate_summarize,
    summarize as summarize,
)
from claimcheck.batch.batch import (
    Batch as Batch,
)
from claimcheck.evaluation.datasets import (
    Rows as Rows,
)
from claimcheck.evaluation.result import (
    Evaluation as Evaluation,
    Score as Score,
)
from claimcheck.models.brief import (
    Brief as Brief,
)
from claimcheck.models.claim import (
    Claim as Claim,
    Kind as Kind,
    Match as Match,
    Quantity as Quantity,
    Statement as Statement,
    When as When,
)
from claimcheck.models.document import (
    Document as Document,
)
from claimcheck.models.llm import (
    Client as Client,
    Message as Message,
    ModelRequest as ModelRequest,
    ModelResponse as ModelResponse,
    RunProgress as RunProgress,
    RunWork as RunWork,
    Usage as Usage,
)
from claimcheck.models.outcome import (
    Estimate as Estimate,
    Progress as Progress,
)
from claimcheck.models.run import (
    Check as Check,
    CheckFailure as CheckFailure,
    Failure as Failure,
    LedgerEntry as LedgerEntry,
    LinkedText as LinkedText,
    Position as Position,
    Run as Run,
    Signature as Signature,
    Summary as Summary,
)
from claimcheck.models.span import (
    Excerpt as Excerpt,
    Span as Span,
)
from claimcheck.models.verdict import (
    Difference as Difference,
    Evidence as Evidence,
    Finding as Finding,
    Label as Label,
    Stance as Stance,
    Verdict as Verdict,
    Votes as Votes,
)
from claimcheck.prompts.briefs import (
    read_brief as read_brief,
)
from claimcheck.readers.sources import (
    ReadOptions as ReadOptions,
)
from claimcheck.retrieval import (
    Index as Index,
    PostgresIndex as PostgresIndex,
)
from claimcheck.settings import (
    Limits as Limits,
    Price as Price,
    SearchEndpoint as SearchEndpoint,
    SearchSettings as SearchSettings,
    Settings as Settings,
)
from claimcheck.store.store import (
    RunStore as RunStore,
)
from claimcheck.version import __version__ as __version__
