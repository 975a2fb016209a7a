"""Web archives (WARC): the article of each page, with its address before it."""

from __future__ import annotations

from io import BytesIO

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, import_required
from claimcheck.readers.html import parse_html
from claimcheck.readers.markup import EXTRA

_MAX_PAGES = 200


def parse_warc(data: bytes, source: str) -> Content:
    """Return the pages of an archive that have an article.

    One page keeps its title, author, and date.

    Raises:
        InputError: it is damaged, has no such page, or too many.
    """
    warcio = import_required("warcio.archiveiterator", EXTRA, source, "a web archive")
    errors = import_required("warcio.exceptions", EXTRA, source, "a web archive")
    pages: list[tuple[str, Content]] = []
    try:
        for record in warcio.ArchiveIterator(BytesIO(data)):
            headers = record.http_headers
            kind = headers.get_header("Content-Type") if headers else None
            if record.rec_type != "response" or "html" not in (kind or ""):
                continue
            if len(pages) == _MAX_PAGES:
                raise InputError(
                    f"{source}: has more than {_MAX_PAGES} pages; extract some, "
                    "for example with warcio"
                )
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            page = _parse_page(record.content_stream().read(), url or source)
            if page:
                pages.append((url, page))
    except (errors.ArchiveLoadFailed, EOFError, OSError) as error:
        raise InputError(f"{source}: is a damaged web archive ({error})") from None
    if not pages:
        raise InputError(f"{source}: the web archive has no page with an article")
    if len(pages) == 1:
        return pages[0][1]
    blocks: list[str] = []
    for url, page in pages:
        title = page.title or ""
        blocks += [url, "" if page.text.startswith(title) else title, page.text]
    return Content("\n\n".join(filter(None, blocks)))


def _parse_page(data: bytes, source: str) -> Content | None:
    """Return the article of a page; None for a page without one."""
    try:
        return parse_html(data, source)
    except InputError:
        return None
