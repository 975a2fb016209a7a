"""Read email (RFC 5322, MIME): a message's text without attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any

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

_MAX_PARTS = 200  # the parser's time grows with the square of their number
_MAX_FIELD_CHARACTERS = 1_000  # likewise for the marks in a field; names need fewer
# If the HTML part has this many times the words of the plain part, it is the message,
# and the plain part is a note such as "View this email in a browser". Chosen by hand.
_MIN_HTML_RATIO = 2
# The start of a further message in a mailbox (RFC 4155).
_MAILBOX_LINE = re.compile(rb"\n\r?\nFrom [^\r\n]{1,200}\d{4}\r?\n[!-9;-~]+:")
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


class _BoundedPolicy(EmailPolicy):
    """Parses the fields of messages, up to a realistic length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:_MAX_FIELD_CHARACTERS])


def parse_mail(data: bytes, source: str) -> Content:
    """Return the plain part of a message, or its HTML part if that says more.

    The title is the subject, and the author is the sender.

    Raises:
        InputError: the message is damaged, has no part with text, or is one of several.
    """
    # The parser expects ASCII, and would take a leading blank line for the header's
    # end.
    data = recode_wide_text(data).lstrip()
    _refuse_unreadable(data, source)
    # The package parses lazily, so any of these calls may find the damage.
    try:
        message = message_from_bytes(data, policy=_BoundedPolicy())
        assert isinstance(message, EmailMessage)
        bodies = [_get_payload(part) for part in _find_bodies(message)]
        subject = clean_metadata(message["subject"])
        sender = clean_metadata(message["from"])
        sent = _parse_sent_date(message)
        left_out = _list_attachments(message)
    except _DAMAGE_ERRORS as error:
        raise InputError(
            f"{source}: is a damaged e-mail ({error}); save its text and use that"
        ) from None
    if not bodies:
        raise InputError(
            f"{source}: the e-mail has no text of its own; use its attachment instead"
        )
    body = _choose_body(bodies, source)
    content = Content(
        body.text, body.encoding, subject, sender, sent, left_out=left_out
    )
    return refuse_empty(content, source, "the e-mail")


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
    bodies = [(plain.encode(), "utf-8", False), (html.encode(), "utf-8", True)]
    body = _choose_body([body for body in bodies if body[0]], source)
    content = Content(
        body.text,
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


def _refuse_unreadable(data: bytes, source: str) -> None:
    if data.lower().count(b"boundary=") > _MAX_PARTS:
        raise InputError(
            f"{source}: the e-mail has more than {_MAX_PARTS} nested parts; save its "
            "text and use that"
        )
    if data.startswith(b"From ") and _MAILBOX_LINE.search(data):
        raise InputError(
            f"{source}: is a mailbox with several messages; save each message as a "
            "file, and use those"
        )


def _list_attachments(message: EmailMessage) -> tuple[str, ...]:
    names = [clean_metadata(part.get_filename()) for part in message.iter_attachments()]
    listed = ", ".join(filter(None, names))
    return (f"attachments: {listed}",) if listed else ()


def _find_bodies(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the plain part and the HTML part, if any."""
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        if isinstance(part, EmailMessage):
            yield part


def _get_payload(part: EmailMessage) -> tuple[bytes, str | None, bool]:
    """Return a part's decoded bytes, its charset, and whether it is HTML."""
    payload = part.get_payload(decode=True)
    is_html = part.get_content_type() == "text/html"
    charset = part.get_content_charset()
    payload = payload if isinstance(payload, bytes) else b""
    if str(part.get_param("delsp")).lower() == "yes":
        payload = _SOFT_BREAK.sub(b"", payload)
    return payload, charset, is_html


def _parse_bodies(
    bodies: list[tuple[bytes, str | None, bool]], source: str
) -> tuple[Content | None, Content | None, InputError | None]:
    """Return the plain part, the HTML part, and why HTML could not be read."""
    plain = html = None
    problem: InputError | None = None
    for payload, charset, is_html in bodies:
        if not is_html:
            plain = Content(*decode(payload or b" ", source, charset))
            continue
        # If HTML can't be read, or has no article, the plain part may still have text.
        try:
            html = parse_html(payload, source, charset)
        except InputError as error:
            problem = error
    return plain, html, problem


def _choose_body(bodies: list[tuple[bytes, str | None, bool]], source: str) -> Content:
    """Return the plain part unless the HTML part has far more words."""
    plain, html, problem = _parse_bodies(bodies, source)
    if plain is None or not has_words(plain.text):
        if html is None and problem is not None:
            raise problem
        return html or plain or Content("")
    if html is None:
        return plain
    plain_words, html_words = len(plain.text.split()), len(html.text.split())
    return html if html_words >= _MIN_HTML_RATIO * plain_words else plain


def _parse_sent_date(message: EmailMessage) -> date | None:
    if not message["date"]:
        return None
    try:
        return parsedate_to_datetime(str(message["date"])).date()
    except (ValueError, TypeError, OverflowError):
        return None
