"""Text that Word stores as something else: symbol fonts and formulas."""

from __future__ import annotations

import re
from typing import Any

from claimcheck.readers.content import SUPERSCRIPTS
from claimcheck.readers.xml_blocks import find_path, get_attribute, get_name

# Word adds this to the codes of symbol fonts.
_SYMBOL_OFFSET = 0xF000
# Adobe's Symbol encoding, in which the font Symbol has its characters.
_SYMBOL = dict(
    zip(
        [*range(0x20, 0x7F), *range(0xA0, 0xFF)],
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
        "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"
        "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uf8ff〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
# The common characters of Wingdings, whose other ones are pictures.
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0x9F: "•", 0xA7: "▪",
    0xA8: "□", 0xD8: "➢", 0xE0: "→", 0xE8: "➔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
_ATOM = re.compile(r"[\w.,]*")


def decode_symbols(text: str, font: str) -> str:
    """Return the characters that a font shows for a text.

    Characters that are pictures stay what they are.
    """
    characters = _FONTS.get(font.lower())
    if characters is None:
        return text
    codes = {_SYMBOL_OFFSET + code: char for code, char in characters.items()}
    return text.translate(codes)


def format_formula(element: Any) -> str:
    """Return a formula (Office Math) on one line: "x² = 1/(2n)"."""
    name = get_name(element)
    if name == "t":
        return element.text or ""
    parts = [(get_name(child), format_formula(child)) for child in element]
    values = dict(parts)
    content = "".join(text for _, text in parts)
    match name:
        case "f":
            numerator = _put_in_brackets(values.get("num", ""))
            return f"{numerator}/{_put_in_brackets(values.get('den', ''))}"
        case "sSup":
            return values.get("e", "") + _raise_exponent(values.get("sup", ""))
        case "rad":
            return f"√{_put_in_brackets(values.get('e', ''))}"
        case "nary":
            return _find_sign(element, "naryPr", "chr", "∫") + content
        case "d":
            opening = _find_sign(element, "dPr", "begChr", "(")
            return opening + content + _find_sign(element, "dPr", "endChr", ")")
        case _:
            return content


def _find_sign(element: Any, properties: str, name: str, default: str) -> str:
    sign = find_path(element, properties, name)
    return default if sign is None else get_attribute(sign, "val")


def _put_in_brackets(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"


def _raise_exponent(text: str) -> str:
    is_number = text.isascii() and text.isdecimal()
    return text.translate(SUPERSCRIPTS) if is_number else f"^{_put_in_brackets(text)}"
