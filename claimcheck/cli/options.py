"""Options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from claimcheck.cli.option_groups import OptionGroup, read_options
from claimcheck.cli.output import refuse_input
from claimcheck.errors import InputError, SettingsError
from claimcheck.reports.formats import ListFormat, RunReportFormat

if TYPE_CHECKING:
    from claimcheck.models.verdict import Verdict
    from claimcheck.settings import Limits, SearchSettings, Settings

# One option each, for commands that take it alone.
_SHARED = read_options(
    """
    Options:
        --max-claims N: Maximum number of claims of a document; keeps those most worth
            checking (default 30).
        --top-k N: Maximum number of passages per claim shown to the model (default 8).
        --verifier NAME: What judges passages without a model: lexical (compares words),
            a folder with an ONNX model, or org/name on a model hub, downloaded once
            (default: the one that comes with claimcheck, else lexical). With --model,
            the model decides, and the verifier only judges whether what somebody said
            is true.
        --attempts N: Maximum number of attempts per request, if the endpoint fails
            (default 4).
        --prompts FOLDER: Use the prompt templates in this folder instead of the shipped
            ones; claimcheck prompts init copies them.
        --fields FILE: Extract more about each claim: a JSON Schema whose properties are
            the fields. "x-grounded": true means that the value must be in the document.
        --kinds A,B,...: The kinds of claims, instead of event, quantity, statement,
            relation, prediction, opinion.
        --store FILE: The store of runs, a SQLite file.
        --report: Print a table of the failures, by cause, at the end.
        --estimate: Count requests, tokens, and cost; send nothing, and store nothing.
        --allow-private: Allow the URLs you name on private and local networks.
        --encoding NAME: The encoding of a text that is not UTF-8, such as cp1251
            (default: detected from its letters).
        --no-cache: Do not read from or write to the answer cache.
        --no-text: Leave the documents' texts out of the result.
        --quiet: Print only errors and warnings to stderr.
    """
)
MaxClaims = Annotated[int | None, _SHARED["max_claims"]]
TopK = Annotated[int | None, _SHARED["top_k"]]
Verifier = Annotated[str | None, _SHARED["verifier"]]
Attempts = Annotated[int | None, _SHARED["attempts"]]
Prompts = Annotated[Path | None, _SHARED["prompts"]]
Fields = Annotated[Path | None, _SHARED["fields"]]
Kinds = Annotated[str | None, _SHARED["kinds"]]
Store = Annotated[Path, _SHARED["store"]]
Report = Annotated[bool, _SHARED["report"]]
Estimate = Annotated[bool, _SHARED["estimate"]]
AllowPrivate = Annotated[bool, _SHARED["allow_private"]]
Encoding = Annotated[str | None, _SHARED["encoding"]]
NoCache = Annotated[bool, _SHARED["no_cache"]]
NoText = Annotated[bool, _SHARED["no_text"]]
Quiet = Annotated[bool, _SHARED["quiet"]]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        callback=refuse_input,
        help="Write to this file instead of stdout.",
    ),
]
ClaimsArgument = Annotated[
    str,
    typer.Argument(
        metavar="CLAIMS",
        help="A run (JSON), a text file with one claim per line, CSV with the columns "
        "claim and speaker, JSON Lines of {text, speaker}, or - for standard input.",
    ),
]
ReportFormat = Annotated[ListFormat, typer.Option("--format", help="Output format.")]
RowsFormat = Annotated[
    ListFormat, typer.Option("--format", help="Output format; json is JSON Lines.")
]
RunFormat = Annotated[RunReportFormat, typer.Option("--format", help="Output format.")]

# The API caches answers only on request. On the command line, nobody expects to pay
# again for repeating a command, so the cache is on unless the settings turn it off.
_DEFAULT_SETTINGS = {"cache": True}

# The verdicts for which a command exits with 1.
FailOn = Literal["refuted", "unsupported"]
# The lengths of `models.brief`, whose module takes longer to load than Typer.
_Length = Literal["short", "medium", "long"]
FailOnVerdict = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="Exit with 1 if a claim is refuted (refuted) or anything but supported "
        "(unsupported).",
    ),
]


def has_failing_verdict(verdicts: Iterable[Verdict], fail_on: FailOn | None) -> bool:
    """Return whether to fail on any verdict; never if `fail_on` is None."""
    if fail_on is None:
        return False
    from claimcheck.models.verdict import Label

    failing = {Label.REFUTED}
    if fail_on == "unsupported":
        # Everything else, so that a new label fails rather than passes.
        failing = set(Label) - {Label.SUPPORTED}
    return any(verdict.label in failing for verdict in verdicts)


def _parse_temperature(text: str) -> float | str:
    # Other values go to the settings, which report what is wrong with them.
    try:
        return float(text)
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class EngineOptions(OptionGroup):
    """Which engine, model, and endpoint do the work.

    Options:
        --engine ENGINE: auto, llm, local, or extractive. auto is llm if a model or
            endpoint is configured, otherwise extractive. local runs a model on this
            machine.
        --model NAME: The model, as its endpoint names it; for --engine local a GGUF
            file or ORG/NAME on a model hub.
        --base-url URL: An OpenAI-compatible endpoint, such as http://localhost:8080/v1.
        --api: How to ask it: chat completions (default), or OpenAI's Responses API,
            where nothing is stored.
    """

    engine: str | None = None
    model: str | None = None
    base_url: str | None = None
    api: Literal["chat", "responses"] | None = None

    def load_settings(self, **flags: Any) -> Settings:
        """Return the settings in force; see `load_settings`.

        Raises:
            SettingsError: a value is invalid.
        """
        # None means that a flag was not given, so files and variables decide.
        return load_settings(**asdict(self), **flags)


@dataclass(frozen=True, slots=True)
class LLMOptions(EngineOptions):
    """The engine, and the settings of its requests to a model.

    Options:
        --temperature X: Sampling temperature, 0 to 2 (default 0), or unset to send
            none.
        --seed N: Sampling seed, for endpoints that support seeds.
        --reasoning-effort LEVEL: How much a reasoning model thinks before it answers:
            none, minimal, low, medium, high, or xhigh.
    """

    attempts: Attempts = None
    temperature: Annotated[Any, typer.Option(parser=_parse_temperature)] = None
    seed: int | None = None
    reasoning_effort: (
        Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None
    ) = None
    no_cache: NoCache = False


@dataclass(frozen=True, slots=True)
class CheckOptions(OptionGroup):
    """Whether, and how, a summary is checked.

    Options:
        --check: Check the summary and the claims against the document.
        --check-with: What checks a model's summary: the model, or the rules and the
            verifier, which cost nothing. Implies --check.
        --repeat N: Let the model read the document N times, and report how many of the
            runs find each claim (default 1). Costs N times as much.
    """

    check: bool = False
    check_with: Literal["model", "rules"] | None = None
    verifier: Verifier = None
    repeat: int | None = None

    @property
    def is_requested(self) -> bool:
        """Whether there is a check."""
        return self.check or self.check_with is not None


@dataclass(frozen=True, slots=True)
class SearchOptions(OptionGroup):
    """Where evidence is searched for, and how much of it is read.

    Options:
        --search PROVIDER: Search for evidence, and read the pages that are found:
            wikipedia, mediawiki, kiwix, searxng, factcheck, brave, tavily, or serper.
            Sends the claims' words to the provider. May be repeated.
        --before YYYY-MM-DD: With --search, leave out pages that were not published
            before this day.
        --max-pages N: Maximum number of pages read per claim (default 5).
        --max-searches N: Maximum number of requests to each search provider.
    """

    search: list[str] | None = None
    before: str | None = None
    max_pages: int | None = None
    max_searches: int | None = None

    def load_settings(self, *, no_cache: bool) -> SearchSettings | None:
        """Return the settings of the search; None without one.

        Raises:
            SettingsError: a value is invalid, or a project file needs approval.
            InputError: an option requires --search.
        """
        # A flag without effect would make people believe that it works.
        if not self.search:
            for name in ("before", "max_pages", "max_searches"):
                if getattr(self, name) is not None:
                    option = name.replace("_", "-")
                    raise InputError(f"--{option} requires --search")
            return None
        from claimcheck.settings.load import load_search_settings

        before = None if self.before is None else parse_day("--before", self.before)
        return load_search_settings(
            self.search,
            before=before,
            max_pages=self.max_pages,
            max_requests=self.max_searches,
            reuse=not no_cache,
        )


def parse_day(option: str, text: str) -> date:
    """Parse the date of an option.

    Raises:
        InputError: the text is not a date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{option} {text!r} is not a valid date; use YYYY-MM-DD, such as 2019-03-20"
        ) from None


