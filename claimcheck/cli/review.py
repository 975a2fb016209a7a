"""`claimcheck review`."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claimcheck.cli.option_groups import OptionGroup, with_options
from claimcheck.cli.output import (
    detect_page_style,
    print_note,
    write_json_lines,
    write_rows,
    write_text,
)
from claimcheck.counting import format_count
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.models.claim import Claim
    from claimcheck.models.decision import Decision
    from claimcheck.models.run import Run

_LabelName = Literal[
    "supported", "refuted", "not_enough_evidence", "conflicting_evidence"
]
_PROMPT = "[a]ccept [r]eject [e]dit [w]ho says it [v]erdict [n]ote [s]kip [q]uit: "


@dataclass(frozen=True, slots=True)
class DecisionOptions(OptionGroup):
    """A decision about one claim, without questions.

    Options:
        --claim CLAIM: The number or id of the claim to decide about.
        --accept: Accept the claim.
        --reject: Reject the claim.
        --text TEXT: Give the claim another text.
        --speaker NAME: Give the claim another speaker; "the document" is nobody else.
        --verdict: Your own verdict on what the document says.
        --note TEXT: The reason for your decision.
    """

    claim: str | None = None
    accept: bool = False
    reject: bool = False
    text: str | None = None
    speaker: str | None = None
    verdict: _LabelName | None = None
    note: str | None = None


_RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run (JSON), or with --store the id, path, or URL of a document.",
    ),
]


@with_options
def review(
    run: _RunName,
    store: Path | None = None,
    by: str | None = None,
    rows: bool = False,
    annotations: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help="Add the decisions in this file of Web Annotations (JSON-LD) or brat "
            "annotations (.ann), and ask nothing.",
        ),
    ] = None,
    *,
    decision: DecisionOptions,
) -> None:
    """Accept, edit, or reject claims; add your own verdicts.

    Asks about each claim without a decision, those that need attention first. Decisions
    are saved at once: next to the run, as RUN.decisions.jsonl, or in the store. Nothing
    is ever overwritten; the last decision about a claim wins.

    Options:
        --store FILE: The store that has the run.
        --by NAME: Your name (default: your user name).
        --rows: Print the claims that have a person's verdict as rows for claimcheck
            eval verification, and ask nothing.
    """
    # Where decisions are saved depends on where the run is; nothing else does.
    loaded, save = _open_run(run, store)
    if rows:
        _write_rows(loaded)
        return
    _refuse_empty(by, decision)
    # A decision without a name could not be explained later.
    name = by or _get_user_name()
    if annotations is not None:
        _import_decisions(loaded, annotations, name, save)
    elif decision == DecisionOptions():
        _ask_about_claims(loaded, name, save)
    else:
        _decide(loaded, decision, name, save)


def _refuse_empty(by: str | None, decision: DecisionOptions) -> None:
    values = {"--by": by, "--text": decision.text, "--speaker": decision.speaker}
    for option, value in values.items():
        if value is not None and not value.strip():
            raise InputError(f"{option}: is empty; give some text, or leave it out")


def _import_decisions(
    run: Run, path: Path, by: str, save: Callable[[Decision], None]
) -> None:
    from claimcheck.api.decisions import read_annotated_decisions

    imported = read_annotated_decisions(path, run, by)
    for decision in imported.decisions:
        save(decision)
    note = f"{format_count(len(imported.decisions), 'decision')} saved"
    if imported.unmatched:
        count = format_count(imported.unmatched, "annotation")
        note += f", {count} about no claim of this run"
    write_rows([note])


def _write_rows(run: Run) -> None:
    from claimcheck.api.decisions import list_evaluation_rows

    write_json_lines(list_evaluation_rows(run))


def _open_run(name: str, store: Path | None) -> tuple[Run, Callable[[Decision], None]]:
    """Return the run, and a function that saves a decision about it."""
    from claimcheck.api.decisions import append_decision
    from claimcheck.api.documents import load_run

    if store is None:
        if name == "-":
            raise InputError(
                "a run on standard input has nowhere to save decisions; name its file"
            )
        return load_run(name), lambda decision: append_decision(Path(name), decision)

    from claimcheck.api.stores import RunStore, find_latest_run, open_history

    with RunStore(store, create=False) as run_store:
        batch, run = find_latest_run(run_store, name)
        location = run_store.locate(name, batch.number)[0]

    def save(decision: Decision) -> None:
        # Opened for each decision: a store that stays open for an hour blocks others.
        with open_history(store) as history:
            history.add_decision(location, decision)

    return run, save


def _get_user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise InputError("your user name is unknown; give --by NAME") from None


def _decide(
    run: Run, chosen: DecisionOptions, by: str, save: Callable[[Decision], None]
) -> None:
    from claimcheck.models.decision import describe_decision
    from claimcheck.reports.wording import find_claim, number_claims

    if chosen.claim is None:
        raise InputError("name the claim to decide about with --claim")
    built = _build_decision(find_claim(run, chosen.claim), chosen, by)
    save(built)
    number = number_claims(run)[built.claim]
    write_rows([f"Saved for claim {number}: {describe_decision(built)}"])


def _build_decision(claim: Claim, chosen: DecisionOptions, by: str) -> Decision:
    from claimcheck.models.decision import Action, Decision, check_decision
    from claimcheck.models.verdict import Label

    is_chosen = {
        Action.ACCEPTED: chosen.accept,
        Action.REJECTED: chosen.reject,
        Action.EDITED: chosen.text is not None or chosen.speaker is not None,
    }
    # Each of the three says something about the claim as it is; two would contradict.
    actions = [action for action, is_it in is_chosen.items() if is_it]
    if len(actions) > 1:
        raise InputError(
            "give only one of --accept, --reject, and an edit (--text, --speaker)"
        )
    verdict = Label(chosen.verdict) if chosen.verdict else None
    action = actions[0] if actions else Action.NOTED
    if action is Action.NOTED and not (verdict or chosen.note):
        raise InputError(
            "decide with --accept, --reject, --text, --speaker, --verdict, or --note"
        )
    return check_decision(
        Decision(
            claim.id,
            action,
            chosen.text,
            verdict,
            chosen.note,
            by,
            speaker=chosen.speaker,
        )
    )


def _ask_about_claims(run: Run, by: str, save: Callable[[Decision], None]) -> None:
    """Show each open claim and save what the person answers."""
    from claimcheck.reports import text

    decided = {decision.claim for decision in run.decisions}
    undecided = [claim for claim in _sort_claims(run) if claim.id not in decided]
    count = 0
    style = detect_page_style(None)
    for number, claim in enumerate(undecided, 1):
        report = text.render_claim(run, claim, width=style.width, color=style.color)
        write_text(f"\n({number} of {len(undecided)})\n{report}", None, has_color=True)
        # An invalid answer asks about the same claim again.
        while (answer := _ask_about_claim(claim, by)) is None:
            pass
        if answer == "quit":
            break
        if not isinstance(answer, str):
            save(answer)
            count += 1
    saved = format_count(count, "decision")
    write_rows([f"{saved} saved, {format_count(len(undecided) - count, 'claim')} open"])


def _sort_claims(run: Run) -> list[Claim]:
    """Return the claims, those that need attention first."""
    from claimcheck.reports.wording import list_unsupported

    # A person's time goes first to what the check did not confirm.
    doubtful = {verdict.subject for verdict in list_unsupported(run)}
    return sorted(
        run.claims, key=lambda claim: claim.is_grounded and claim.id not in doubtful
    )


def _ask_about_claim(claim: Claim, by: str) -> Decision | str | None:
    """Return a decision, "skip", or "quit"; None if the answer is invalid."""
    try:
        key = _ask(_PROMPT).lower()[:1]
        chosen = _READERS[key]() if key in _READERS else None
    except (EOFError, KeyboardInterrupt):
        return "quit"  # earlier decisions are already saved
    if key in ("s", "q"):
        return "skip" if key == "s" else "quit"
    if chosen is None:
        print_note("Type one of the letters a, r, e, w, v, n, s, and q.", quiet=False)
        return None
    try:
        return _build_decision(claim, chosen, by)
    except InputError as error:
        print_note(str(error), quiet=False)
        return None


def _read_verdict() -> DecisionOptions | None:
    names = {"s": "supported", "r": "refuted", "n": "not_enough_evidence"}
    names["c"] = "conflicting_evidence"
    key = _ask("[s]upported [r]efuted [n]ot enough evidence [c]onflicting: ").lower()
    name = names.get(key[:1])
    if name is None:
        return None
    # A verdict without a reason is allowed, but asked for.
    note = _ask("Note (or Enter): ")
    return DecisionOptions(verdict=name, note=note)  # type: ignore[arg-type]


_READERS: dict[str, Callable[[], DecisionOptions | None]] = {
    "a": lambda: DecisionOptions(accept=True),
    "r": lambda: DecisionOptions(reject=True, note=_ask("Why (or Enter): ")),
    "e": lambda: DecisionOptions(text=_ask("New text: ")),
    "w": lambda: DecisionOptions(speaker=_ask("Who says it (or: the document): ")),
    "v": _read_verdict,
    "n": lambda: DecisionOptions(note=_ask("Note: ")),
}


def _ask(question: str) -> str:
    """Ask on stderr, which is not part of a result; return the answer."""
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
