"""E-mail (RFC 5322, MIME): the message's own text, without its attachments."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, clean_metadata, refuse_empty
from claimcheck.readers.decode import decode, recode_wide_text
from claimcheck.readers.html import parse_html

_MAX_PARTS = 200  # the parser takes time with the square of their number

# What the email package raises for messages with some bytes changed.
_DAMAGE_ERRORS = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
)


def parse_mail(data: bytes, source: str) -> Content:
    """Return the plain part of a message, or else its HTML part.

    The title is the subject, and the author is the sender.

    Raises:
        InputError: the message is damaged, or has no part with text.
    """
    # The parser reads ASCII, and takes a blank line for the end of the header.
    data = recode_wide_text(data).lstrip()
    if data.lower().count(b"boundary=") > _MAX_PARTS:
        raise InputError(
            f"{source}: the e-mail has more than {_MAX_PARTS} nested parts; save its "
            "text and use that"
        )
    # The package parses lazily, so damage shows at any of these calls.
    payload, charset, is_html = None, None, False
    try:
        message = message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        if part := message.get_body(preferencelist=("plain", "html")):
            payload, charset = part.get_payload(decode=True), part.get_content_charset()
            is_html = part.get_content_type() == "text/html"
        subject = clean_metadata(message["subject"])
        sender = clean_metadata(message["from"])
    except _DAMAGE_ERRORS as error:
        raise InputError(
            f"{source}: is a damaged e-mail ({error}); save its text and use that"
        ) from None
    if not isinstance(payload, bytes):
        raise InputError(
            f"{source}: the e-mail has no text of its own; use its attachment instead"
        )
    if is_html:
        body = parse_html(payload, source, charset)
    else:
        body = Content(*decode(payload or b" ", source, charset))
    content = Content(
        body.text, body.encoding, subject, sender, _parse_sent_date(message)
    )
    return refuse_empty(content, source, "the e-mail")


def _parse_sent_date(message: EmailMessage) -> date | None:
    if not message["date"]:
        return None
    try:
        return parsedate_to_datetime(str(message["date"])).date()
    except (ValueError, TypeError, OverflowError):
        return None