@dataclass(frozen=True, slots=True)
class BriefOptions(OptionGroup):
    """What the user changes about the requests to a model.

    Options:
        --max-claims-per-passage N: Maximum number of claims in one answer of a model
            (default 60).
        --examples FILE: Worked examples for the model: JSON Lines of {text, claims}.
        --instructions TEXT: Further instructions for the model.
        --focus TEXT: What you want to know; claims about it are chosen first.
        --audience TEXT: Who reads the summary.
        --length: How long the summary is.
        --language LANGUAGE: The language of the summary, such as de; auto is the
            document's. Claims stay in the language of the document.
    """

    max_claims_per_passage: int | None = None
    prompts: Prompts = None
    fields: Fields = None
    kinds: Kinds = None
    examples: Path | None = None
    instructions: str | None = None
    focus: str | None = None
    audience: str | None = None
    length: _Length | None = None
    language: str | None = None

    def list_flags(self) -> dict[str, Any]:
        """Return the flags of `load_settings`."""
        return {
            "prompts_folder": self.prompts,
            "fields_file": self.fields,
            "kinds": split_kinds(self.kinds),
            "examples_file": self.examples,
            "instructions": self.instructions,
            "focus": self.focus,
            "audience": self.audience,
            "length": self.length,
            "language": self.language,
            "max_claims_per_passage": self.max_claims_per_passage,
        }


