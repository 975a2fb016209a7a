"""Read the prose of LaTeX, with pylatexenc's parser.

What a macro that the parser does not know stands for is lost; its arguments are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.readers.content import (
    SUPERSCRIPTS,
    Content,
    clean_metadata,
    import_required,
    refuse_empty,
)
from claimcheck.readers.xml_blocks import raise_number

_Get = Callable[[int], str]
_Form = Callable[[_Get], str]
_BEGIN, _END = "\\begin{document}", "\\end{document}"
_DISABLED = re.compile(r"\\iffalse\b.*?(?:\\fi\b|\Z)", re.S)
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|def)\*?\s?\{?\\([A-Za-z]{1,40})\}?\{"
)
_BRACE = re.compile(r"(?<!\\)[{}]")
_BODY_DEFINITION = re.compile(r"\\def\s?\\[A-Za-z]{1,40}\{[^{}]*\}")
# A definition may contain others, so that a short text could become a long one.
_MAX_DEFINITIONS, _MAX_DEFINITION, _MAX_EXPANSION = 500, 500, 300
_AND = "\v"  # between authors
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_SPACE_BEFORE_STOP = re.compile(r" ([,.;:)])")
_POWER = re.compile(r"\^(\d{1,3})")
# Per macro, its arguments: a star, optional ones, and required ones.
_NOTES = {"footnote": "[{", "footnotetext": "[{", "thanks": "{"}
_HEADINGS = (
    "part chapter section subsection subsubsection paragraph subparagraph"
).split()
# Numbers and page numbers that TeX fills in, and what is not printed in place.
_DROPPED = {
    "": "maketitle",
    "{": "date",
    "{{": "setcounter addtocounter setlength addtolength definecolor",
    "*{[[{": "newcommand renewcommand providecommand",
    "*[[{": "cite citep parencite autocite footcite nocite supercite cites citealp"
    " label ref eqref pageref autoref cref Cref vref index glsadd vspace hspace"
    " bibliography bibliographystyle addbibresource pagestyle thispagestyle"
    " includegraphics footnotemark bibitem",
}
_NAMES = "citet textcite citeauthor Citet Textcite citealt citeyear".split()
_FILES = ("input", "include", "subfile", "import")
# Macros of which one argument is text: its number, and all arguments.
_ARGUMENTS = {
    "href": (1, "{{"), "textcolor": (2, "[{{"), "hypertarget": (1, "{{"),
    "hyperlink": (1, "{{"), "hyperref": (1, "[{"), "texorpdfstring": (0, "{{"),
    "resizebox": (2, "{{{"), "parbox": (2, "[{{"), "foreignlanguage": (1, "{{"),
    "enquote": (1, "*{"), "texttt": (0, "{"), "path": (0, "{"),
}  # fmt: skip
# Environments without prose: formulas, figures, tables, code, and references.
_SKIPPED = (
    "equation align gather multline eqnarray displaymath alignat figure table"
    " wrapfigure tabular tabularx tabulary longtable tikzpicture thebibliography"
    " verbatim lstlisting minted comment Verbatim Highlighting algorithm algorithmic"
).split()


def parse_latex(text: str, encoding: str, source: str) -> Content:
    """Return the prose of LaTeX, without formulas, figures, and tables.

    Raises:
        InputError: the document has no text, or is damaged.
    """
    import_required("pylatexenc.latex2text", "formats", source, "a LaTeX document")
    text = _DISABLED.sub(" ", text)
    preamble, begin, body = text.partition(_BEGIN)
    if not begin:
        preamble, body = "", text
    body = _BODY_DEFINITION.sub("", body.partition(_END)[0])
    reader = _LatexReader(preamble)
    try:
        reader.read(preamble)
        blocks = _split_blocks(reader.read(body))
        notes = [block for note in reader.notes for block in _split_blocks(note)]
    except (ValueError, IndexError, RecursionError) as error:
        raise InputError(f"{source}: is a damaged LaTeX document ({error})") from None
    files = reader.files
    content = Content(
        "\n\n".join(blocks + notes),
        encoding,
        title=clean_metadata(reader.stated.get("title")),
        author=clean_metadata(reader.stated.get("author")),
        left_out=(format_count(files, "included file"),) if files else (),
    )
    return refuse_empty(content, source, "the LaTeX document")


def _split_blocks(prose: str) -> list[str]:
    blocks = [" ".join(block.split()) for block in _BLANK_LINES.split(prose)]
    blocks = [_SPACE_BEFORE_STOP.sub(r"\1", block) for block in blocks]
    return [block for block in blocks if block.strip("- ")]


class _LatexReader:
    """Converts LaTeX to text; collects notes and what the document states."""

    def __init__(self, preamble: str) -> None:
        from pylatexenc import latex2text, latexwalker

        self.notes: list[str] = []
        self.stated: dict[str, str] = {}
        self.files = 0
        self._arguments: list[Any] = []
        self._results: list[Any] = []
        self._expansions: dict[str, str] = {}
        definitions = _list_definitions(preamble)
        self._add_macros()
        for name in definitions:
            self._add(name, "", partial(self._expand, name))
        verb = latex2text.MacroTextSpec("verb", simplify_repl=_get_verbatim)
        self._results.append(verb)
        environments = [
            latex2text.EnvironmentTextSpec(name + star, discard=True)
            for name in _SKIPPED
            for star in ("", "*")
        ]
        self._syntax = latexwalker.get_default_latex_context_db()
        self._syntax.add_context_category("ours", macros=self._arguments, prepend=True)
        forms = latex2text.get_default_latex_context_db()
        forms.add_context_category(
            "ours", macros=self._results, environments=environments, prepend=True
        )
        self._converter = _make_converter(forms)
        # In order: a macro may contain those that are defined before it.
        for name, body in definitions.items():
            self._expansions[name] = self.read(body)[:_MAX_EXPANSION]

    def read(self, text: str) -> str:
        """Return the text that a part of the document prints."""
        converted: str = self._converter.latex_to_text(text, latex_context=self._syntax)
        return _POWER.sub(lambda power: power[1].translate(SUPERSCRIPTS), converted)

    def _add_macros(self) -> None:
        for name, arguments in _NOTES.items():
            self._add(name, arguments, self._keep_note)
        for name in _HEADINGS:
            self._add(name, "*[{", lambda get: f"\n\n{get(2)}\n\n")
        for name in _NAMES:
            self._add(name, "*[[{", lambda get: f"[{get(3)}]")
        for arguments, names in _DROPPED.items():
            for name in names.split():
                self._add(name, arguments, lambda _: "")
        for name, (number, arguments) in _ARGUMENTS.items():
            self._add(name, arguments, partial(_apply, number))
        for name in _FILES:
            self._add(name, "{", self._count_file)
        self._add("title", "[{", partial(self._state, "title"))
        self._add("author", "[{", partial(self._state, "author"))
        self._add("textsuperscript", "{", lambda get: raise_number(get(0)))
        self._add("item", "[", lambda get: f"\n\n- {get(0)} ")
        self._add("and", "", lambda _: _AND)

    def _add(self, name: str, arguments: str, form: _Form) -> None:
        """Register a macro; `form` gets a function that returns arguments."""
        from pylatexenc import latex2text, macrospec

        def convert(node: Any, l2tobj: Any) -> str:
            return form(lambda number: _get_argument(node, l2tobj, number))

        self._arguments.append(macrospec.std_macro(name, arguments))
        self._results.append(latex2text.MacroTextSpec(name, simplify_repl=convert))

    def _expand(self, name: str, get: _Get) -> str:
        return self._expansions.get(name, "")

    def _keep_note(self, get: _Get) -> str:
        # In place, a note would split its sentence.
        self.notes.append(get(-1))
        return ""

    def _count_file(self, get: _Get) -> str:
        self.files += 1
        return ""

    def _state(self, name: str, get: _Get) -> str:
        # The lines after a name are an address.
        parts = [part.strip().partition("\n")[0] for part in get(1).split(_AND)]
        self.stated[name] = ", ".join(" ".join(part.split()) for part in parts)
        return ""


def _list_definitions(preamble: str) -> dict[str, str]:
    """Return the short macros without arguments that a document defines."""
    definitions: dict[str, str] = {}
    for match in islice(_DEFINITION.finditer(preamble), _MAX_DEFINITIONS):
        depth = 1
        end = match.end() + _MAX_DEFINITION
        for brace in _BRACE.finditer(preamble, match.end(), end):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                definitions[match[1]] = preamble[match.end() : brace.start()]
                break
    return definitions


def _apply(number: int, get: _Get) -> str:
    return get(number)


def _get_verbatim(node: Any) -> str:
    return str(node.nodeargd.verbatim_text)


def _get_argument(node: Any, converter: Any, number: int) -> str:
    arguments = node.nodeargd.argnlist if node.nodeargd else None
    if not arguments or arguments[number] is None:
        return ""
    return str(converter.nodelist_to_text([arguments[number]]))


def _make_converter(forms: Any) -> Any:
    from pylatexenc import latex2text

    class Converter(latex2text.LatexNodes2Text):  # type: ignore[misc]
        def math_node_to_text(self, node: Any) -> str:
            if node.displaytype == "display":
                return " "
            return str(super().math_node_to_text(node))

        def environment_node_to_text(self, node: Any) -> str:
            return f"\n\n{super().environment_node_to_text(node)}\n\n"

    return Converter(latex_context=forms, math_mode="text", keep_comments=False)
