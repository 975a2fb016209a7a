"""Decode bytes: detect the encoding, or report where decoding fails."""

from __future__ import annotations

import codecs
import re

from claimcheck.errors import InputError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 first: its little-endian mark starts with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONVERT_OFFICE = "convert it: soffice --headless --convert-to {} FILE"
_CONVERT_BOOK = "convert it, for example with Calibre: ebook-convert FILE FILE.epub"
_EXPORT = "export it as a PDF or as an Office document"
_TRANSCRIBE = "transcribe it, for example with Whisper"
_CONVERT_MARKUP = "convert it: pandoc FILE -o FILE.docx"
_PICTURE = "convert it, for example with ImageMagick: magick FILE FILE.png"
_UNPACK = "unpack it, and use the files"
# What is in an archive that is not read: a name in it, what it is, and what to do.
_ARCHIVES = (
    (b"opendocument.presentation", "a presentation", _CONVERT_OFFICE.format("pptx")),
    (b"opendocument.graphics", "a drawing", _CONVERT_OFFICE.format("pdf")),
    (b"Index/Document.iwa", "a document of Pages, Numbers, or Keynote", _EXPORT),
    (b"FixedDocumentSequence", "an XPS document", "convert it: xpstopdf FILE"),
)
# The same for XML.
_XML_DOCUMENTS = (
    (b"<FictionBook", "a FictionBook (.fb2)", _CONVERT_BOOK),
    (b"<opml", "an OPML outline", _CONVERT_MARKUP),
    (b"docbook.org", "a DocBook document", _CONVERT_MARKUP),
    (b"DocBook", "a DocBook document", _CONVERT_MARKUP),
    (b"<TEI", "a TEI document", _CONVERT_MARKUP),
    (b"names:tc:opendocument", "OpenDocument XML", _CONVERT_OFFICE.format("docx")),
    (b"Word.Document", "Word 2003 XML", _CONVERT_OFFICE.format("docx")),
    (b"Excel.Sheet", "Excel 2003 XML", _CONVERT_OFFICE.format("xlsx")),
    (b"<svg", "a picture in XML (SVG)", _PICTURE),
)
# Files that are not text, or hold markup: at which offset they have which bytes, what
# they are, and what to do.
_SIGNATURES = (
    (0, b"PK\x03\x04", "a ZIP archive other than a document", _UNPACK),
    (0, b"<?xml", "an XML document of unknown kind", ""),
    (0, b"\x1f\x8b", "a gzip archive", "unpack it: gunzip FILE"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (0, b"Rar!", "a RAR archive", _UNPACK),
    (0, b"BZh", "a bzip2 archive", "unpack it: bunzip2 FILE"),
    (0, b"\xfd7zXZ", "an xz archive", "unpack it: unxz FILE"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it: unzstd FILE"),
    (0, b"ID3", "an MP3 recording", _TRANSCRIBE),
    (0, b"\xff\xfb", "an MP3 recording", _TRANSCRIBE),
    (0, b"OggS", "an Ogg recording", _TRANSCRIBE),
    (0, b"fLaC", "a FLAC recording", _TRANSCRIBE),
    (0, b"\x1aE\xdf\xa3", "a Matroska video", _TRANSCRIBE),
    (0, b"%!PS", "a PostScript document", "convert it: ps2pdf FILE"),
    (0, b"AT&TFORM", "a DjVu document", "convert it: ddjvu -format=pdf FILE FILE.pdf"),
    (0, b"ITSF", "a Windows help file (.chm)", _CONVERT_BOOK),
    (0, b"SQLite format 3", "a SQLite database", ""),
    (0, b"PAR1", "a Parquet table", "convert it to CSV"),
    (0, b"\x89HDF", "an HDF5 file", ""),
    (0, b"wOFF", "a font", ""),
    (0, b"wOF2", "a font", ""),
    (0, b"\x7fELF", "a program", ""),
    (4, b"ftypheic", "a picture (HEIC)", _PICTURE),
    (4, b"ftypheix", "a picture (HEIC)", _PICTURE),
    (4, b"ftypmif1", "a picture (HEIF)", _PICTURE),
    (4, b"ftypavif", "a picture (AVIF)", _PICTURE),
    (0, b"8BPS", "a picture (Photoshop)", _PICTURE),
    (0, b"\xffWPC", "a WordPerfect document", _CONVERT_OFFICE.format("docx")),
    (0, b"HWP Document File", "a Hangul document", _CONVERT_OFFICE.format("docx")),
    (0, b"ITOLITLS", "a Microsoft Reader book (.lit)", _CONVERT_BOOK),
    (257, b"ustar", "a tar archive", "unpack it: tar xf FILE"),
    (4, b"ftyp", "a video or recording", _TRANSCRIBE),
    (8, b"WAVE", "a recording", _TRANSCRIBE),
    (8, b"AVI ", "a video", _TRANSCRIBE),
    (60, b"BOOKMOBI", "a Mobipocket book (.mobi, .azw)", _CONVERT_BOOK),
)
_MICRODVD = re.compile(rb"(?:\xef\xbb\xbf)?\{\d{1,9}\}\{\d{1,9}\}")
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
# The stream in a compound file that says what it is.
_COMPOUND_KINDS = (
    ("EncryptedPackage", "an Office document with a password", "remove the password"),
    ("WordDocument", "an old Word document (.doc)", _CONVERT_OFFICE.format("docx")),
    (
        "PowerPoint Document",
        "an old presentation (.ppt)",
        _CONVERT_OFFICE.format("pptx"),
    ),
    ("Book", "an old Excel workbook (.xls)", _CONVERT_OFFICE.format("xlsx")),
)
_SAMPLE_BYTES = 4_000
# The share of zeros among bytes in even or odd positions. For Latin text in UTF-16, one
# half is mostly zeros, and the other has hardly any. Chosen by hand.
_MIN_ZERO_SHARE, _MAX_ZERO_SHARE = 0.4, 0.05
_MAX_UNPRINTABLE = 2  # at the start of a decoded text
_MAX_CONTROL_SHARE = 0.01  # of the bytes of a text in a legacy encoding
# Maximum number of bytes for detection, from the first line that is not ASCII.
_DETECTED_BYTES = 200_000
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# ISO-2022-JP, the Japanese encoding of mail, is ASCII with escape sequences.
_JAPANESE_ESCAPE = b"\x1b$B"
# Others of which every text is valid ASCII, so that only the charset tells.
_SEVEN_BIT_CHARSETS = ("utf-7", "unicode-1-1-utf-7", "hz-gb-2312", "iso-2022-kr")


def decode(data: bytes, source: str, charset: str | None = None) -> tuple[str, str]:
    """Return the text without a byte order mark, and its encoding.

    `charset`, from a server or an email, is used only if the bytes are not UTF-8.

    Raises:
        InputError: the bytes are empty, binary, or in an encoding that can't be
            detected.
    """
    if not data:
        raise InputError(f"{source}: is empty; give some text")
    _refuse_binary(data, source)
    encoding = _find_byte_order_mark(data) or _detect_utf16_without_mark(data)
    if _JAPANESE_ESCAPE in data:
        encoding = "iso2022_jp"
    elif charset and charset.lower() in _SEVEN_BIT_CHARSETS:
        encoding = charset
    # UTF-8 is tried before the stated charset, because servers often state a wrong one.
    name = encoding or "utf-8"
    try:
        return data.decode(name), name.removesuffix("-sig")
    except UnicodeDecodeError as error:
        if encoding or b"\x00" in data:
            problem = f"is not valid {encoding}" if encoding else "is binary, not text"
            raise InputError(
                f"{source}: {problem} (byte {error.start}); convert it to UTF-8 text"
            ) from None
        return _decode_declared(data, charset) or _decode_legacy(data, source, error)


def recode_wide_text(data: bytes) -> bytes:
    """Return UTF-16 and UTF-32 as UTF-8, and other bytes unchanged.

    Code that searches the bytes of a file for ASCII needs this. Byte order marks are
    removed, and so are broken characters, as at the end of a prefix.
    """
    encoding = _find_byte_order_mark(data) or _detect_utf16_without_mark(data)
    if encoding is None:
        return data
    return data.decode(encoding, "ignore").encode("utf-8", "ignore")


def _refuse_binary(data: bytes, source: str) -> None:
    if data.startswith(_COMPOUND_FILE):
        _refuse_compound(data, source)
    edges = data[:_SAMPLE_BYTES] + data[-_SAMPLE_BYTES:]
    for name, kind, advice in _list_containers(data):
        if name in edges:
            raise InputError(f"{source}: is {kind}, not text; {advice}")
    if _MICRODVD.match(data):
        raise InputError(
            f"{source}: has MicroDVD subtitles, timed by pictures and not by the "
            "clock; convert it: ffmpeg -i FILE FILE.srt"
        )
    for position, signature, kind, advice in _SIGNATURES:
        if data.startswith(signature, position):
            action = advice or "extract its text and use that"
            raise InputError(f"{source}: is {kind}, not text; {action}")


def _list_containers(data: bytes) -> tuple[tuple[bytes, str, str], ...]:
    """Return what an archive or XML may be, by a name in it."""
    if data.startswith(b"PK"):
        return _ARCHIVES
    return _XML_DOCUMENTS if data.startswith(b"<?xml") else ()


def _refuse_compound(data: bytes, source: str) -> None:
    for stream, kind, advice in _COMPOUND_KINDS:
        if stream.encode("utf-16-le") in data:
            raise InputError(f"{source}: is {kind}, not text; {advice}")
    advice = _CONVERT_OFFICE.format("docx")
    raise InputError(f"{source}: is an old Office document, not text; {advice}")


def _find_byte_order_mark(data: bytes) -> str | None:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    return None


def _detect_utf16_without_mark(data: bytes) -> str | None:
    sample = data[:_SAMPLE_BYTES]
    pairs = len(sample) // 2
    if pairs < 2 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    has_letters = min(even, odd) < _MAX_ZERO_SHARE * pairs
    if not has_letters or max(even, odd) <= _MIN_ZERO_SHARE * pairs:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decode_declared(data: bytes, charset: str | None) -> tuple[str, str] | None:
    if not charset:
        return None
    try:
        return data.decode(charset), codecs.lookup(charset).name
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_legacy(
    data: bytes, source: str, error: UnicodeDecodeError
) -> tuple[str, str]:
    """Decode text in a legacy encoding; reject damaged UTF-8."""
    line = data.count(b"\n", 0, error.start) + 1
    problem = f"{source}: byte {error.start} (line {line}) is not UTF-8"
    if _is_damaged_utf8(data):
        raise InputError(
            f"{problem}, though the rest is: the file is damaged; "
            "fix that byte, or convert the file again"
        )
    sample = data[:_SAMPLE_BYTES]
    control = [byte for byte in sample if byte < 9 or 13 < byte < 32]
    decoded = None
    if len(control) < _MAX_CONTROL_SHARE * len(sample) + 1:
        decoded = _decode_declared(data, _detect_by_language(data))
    if decoded is None or _count_unprintable(decoded[0]) > _MAX_UNPRINTABLE:
        raise InputError(
            f"{problem}, and no other encoding fits; is it text? Name its encoding "
            "with --encoding, or convert it to UTF-8"
        )
    return decoded


def _detect_by_language(data: bytes) -> str | None:
    """Return the encoding in which the text looks most like a language."""
    # Imported here because its statistics take long to load.
    import chardet

    first = _NOT_ASCII.search(data)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    detected = chardet.detect(data[start : start + _DETECTED_BYTES])
    return detected["encoding"]


def _count_unprintable(text: str) -> int:
    """Count the control characters at the start of a text."""
    characters = text[:_SAMPLE_BYTES]
    return sum(not char.isprintable() and not char.isspace() for char in characters)


def recode(data: bytes, source: str, encoding: str) -> bytes:
    """Recode text from the encoding that the user names to UTF-8.

    Raises:
        InputError: the encoding is unknown, or the bytes are not valid in it.
    """
    refuse_unknown_encoding(encoding)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source}: byte {error.start} is not valid {encoding}; name another one"
        ) from None
    return text.removeprefix("\ufeff").encode()


def refuse_unknown_encoding(name: str) -> None:
    """Raise InputError if the encoding is unknown."""
    try:
        codecs.lookup(name)
    except LookupError:
        raise InputError(
            f"--encoding {name!r} is unknown; use a name such as cp1251"
        ) from None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most of the bytes beyond ASCII are valid UTF-8."""
    valid = data.decode("utf-8", "ignore")
    valid_bytes = len(valid.encode())
    continuation_bytes = valid_bytes - len(valid)
    # Accented letters in a legacy encoding are hardly ever valid UTF-8 by chance.
    return continuation_bytes > 2 * (len(data) - valid_bytes)
