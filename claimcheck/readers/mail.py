"""Read email (RFC 5322, MIME): the text of messages without attached files.

Attached messages are read, too: forwarded ones, digests, and those that bounced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, NamedTuple

from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    has_words,
    import_required,
    refuse_empty,
)
from claimcheck.readers.decode import decode, recode_wide_text
from claimcheck.readers.html import parse_html
from claimcheck.readers.html_mail import read_html_message

_MAX_PARTS = 200  # the parser's time grows with the square of their number
_MAX_FIELD_CHARACTERS = 1_000  # likewise for the marks in a field; names need fewer
# If the HTML part has this many times the words of the plain part, it is the message,
# and the plain part is a note such as "View this email in a browser". Chosen by hand.
_MIN_HTML_RATIO = 2
# The start of a further message in a mailbox (RFC 4155).
_MAILBOX_LINE = re.compile(rb"(?<=\n)\r?\nFrom [^\r\n]{1,200}\d{4}\r?\n(?=[!-9;-~]+:)")
_SAVED_PAGE = "Saved by "  # the sender of a page that a browser saved (MHTML)
# The length of a message in Apple Mail's files (.emlx), on the first line
_APPLE_LENGTH = re.compile(rb"(\d{1,12})[ \t]*\r?\n(?=[!-9;-~]+:)")
_FORWARDED = "---------- Forwarded message ----------"
# With DelSp=yes, the space before a line break is not part of the text (RFC 3676).
_SOFT_BREAK = re.compile(rb"(?<!\n--) \r?\n(?!>)")
# Properties of Outlook's messages, [MS-OXPROPS] 2.1002 and 2.1018.
_SENDER_NAME, _REPRESENTED_NAME = 0x0C1A, 0x0042

# What the email package raises for damaged messages.
_DAMAGE_ERRORS = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
)


class _Body(NamedTuple):
    """A text of a message, and its encoding."""

    text: str
    encoding: str | None


class _BoundedPolicy(EmailPolicy):
    """Parses the fields of messages, up to a realistic length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:_MAX_FIELD_CHARACTERS])


def parse_mail(data: bytes, source: str) -> Content:
    """Return the text of a message, and of the messages attached to it.

    The title is the subject, and the author is the sender. Several messages of a
    mailbox (RFC 4155) have neither.

    Raises:
        InputError: the message is damaged, or has no part with text.
    """
    # The parser expects ASCII, and would take a leading blank line for the header's
    # end.
    data = recode_wide_text(data).lstrip()
    if length := _APPLE_LENGTH.match(data):
        data = data[length.end() : length.end() + int(length[1])]
    if data.lower().count(b"boundary=") > _MAX_PARTS:
        raise InputError(
            f"{source}: the e-mail has more than {_MAX_PARTS} nested parts; save its "
            "text and use that"
        )
    messages = _MAILBOX_LINE.split(data) if data.startswith(b"From ") else [data]
    # The package parses lazily, so any of these calls may find the damage.
    try:
        contents = [_read_message(message, source) for message in messages]
        if len(contents) > 1:
            text = "\n\n".join(map(_write_attached, contents))
            contents = [Content(text, contents[0].encoding)]
    except _DAMAGE_ERRORS as error:
        raise InputError(
            f"{source}: is a damaged e-mail ({error}); save its text and use that"
        ) from None
    if not has_words(contents[0].text):
        raise InputError(
            f"{source}: the e-mail has no text of its own; use its attachment instead"
        )
    return contents[0]


def parse_outlook(data: bytes, source: str) -> Content:
    """Return the text of a message that Outlook saved (.msg).

    Raises:
        InputError: the message is damaged, or has no text.
    """
    oxmsg = import_required("oxmsg", "formats", source, "an Outlook message")
    try:
        message = oxmsg.Message.load(data)
        plain, html = message.body or "", message.html_body or ""
        subject, sent = message.subject, message.sent_date
        sender = _get_outlook_sender(message)
    except Exception as error:  # noqa: BLE001 - the parser raises anything
        raise InputError(f"{source}: is a damaged Outlook message ({error})") from None
    bodies = [_Body(plain, "utf-8")]
    if html:
        bodies.append(_Body(*read_html_message(html.encode(), source, "utf-8")))
    content = Content(
        _choose_body(bodies).text,
        title=clean_metadata(subject),
        author=clean_metadata(sender),
        published=sent.date() if sent else None,
    )
    return refuse_empty(content, source, "the message")


