"""Writes the pages of a check as a web archive (WARC 1.1, ISO 28500).

Only the HTTP headers that describe the content are kept, and the content is unpacked; a
`warcinfo` record says so.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.bundles.check_evidence import require_search
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.run import Check
from claimcheck.search.archive import EvidenceArchive
from claimcheck.version import __version__

if TYPE_CHECKING:
    from claimcheck.models.search_log import Snapshot

_INFO = {
    "software": f"claimcheck {__version__}",
    "format": "WARC File Format 1.1",
    "description": "Pages that were read to check claims. Of their HTTP headers, those "
    "that describe the content were kept; the content is unpacked.",
}


def write_warc(check: Check, path: Path) -> int:
    """Write all pages that a check read or left out; return their number.

    The file is compressed page by page, whatever its name.

    Raises:
        InputError: the check has no search, the archive lacks its pages, or the extra
            that writes web archives is not installed.
    """
    try:
        status_module = import_module("warcio.statusandheaders")
        writer_module = import_module("warcio.warcwriter")
    except ImportError:
        raise InputError(
            f"web archives need another package; run {get_install_command('formats')}"
        ) from None
    # Pages that were left out are in it, too: they show what was not used, and why.
    snapshots = _list_snapshots(check)
    with EvidenceArchive() as archive, path.open("wb") as file:
        writer = writer_module.WARCWriter(file, gzip=True, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, _INFO))
        for snapshot in snapshots:
            content = archive.find_content(snapshot.sha256)
            if content is None:
                raise InputError(
                    f"the evidence archive no longer has the page {snapshot.url}; "
                    "check again"
                )
            headers = [*snapshot.headers.items(), ("content-length", str(len(content)))]
            record = writer.create_warc_record(
                snapshot.url,
                "response",
                payload=BytesIO(content),
                length=len(content),  # otherwise warcio copies it to a file
                http_headers=status_module.StatusAndHeaders(
                    "200 OK", headers, protocol="HTTP/1.1"
                ),
                warc_headers_dict={
                    "WARC-Date": f"{snapshot.fetched:%Y-%m-%dT%H:%M:%SZ}"
                },
            )
            writer.write_record(record)
    return len(snapshots)


def _list_snapshots(check: Check) -> list[Snapshot]:
    """Return the snapshots of a check, each once."""
    snapshots = {}
    for page in require_search(check).pages:
        if page.snapshot is not None:
            snapshots[page.snapshot.url, page.snapshot.sha256] = page.snapshot
    return list(snapshots.values())
