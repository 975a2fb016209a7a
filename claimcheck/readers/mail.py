"""E-mail (RFC 5322, MIME) with the standard library: the message's own text, without its attachments."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, clean_metadata, refuse_empty
from claimcheck.readers.decode import decode
from claimcheck.readers.html import parse_html

_MAX_PARTS = 200  # the parser's time grows with the square of their number


def parse_mail(data: bytes, source: str) -> Content:
    """The plain part of the message, else its HTML part; the subject as title, the sender as author.

    Raises:
        InputError: the message is damaged, or has no part with text.
    """
    if data.lower().count(b"boundary=") > _MAX_PARTS:
        raise InputError(
            f"{source}: the e-mail has more than {_MAX_PARTS} nested parts; save its text and give that"
        )
    try:
        message = message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        part = message.get_body(preferencelist=("plain", "html"))
        payload = part.get_payload(decode=True) if part is not None else None
        charset = part.get_content_charset() if part is not None else None
        subject, sender = (
            clean_metadata(message["subject"]),
            clean_metadata(message["from"]),
        )
    except (
        MessageError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise InputError(
            f"{source}: is a damaged e-mail ({error}); save its text and give that"
        ) from None
    if part is None or not isinstance(payload, bytes):
        raise InputError(
            f"{source}: the e-mail has no text of its own; give its attachment by itself"
        )
    if part.get_content_type() == "text/html":
        content = parse_html(payload, source, charset)
    else:
        text, encoding = decode(payload or b" ", source, charset)
        content = Content(text, encoding)
    return refuse_empty(
        Content(content.text, content.encoding, subject, sender, _parse_date(message)),
        source,
        "the e-mail",
    )


def _parse_date(message: EmailMessage) -> date | None:
    try:
        return (
            parsedate_to_datetime(str(message["date"])).date()
            if message["date"]
            else None
        )
    except (ValueError, TypeError, OverflowError):
        return None
