"""Read RTF, LaTeX, Markdown, and notebooks, whose markup is plain text."""

from __future__ import annotations

import re
from typing import Any

from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    import_required,
    parse_date,
    refuse_empty,
)
from claimcheck.text.markdown import find_front_matter

EXTRA = "formats"
_RTF_TITLE = re.compile(r"\{\\title ([^{}\\]{1,300})\}")
_RTF_AUTHOR = re.compile(r"\{\\author ([^{}\\]{1,300})\}")
_LATEX_TITLE = re.compile(r"\\title\s*\{([^{}]{1,300})\}")
_LATEX_AUTHOR = re.compile(r"\\author\s*\{([^{}]{1,300})\}")
_LATEX_BEGIN, _LATEX_END = "\\begin{document}", "\\end{document}"
# Environments without prose: formulas, figures, tables, and the list of references.
_LATEX_SKIPPED = re.compile(
    r"""
    \\begin\{(equation|align|gather|multline|eqnarray|displaymath|figure|table|tabular
        |tikzpicture|thebibliography|verbatim|lstlisting)(\*?)\}
    .*?(?:\\end\{\1\2\}|\Z)
    |\\\[.*?(?:\\\]|\Z)
    """,
    re.S | re.X,
)
_LATEX_REFERENCE = re.compile(
    r"[~ \n]?\\(?:cite[a-z]*|(?:eq|page|auto|c)?ref|footnotemark|label|index)\*?"
    r"(?:\[[^][]{0,200}\]){0,2}\{[^{}]{0,500}\}"
)
_LATEX_HEADING = re.compile(r"\\(?:sub)*(?:section|paragraph)\*?\{([^{}]{0,300})\}")
_LATEX_FOOTNOTE = re.compile(r"\\footnote\{([^{}]{0,2000})\}")
_LATEX_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def parse_rtf(text: str, source: str) -> Content:
    """Return the text of an RTF document.

    Raises:
        InputError: the document has no text.
    """
    rtf = import_required("striprtf.striprtf", EXTRA, source, "an RTF document")
    # Each paragraph ends with one line feed.
    lines = rtf.rtf_to_text(text, errors="ignore").splitlines()
    title, author = _RTF_TITLE.search(text), _RTF_AUTHOR.search(text)
    content = Content(
        "\n\n".join(line.strip() for line in lines if line.strip()),
        title=clean_metadata(title and title.group(1)),
        author=clean_metadata(author and author.group(1)),
    )
    return refuse_empty(content, source, "the RTF document")


def parse_latex(text: str, encoding: str, source: str) -> Content:
    """Return the prose of LaTeX, without formulas, figures, and tables.

    Raises:
        InputError: the document has no text, or is damaged.
    """
    latex2text = import_required(
        "pylatexenc.latex2text", EXTRA, source, "a LaTeX document"
    )
    preamble, begin, body = text.partition(_LATEX_BEGIN)
    body = body.partition(_LATEX_END)[0] if begin else text
    body = _LATEX_COMMENT.sub("", body).replace("\\maketitle", "")
    body = _LATEX_REFERENCE.sub("", _LATEX_SKIPPED.sub("", body))
    body = _LATEX_HEADING.sub(r"\n\n\1\n\n", body).replace("\\item", "\n\n\\item")
    # In place, a note would split its sentence.
    notes = _LATEX_FOOTNOTE.findall(body)
    body = "\n\n".join([_LATEX_FOOTNOTE.sub("", body), *notes])
    converter = latex2text.LatexNodes2Text(math_mode="text", keep_comments=False)
    try:
        prose = converter.latex_to_text(body)
    except (ValueError, IndexError, RecursionError) as error:
        raise InputError(f"{source}: is a damaged LaTeX document ({error})") from None
    blocks = [" ".join(block.split()) for block in _BLANK_LINES.split(prose)]
    title = _LATEX_TITLE.search(text)
    author = _LATEX_AUTHOR.search(preamble)
    content = Content(
        "\n\n".join(filter(None, blocks)),
        encoding,
        title=clean_metadata(title and converter.latex_to_text(title.group(1))),
        author=clean_metadata(author and converter.latex_to_text(author.group(1))),
    )
    return refuse_empty(content, source, "the LaTeX document")


def parse_notebook(value: Any, encoding: str, source: str) -> Content | None:
    """Return the text cells of a notebook; code is fenced, as in Markdown.

    None if a JSON value is not a notebook.

    Raises:
        InputError: it has no text.
    """
    is_notebook = isinstance(value, dict) and "nbformat" in value
    cells = value.get("cells") if is_notebook else None
    if not isinstance(cells, list):
        return None
    blocks: list[str] = []
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        lines = cell.get("source", "")
        text = "".join(map(str, lines)) if isinstance(lines, list) else str(lines)
        if cell.get("cell_type") == "code":
            text = f"```\n{text}\n```"
        blocks.append(text)
    content = parse_markdown("\n\n".join(blocks), encoding)
    return refuse_empty(content, source, "the notebook")


def parse_markdown(text: str, encoding: str) -> Content:
    """Return the text itself, with the metadata of its front matter.

    If it has no title, the title is the heading at the start of the text.
    """
    body_start = find_front_matter(text)
    fields = _parse_fields(text[:body_start])
    # Only at the start of the text: later headings are not titles.
    heading = _parse_heading(text[body_start:].lstrip())
    return Content(
        text,
        encoding,
        title=clean_metadata(fields.get("title")) or heading,
        author=clean_metadata(fields.get("author")),
        published=parse_date(fields.get("date")),
    )


def _parse_fields(front_matter: str) -> dict[str, str]:
    """Return the fields "name: value" by name, without quotation marks."""
    fields: dict[str, str] = {}
    for line in front_matter.splitlines():
        name, colon, value = line.partition(":")
        # An indented line belongs to the field above it.
        if colon and not name[:1].isspace():
            fields[name.strip().lower()] = value.strip().strip("\"'")
    return fields


def _parse_heading(text: str) -> str | None:
    """Return the heading "# Title" that a text starts with, if any."""
    line = text.partition("\n")[0]
    if not line.startswith(("# ", "#\t")):
        return None
    return clean_metadata(line[1:].strip().rstrip("#"))
