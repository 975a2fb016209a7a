"""`claimcheck runs delete`: documents taken out of a store."""

from __future__ import annotations

from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import note


@app.command()
def delete(
    names: Annotated[
        list[str], typer.Argument(metavar="DOCUMENT...", help="Ids, paths or addresses, as `list` has them.")
    ],
    store: options.Store,
    batch: Annotated[
        int | None, typer.Option("--batch", metavar="N", help="Only out of this batch; else out of all.")
    ] = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Delete documents with their runs, answers and checks: all that are named, or none when one is not there.

    What they took in the file is overwritten. Answers in the cache are another file's: `claimcheck cache clear`.
    """
    from claimcheck.store.history import History
    from claimcheck.store.runs import RunStore

    with RunStore(store, create=False) as opened:
        history = History(opened)
        places = dict.fromkeys(place for name in names for place in history.places(name, batch))
        for place in places:
            history.delete(place)
    note(f"{store}: {len(places):,} run{'s' * (len(places) != 1)} deleted", quiet=quiet)
