"""`claimcheck index`: a local collection of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import open_documents
from claimcheck.cli.option_groups import create_command_group
from claimcheck.cli.output import print_note, write_json_lines, write_rows
from claimcheck.cli.progress import show_spinner
from claimcheck.counting import format_count
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.indexes import IndexEntry, SearchHit

app = create_command_group(
    "Manage a collection of evidence: a SQLite file, or PostgreSQL."
)
_IndexArgument = Annotated[
    str,
    typer.Argument(
        metavar="INDEX",
        help="The index, a file or postgresql://HOST/DATABASE; `add` creates it.",
    ),
]


@app.command("add")
def add(
    index: _IndexArgument,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders, URLs, JSON Lines of {text, title, date, source}, or "
            "- for standard input.",
        ),
    ],
    encoding: options.Encoding = None,
    allow_private: options.AllowPrivate = False,
    quiet: options.Quiet = False,
) -> None:
    """Add documents to an index.

    Adds all files that you name, or none if one can't be read. Files in a folder that
    can't be read are listed and skipped. A text that the index already contains is not
    added again.
    """
    from claimcheck.api.indexes import open_index

    # All documents are read before the index is opened, so that a missing file does not
    # leave an empty index behind.
    documents = []
    for source in sources:
        documents += open_documents(
            source, allow_private=allow_private, quiet=quiet, encoding=encoding
        )
    message = f"indexing {format_count(len(documents), 'document')}"
    with open_index(index) as collection, show_spinner(message, quiet=quiet):
        added = collection.add(documents)
        count = collection.count
    # The same text in another file counts as known.
    known = len(documents) - added
    print_note(
        f"{collection.path}: {added:,} added, {known:,} already there; "
        f"{format_count(count, 'document')} in the index",
        quiet=quiet,
    )


@app.command("list")
def list_(index: _IndexArgument, format: options.RowsFormat = Format.TEXT) -> None:
    """List the documents of an index."""
    from claimcheck.api.indexes import open_index

    with open_index(index, create=False) as collection:
        entries = collection.contents()
    if format is Format.JSON:
        write_json_lines(entries)
    else:
        write_rows(map(_format_entry, entries))


@app.command("remove")
def remove(
    index: _IndexArgument,
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", help="Ids or sources, as listed by `list`."),
    ],
    quiet: options.Quiet = False,
) -> None:
    """Remove documents from an index.

    Removes all of them, or none if one is missing.
    """
    from claimcheck.api.indexes import open_index

    with open_index(index, create=False) as collection:
        removed = collection.remove(names)
        count = collection.count
    print_note(
        f"{collection.path}: {removed:,} removed; {format_count(count, 'document')}",
        quiet=quiet,
    )


@app.command("search")
def search(
    index: _IndexArgument,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="The words to search for.")
    ],
    top_k: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=1000, help="Maximum number of passages."),
    ] = 10,
    format: options.RowsFormat = Format.TEXT,
) -> None:
    """Find passages that share words with a query, ranked by BM25."""
    from claimcheck.api.indexes import open_index, search_index

    with open_index(index, create=False) as collection:
        hits = search_index(collection, query, limit=top_k)
        # Only for the hits: an index may have a million documents.
        sources = {
            hit.document_id: collection.document(hit.document_id).source for hit in hits
        }
    if format is Format.JSON:
        write_json_lines(hits)
        return
    for hit in hits:
        write_rows(_format_hit(hit, sources[hit.document_id]))


def _format_entry(entry: IndexEntry) -> str:
    counts = f"{entry.characters:>10,}  {entry.passages:>6,}"
    title = f"  {entry.title}" if entry.title else ""
    return f"{entry.id}  {counts}  {entry.source}{title}"


def _format_hit(hit: SearchHit, source: str) -> list[str]:
    return [f"{hit.score:6.2f}  {source}", f"        {hit.text}"]