def _get_outlook_sender(message: Any) -> str:
    """Return the sender's name and address, if known."""
    names = (_SENDER_NAME, _REPRESENTED_NAME)
    known = filter(None, map(message.properties.str_prop_value, names))
    sender = str(make_header(decode_header(message.sender or next(known, ""))))
    # Without "@", the address is known only to the sender's own server.
    return sender if "@" in sender else sender.partition("<")[0].strip('" ')


def _read_message(data: bytes, source: str) -> Content:
    message = message_from_bytes(data, policy=_BoundedPolicy())
    assert isinstance(message, EmailMessage)
    page = message.get_body(preferencelist=("html",))
    if page is not None and _SAVED_PAGE in str(message["from"]):
        payload, charset = page.get_payload(decode=True), page.get_content_charset()
        return parse_html(
            payload if isinstance(payload, bytes) else b"", source, charset
        )
    return _read_content(message, source)


def _read_content(message: MIMEPart[Any, Any], source: str) -> Content:
    bodies = list(_read_bodies(message, source))
    names = [
        clean_metadata(part.get_filename())
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]
    listed = ", ".join(filter(None, names))
    return Content(
        "\n\n".join(body.text for body in bodies),
        bodies[0].encoding if bodies else None,
        title=clean_metadata(message["subject"]),
        author=clean_metadata(message["from"]),
        published=_parse_sent_date(message),
        left_out=(f"attachments: {listed}",) if listed else (),
    )


def _read_bodies(part: MIMEPart[Any, Any], source: str) -> Iterator[_Body]:
    """Yield the texts that a mail program shows one below the other."""
    kind = part.get_content_type()
    if kind in ("text/plain", "text/html"):
        body = _read_text(part, kind, source)
        if has_words(body.text) and part.get_content_disposition() != "attachment":
            yield body
        return
    children = list(part.iter_parts())
    if kind == "message/rfc822":
        contents = [_read_content(child, source) for child in children]
        bodies = [_Body(_write_attached(item), item.encoding) for item in contents]
    else:
        texts = [_read_bodies(child, source) for child in children]
        bodies = list(chain.from_iterable(texts))
    if bodies and kind == "multipart/alternative":
        bodies = [_choose_body(bodies)]
    yield from bodies


def _read_text(part: MIMEPart[Any, Any], kind: str, source: str) -> _Body:
    """Return the text of a part without parts."""
    payload = part.get_payload(decode=True)
    payload = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if kind == "text/html":
        return _Body(*read_html_message(payload, source, charset))
    if str(part.get_param("delsp")).lower() == "yes":
        payload = _SOFT_BREAK.sub(b"", payload)
    text, encoding = decode(payload or b" ", source, charset)
    # Some programs put a byte order mark at the start of a quoted message.
    return _Body(text.replace("\ufeff", ""), encoding)


def _choose_body(bodies: list[_Body]) -> _Body:
    """Return the first body unless another has far more words."""
    counts = [len(body.text.split()) for body in bodies]
    largest = max(counts)
    is_note = largest >= _MIN_HTML_RATIO * counts[0]
    return bodies[counts.index(largest)] if is_note else bodies[0]


def _write_attached(content: Content) -> str:
    """Write a message like one that a mail program forwards."""
    fields = {
        "From": content.author,
        "Date": content.published,
        "Subject": content.title,
    }
    header = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\n".join([_FORWARDED, *header, "", content.text])


def _parse_sent_date(message: MIMEPart[Any, Any]) -> date | None:
    if not message["date"]:
        return None
    try:
        return parsedate_to_datetime(str(message["date"])).date()
    except (ValueError, TypeError, OverflowError):
        return None
