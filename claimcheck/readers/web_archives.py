"""Read web archives (WARC): the address and the article of each page."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, import_required
from claimcheck.readers.html import parse_html
from claimcheck.readers.markup import EXTRA

_MAX_PAGES = 200


def parse_warc(data: bytes, source: str) -> Content:
    """Return the pages of an archive that have an article.

    A single page keeps its title, author, and date.

    Raises:
        InputError: the archive is damaged, has no page with an article, or too many.
    """
    warcio = import_required("warcio.archiveiterator", EXTRA, source, "a web archive")
    errors = import_required("warcio.exceptions", EXTRA, source, "a web archive")
    pages: list[tuple[str, Content]] = []
    try:
        for record in filter(_is_page, warcio.ArchiveIterator(BytesIO(data))):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            page = _parse_page(record.content_stream().read(), url or source)
            if page:
                pages.append((url, page))
            if len(pages) > _MAX_PAGES:
                raise InputError(
                    f"{source}: has more than {_MAX_PAGES} pages; extract some, "
                    "for example with warcio"
                )
    # warcio raises AttributeError for a record without an address.
    except (errors.ArchiveLoadFailed, EOFError, OSError, AttributeError) as error:
        raise InputError(f"{source}: is a damaged web archive ({error})") from None
    if not pages:
        raise InputError(f"{source}: the web archive has no page with an article")
    return pages[0][1] if len(pages) == 1 else _join_pages(pages)


def _is_page(record: Any) -> bool:
    """Return whether a record is an HTML response."""
    headers = record.http_headers
    kind = headers.get_header("Content-Type") if headers else None
    return record.rec_type == "response" and "html" in (kind or "")


def _join_pages(pages: Sequence[tuple[str, Content]]) -> Content:
    blocks: list[str] = []
    for url, page in pages:
        title = page.title or ""
        blocks += [url, "" if page.text.startswith(title) else title, page.text]
    return Content("\n\n".join(filter(None, blocks)))


def _parse_page(data: bytes, source: str) -> Content | None:
    """Return the article of a page, or None."""
    try:
        return parse_html(data, source)
    except InputError:
        return None
