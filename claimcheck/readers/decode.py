"""Bytes to text: which encoding it is, said by name, or an error that says where it stops making sense."""

from __future__ import annotations

import codecs

from claimcheck.errors import InputError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive, and no Word document (ODT, EPUB, XLSX?)"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x7fELF", "a program"),
)


def decode(data: bytes, source: str, charset: str | None = None) -> tuple[str, str]:
    """The text in these bytes, and the name of its encoding. A byte order mark is no part of the text.

    `charset`, what somebody else states, counts only where the bytes are not UTF-8.

    Raises:
        InputError: the bytes are empty, a known binary format, or in no encoding that can be told.
    """
    if not data:
        raise InputError(f"{source}: is empty; give some text")
    for magic, name in _BINARY_SIGNATURES:
        if data.startswith(magic):
            raise InputError(
                f"{source}: is {name}, not text; extract its text first and give that"
            )
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None
    ) or _detect_utf16_without_bom(data)
    try:
        return data.decode(encoding or "utf-8"), (encoding or "utf-8").removesuffix(
            "-sig"
        )
    except UnicodeDecodeError as error:
        if encoding or b"\x00" in data:
            what = f"is not valid {encoding}" if encoding else "is binary, not text"
            raise InputError(
                f"{source}: {what} (byte {error.start}); convert it to UTF-8 text"
            ) from None
        return _decode_declared(data, charset) or _decode_legacy(data, source, error)


def _detect_utf16_without_bom(data: bytes) -> str | None:
    sample = data[:4_000]
    pairs = len(sample) // 2
    if pairs < 2 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * pairs and odd < 0.05 * pairs else None


def _decode_declared(data: bytes, charset: str | None) -> tuple[str, str] | None:
    try:
        return (data.decode(charset), codecs.lookup(charset).name) if charset else None
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_legacy(
    data: bytes, source: str, error: UnicodeDecodeError
) -> tuple[str, str]:
    """Decode text in a legacy encoding; reject damaged UTF-8."""
    line = data.count(b"\n", 0, error.start) + 1
    broken = f"{source}: byte {error.start} (line {line}) is not UTF-8"
    whole = len(data.decode("utf-8", "ignore"))
    multibyte = len(data.decode("utf-8", "ignore").encode()) - whole
    invalid = len(data) - len(data.decode("utf-8", "ignore").encode())
    if multibyte > 2 * invalid:
        raise InputError(
            f"{broken}, though the rest is: the file is damaged; mend that byte or convert the file again"
        )
    import charset_normalizer

    control = sum(byte < 9 or 13 < byte < 32 for byte in data[:4_000])
    best = (
        charset_normalizer.from_bytes(data).best()
        if control < 0.01 * len(data[:4_000]) + 1
        else None
    )
    if best is None:
        raise InputError(
            f"{broken} and no other encoding fits: is it a text? Convert it to UTF-8 text"
        )
    return str(best), best.encoding.replace("_", "-")
