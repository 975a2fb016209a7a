"""Recognize text in scans, photographs, and PDFs without a text layer.

Uses RapidOCR, whose models come with the package; nothing is downloaded.
"""

from __future__ import annotations

import statistics
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, import_required, refuse_empty

_EXTRA = "ocr"
_MAX_PIXELS = 100_000_000
_DPI = 200  # the resolution at which PDF pages are rendered
_MAX_PAGES = 100  # a page takes seconds
# Lines with a lower score are mostly stains and patterns. Chosen by hand.
_MIN_SCORE = 0.8
# In line heights: boxes that are closer are on one line, and lines that are further
# apart begin a new paragraph.
_SAME_LINE, _NEW_PARAGRAPH = 0.5, 1.8


class _Box(NamedTuple):
    """A piece of text and its location on the page, in pixels."""

    top: float
    bottom: float
    left: float
    text: str


def parse_picture(data: bytes, source: str) -> Content:
    """Return the text in a picture.

    Raises:
        InputError: the picture is damaged or too large, or no text was recognized.
    """
    import_required("rapidocr", _EXTRA, source, "a picture of text")
    picture = import_required("PIL.Image", _EXTRA, source, "a picture of text")
    try:
        with picture.open(BytesIO(data)) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise InputError(
                    f"{source}: has more than {_MAX_PIXELS // 10**6} million pixels; "
                    "make it smaller"
                )
            text = _recognize(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{source}: is a damaged picture ({error})") from None
    return refuse_empty(Content(text), source, "the picture")


def parse_scan(data: bytes, source: str) -> Content:
    """Return the text of a PDF of pictures, with a form feed after each page.

    Raises:
        InputError: the reader is not installed, the PDF has too many pages, or no text
            was recognized.
    """
    kind = "a PDF without a text layer"
    pdfium = import_required("pypdfium2", "pdf", source, kind)
    import_required("rapidocr", _EXTRA, source, kind)
    document = pdfium.PdfDocument(data)
    if len(document) > _MAX_PAGES:
        raise InputError(
            f"{source}: has {len(document)} pages of pictures, more than {_MAX_PAGES}; "
            "recognize their text first, for example with ocrmypdf"
        )
    text = ""
    for page in document:
        image = page.render(scale=_DPI / 72).to_pil()
        text += _recognize(image.convert("RGB")) + "\f"
        page.close()
    document.close()
    return refuse_empty(Content(text), source, "the scan")


@cache
def _load_engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def _recognize(image: Any) -> str:
    import numpy as np

    result = _load_engine()(np.asarray(image)[:, :, ::-1])  # the engine expects BGR
    boxes: list[_Box] = []
    if result.boxes is None:
        return ""
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    for corners, text, score in found:
        if score >= _MIN_SCORE and text.strip():
            rows = [float(corner[1]) for corner in corners]
            left = min(float(corner[0]) for corner in corners)
            boxes.append(_Box(min(rows), max(rows), left, text.strip()))
    return _join_lines(sorted(boxes))


def _join_lines(boxes: list[_Box]) -> str:
    """Join boxes, ordered from the top, into lines and paragraphs."""
    if not boxes:
        return ""
    height = statistics.median(box.bottom - box.top for box in boxes)
    lines: list[list[_Box]] = []
    for box in boxes:
        if lines and box.top - lines[-1][0].top < _SAME_LINE * height:
            lines[-1].append(box)
        else:
            lines.append([box])
    text = ""
    for number, line in enumerate(lines):
        if number:
            step = line[0].top - lines[number - 1][0].top
            text += "\n\n" if step > _NEW_PARAGRAPH * height else "\n"
        text += " ".join(box.text for box in sorted(line, key=lambda box: box.left))
    return text