def split_kinds(kinds: str | None) -> list[str] | None:
    """Return the kinds of a comma-separated list; None stays None."""
    if kinds is None:
        return None
    # People write "a, b" with a space.
    return [kind.strip() for kind in kinds.split(",")]


def require_model(settings: Settings, flags: dict[str, Any]) -> None:
    """Refuse flags that need a model if no model is used.

    Raises:
        InputError: the engine is extractive, and one of the flags is set.
    """
    from claimcheck.settings.load import format_flag

    if settings.chosen_engine() != "extractive":
        return
    advice = "name one with --model, or with --base-url URL for a local server"
    if settings.engine == "extractive":
        advice = "use --engine llm"
    for name, value in flags.items():
        if value is not None:
            raise InputError(f"{format_flag(name)} requires a model; {advice}")


@dataclass(frozen=True, slots=True)
class BudgetOptions(OptionGroup):
    """How much may be spent.

    Options:
        --budget-usd X: Maximum cost in US dollars; for a batch, including earlier
            commands.
        --budget-tokens N: Maximum number of tokens, input and output together; for a
            batch, including earlier commands.
    """

    budget_usd: float | None = None
    budget_tokens: int | None = None

    def build_limits(self) -> Limits | None:
        """Return the limits of these options; None without any.

        Raises:
            SettingsError: a limit is not above 0.
        """
        from claimcheck.settings import Limits
        from claimcheck.settings.load import format_flag

        names = {field.name for field in fields(Limits)}
        chosen = {
            name: value
            for name, value in asdict(self).items()
            if name in names and value is not None
        }
        try:
            return Limits(**chosen) if chosen else None
        except SettingsError as error:
            raise error.rename(format_flag) from None


@dataclass(frozen=True, slots=True)
class LimitOptions(BudgetOptions):
    """How fast a batch runs, and how much it may spend.

    Options:
        --concurrency N: Maximum number of concurrent requests (default 16).
        --rpm N: Maximum number of requests per minute.
        --tpm N: Maximum number of tokens per minute.
    """

    concurrency: int | None = None
    rpm: int | None = None
    tpm: int | None = None


@dataclass(frozen=True, slots=True)
class SpendingOptions(BudgetOptions):
    """What a single command may spend, or an estimate of it."""

    estimate: Estimate = False


@dataclass(frozen=True, slots=True)
class OutputOptions(OptionGroup):
    """Where a result goes, and what it includes."""

    output: Output = None
    no_text: NoText = False
    quiet: Quiet = False


def load_settings(*, no_cache: bool = False, **flags: Any) -> Settings:
    """Return the settings in force; flags that are None are ignored.

    Raises:
        SettingsError: a value is invalid.
    """
    from claimcheck.settings.load import load_settings as load

    # Only --no-cache is a flag: without it, the settings decide.
    if no_cache:
        flags["cache"] = False
    return load(flags, defaults=_DEFAULT_SETTINGS).settings


def load_run_settings(
    llm: LLMOptions,
    brief: BriefOptions,
    checks: CheckOptions,
    *,
    max_claims: int | None,
) -> Settings:
    """Return the settings of a command that summarizes and may check.

    Raises:
        InputError: a flag requires --check or a model.
    """
    if checks.verifier is not None and not checks.is_requested:
        raise InputError(f"--verifier {checks.verifier} requires --check")
    flags = brief.list_flags() | {"repeat": checks.repeat}
    settings = llm.load_settings(
        verifier=checks.verifier,
        check_with=checks.check_with,
        max_claims=max_claims,
        **flags,
    )
    require_model(settings, flags)
    return settings
