"""Recognize text in scans, photographs, and PDFs without a text layer.

Uses RapidOCR, whose models come with the package; nothing is downloaded.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

from claimcheck.errors import InputError
from claimcheck.models.span import Rectangle
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


@dataclass(frozen=True, slots=True, order=True)
class _Box:
    """A piece of text on the page, in pixels from the top left corner.

    `words` are its words with their left and right sides.
    """

    top: float
    bottom: float
    left: float
    right: float
    text: str
    words: tuple[tuple[str, float, float], ...]


@dataclass(slots=True)
class _Text:
    """The text of the pages so far, and where its words are."""

    text: str = ""
    words: list[tuple[int, int, Rectangle]] = field(default_factory=list)

    def add_page(self, image: Any, scale: float = 1) -> None:
        """Recognize a picture; `scale` converts pixels to the page's units."""
        lines = _group_lines(sorted(_recognize(image.convert("RGB"))))
        for separator, line in lines:
            self.text += separator
            for number, box in enumerate(sorted(line, key=lambda box: box.left)):
                self.text += " " if number else ""
                self._add_box(box, image.height, scale)

    def _add_box(self, box: _Box, height: int, scale: float) -> None:
        start, position = len(self.text), 0
        self.text += box.text
        for word, left, right in box.words:
            found = box.text.find(word, position)
            if found < 0:
                continue
            position = found + len(word)
            bottom, top = (height - box.bottom) * scale, (height - box.top) * scale
            rectangle = (left * scale, bottom, right * scale, top)
            self.words.append((start + found, start + position, rectangle))


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
            text = _Text()
            text.add_page(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{source}: is a damaged picture ({error})") from None
    return refuse_empty(_build_content(text), source, "the picture")


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
    text = _Text()
    for page in document:
        text.add_page(page.render(scale=_DPI / 72).to_pil(), scale=72 / _DPI)
        text.text += "\f"
        page.close()
    document.close()
    return refuse_empty(_build_content(text), source, "the scan")


def _build_content(text: _Text) -> Content:
    return Content(text.text, words=tuple(text.words))


@cache
def _load_engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def _recognize(image: Any) -> list[_Box]:
    import numpy as np

    # The engine expects BGR.
    result = _load_engine()(np.asarray(image)[:, :, ::-1], return_word_box=True)
    if result.boxes is None:
        return []
    boxes: list[_Box] = []
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    words_of_boxes = _list_words(result)
    for number, (corners, text, score) in enumerate(found):
        if score >= _MIN_SCORE and text.strip():
            columns, rows = zip(*corners.tolist(), strict=True)
            left, right = min(columns), max(columns)
            words = words_of_boxes[number] or ((text.strip(), left, right),)
            boxes.append(
                _Box(min(rows), max(rows), left, right, text.strip(), tuple(words))
            )
    return boxes


def _list_words(result: Any) -> list[list[tuple[str, float, float]]]:
    """Return the words of each box with their sides, if they are known."""
    # The engine drops the boxes whose words it can't place from this list alone.
    if len(result.word_results) != len(result.txts):
        return [[] for _ in result.txts]
    return [
        [
            (word, float(min(x for x, _ in corners)), float(max(x for x, _ in corners)))
            for word, _, corners in line
            if corners is not None
        ]
        for line in result.word_results
    ]


def _group_lines(boxes: list[_Box]) -> Iterator[tuple[str, list[_Box]]]:
    """Yield lines of boxes, ordered from the top, and what is before each."""
    if not boxes:
        return
    height = statistics.median(box.bottom - box.top for box in boxes)
    lines: list[list[_Box]] = []
    for box in boxes:
        if lines and box.top - lines[-1][0].top < _SAME_LINE * height:
            lines[-1].append(box)
        else:
            lines.append([box])
    yield "", lines[0]
    for before, line in pairwise(lines):
        is_paragraph = line[0].top - before[0].top > _NEW_PARAGRAPH * height
        yield "\n\n" if is_paragraph else "\n", line
