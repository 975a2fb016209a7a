"""Read documents from files, standard input, and the web."""

from __future__ import annotations

import errno
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.span import Layout
from claimcheck.readers.content import Content
from claimcheck.readers.decode import recode
from claimcheck.readers.detect import TEXT_FORMATS, detect_format
from claimcheck.readers.sandbox import parse_within_limits

if TYPE_CHECKING:
    from claimcheck.readers.url import Fetched

_MAX_FILE_BYTES = 50 * 2**20
_MIN_WORDS_OF_TEXT = 4  # a file name rarely has that many
# A variable of a script may not be set; Path("") is the current folder.
EMPTY_NAME = "the name of a file is empty; give a path, or - for stdin"


def read(path: str | Path, *, encoding: str | None = None) -> Document:
    """Return the document in a file; `-` is standard input.

    `encoding` is the encoding of a text; by default it is detected.

    Raises:
        InputError: the file is missing, a folder, unreadable, too large, damaged, in
            another encoding, or has no text.
    """
    source, data = read_bytes(path)
    return build_document(data, source, name=source, encoding=encoding)


def fetch(
    url: str, *, allow_private: bool = False, encoding: str | None = None
) -> Document:
    """Return the document at an http or https address.

    Raises:
        InputError: the address is refused, can't be fetched, or has no text.
    """
    from claimcheck.readers.url import fetch_bytes

    return build_web_document(
        fetch_bytes(url, allow_private=allow_private), encoding=encoding
    )


def build_web_document(fetched: Fetched, *, encoding: str | None = None) -> Document:
    """Return the document that was fetched from an address.

    Raises:
        InputError: the content is damaged, or has no text.
    """
    name = urlsplit(fetched.url).path
    document = build_document(
        fetched.content,
        fetched.url,
        name=name,
        charset=fetched.charset,
        encoding=encoding,
    )
    return document if document.url else replace(document, url=fetched.url)


def build_document(
    data: bytes,
    source: str,
    *,
    name: str = "",
    charset: str | None = None,
    encoding: str | None = None,
) -> Document:
    """Build a document from the bytes of a file.

    `charset` comes from a server, `encoding` from the user.

    Raises:
        InputError: the bytes are damaged, or have no text.
    """
    if not data:
        raise InputError(f"{source}: is empty; give some text")
    if encoding:
        found = detect_format(data, name)
        if found not in TEXT_FORMATS:
            raise InputError(
                f"{source}: is a file in the format {found}, which states its own "
                "encoding; leave out --encoding"
            )
        data = recode(data, source, encoding)
    kind, content = parse_within_limits(data, source, name=name, charset=charset)
    document = Document.from_text(content.text, source=source, title=content.title)
    return replace(
        document,
        author=content.author,
        url=content.url,
        format=kind,
        published=content.published,
        published_from="metadata" if content.published else None,
        language=content.language,
        encoding=encoding or content.encoding,
        left_out=tuple(content.left_out),
        layout=_build_layout(kind, data, content),
    )


def _build_layout(kind: str, data: bytes, content: Content) -> Layout | None:
    if kind == "pdf":
        return Layout(pdf=data)
    return Layout(words=tuple(content.words)) if content.words else None


def read_bytes(path: str | Path) -> tuple[str, bytes]:
    """Return the name of a source for messages, and its bytes.

    Raises:
        InputError: the file is missing, a folder, unreadable, or too large.
    """
    if str(path) == "-":
        source, data = "standard input", sys.stdin.buffer.read(_MAX_FILE_BYTES + 1)
    elif not str(path):
        raise InputError(EMPTY_NAME)
    else:
        # A file name may contain bytes that are not UTF-8, but results and messages may
        # not.
        encoded = str(path).encode("utf-8", "surrogateescape")
        source, data = encoded.decode("utf-8", "replace"), _read_file(Path(path))
    if len(data) > _MAX_FILE_BYTES:
        raise InputError(
            f"{source}: has more than {_MAX_FILE_BYTES >> 20} MB; split it, and use "
            "the parts"
        )
    return source, data


def suggest_input(name: str) -> str:
    """Suggest what to do about a name that is not a file."""
    # `Path` collapses the two slashes of an address to one.
    if name.startswith("www."):
        return f"for a web page, write https://{name}"
    if len(name.split()) >= _MIN_WORDS_OF_TEXT:
        return 'to read a text itself, pipe it to -: echo "…" | claimcheck COMMAND -'
    return "check the path, or use - for standard input"


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES + 1)
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; give one file") from None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in (errno.ENOENT, errno.ENAMETOOLONG):
            raise InputError(
                f"{path}: does not exist; {suggest_input(str(path))}"
            ) from None
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{path}: can't be read: {reason}") from None
