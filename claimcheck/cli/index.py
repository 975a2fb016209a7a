"""`claimcheck index`: a local evidence collection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import print_note, show_spinner, write_text
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, open_documents
from claimcheck.reports.formats import Format, ListFormat

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A local evidence collection, one SQLite file: documents to check many claims against.",
)
_INDEX_ARGUMENT = typer.Argument(
    metavar="INDEX", help="The file; `add` makes it when it is not there."
)


@app.command("add")
def add(
    index: Annotated[Path, _INDEX_ARGUMENT],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders, addresses, JSON Lines of {text, title, date, source}, or - for standard input.",
        ),
    ],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Put documents into an index: all of them, or none when one can't be read. The same text is kept once."""
    from claimcheck.retrieval import Index

    documents = [
        document
        for name in sources
        for document in open_documents(name, allow_private=allow_private, quiet=quiet)
    ]
    with (
        Index(index) as opened,
        show_spinner(f"indexing {len(documents):,} documents", quiet=quiet),
    ):
        added = opened.add(documents)
        count = opened.count
    print_note(
        f"{index}: {added:,} added, {len(documents) - added:,} there already; {count:,} documents",
        quiet=quiet,
    )


@app.command("list")
def list_(
    index: Annotated[Path, _INDEX_ARGUMENT],
    format: Annotated[
        ListFormat, typer.Option("--format", help="json writes JSON Lines.")
    ] = Format.TEXT,
    debug: options.Debug = False,
) -> None:
    """List the documents of an index."""
    from claimcheck.retrieval import Index

    with Index(index, create=False) as opened:
        listed = opened.contents()
    if format is Format.JSON:
        from dataclasses import asdict

        rows = [json.dumps(asdict(item), ensure_ascii=False) for item in listed]
    else:
        rows = [
            f"{item.id}  {item.characters:>10,}  {item.passages:>6,}  {item.source}"
            + (f"  {item.title}" if item.title else "")
            for item in listed
        ]
    write_text("".join(row + "\n" for row in rows), None)


@app.command("remove")
def remove(
    index: Annotated[Path, _INDEX_ARGUMENT],
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Ids or sources, as `list` has them."),
    ],
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Take documents out of an index: all that are named, or none when one is not there."""
    from claimcheck.retrieval import Index

    with Index(index, create=False) as opened:
        removed, count = opened.remove(names), opened.count
    print_note(f"{index}: {removed:,} removed; {count:,} documents", quiet=quiet)


@app.command("search")
def search(
    index: Annotated[Path, _INDEX_ARGUMENT],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words to look for.")],
    top_k: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=1000, help="At most so many passages."),
    ] = 10,
    format: Annotated[
        ListFormat, typer.Option("--format", help="json writes JSON Lines.")
    ] = Format.TEXT,
    debug: options.Debug = False,
) -> None:
    """Find the passages of an index that share words with a query, ranked by BM25."""
    from claimcheck.english.terms import extract_terms
    from claimcheck.retrieval import Index

    with Index(index, create=False) as opened:
        hits = opened.search([term.word for term in extract_terms(query)], top_k)
        sources = {item.id: item.source for item in opened.contents()}
    if format is Format.JSON:
        from dataclasses import asdict

        rows = [json.dumps(asdict(hit), ensure_ascii=False) for hit in hits]
    else:
        rows = [
            f"{hit.score:6.2f}  {sources[hit.document_id]}\n        {hit.text}"
            for hit in hits
        ]
    write_text("".join(row + "\n" for row in rows), None)
