"""Lets docstrings describe options, and commands take groups of them.

A group of options that travel together is a frozen dataclass whose fields are Typer
options. Its docstring has their help, each after its flag and the name of its value. So
may the docstring of a command:

    @dataclass(frozen=True, slots=True)
    class LLMOptions(OptionGroup):
        \"\"\"Which model does the work.

        Options:
            --model NAME: The model, as its endpoint names it.
        \"\"\"

        model: str | None = None

    @with_options
    def summarize(source: Source, joint: bool = False, *, llm: LLMOptions) -> None:
        \"\"\"Summarize a document.

        Options:
            --joint: Write one summary of all documents.
        \"\"\"
        settings = llm.load_settings()
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from copy import copy
from dataclasses import MISSING, fields
from inspect import Parameter
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.models import OptionInfo

_HEADING = "Options:"
# "--max-mb N: Maximum size." Further lines of the help are indented more.
_ENTRY = re.compile(
    r"""
    ^[ ]{4}(?P<flag>--[\w-]+)
    (?:[ ](?P<metavar>\S+))?
    :[ ](?P<help>.*(?:\n[ ]{5,}.*)*)
    """,
    re.MULTILINE | re.VERBOSE,
)


def create_command_group(text: str) -> typer.Typer:
    """Create a command that has others, and lists them if none is named."""
    # rich takes longer to load than everything else at startup.
    return typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=text)


class OptionGroup:
    """Base class of the dataclasses that `with_options` expands."""


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options, and describe its own.

    Typer reads a command's parameters from its signature. The returned function has the
    fields of each `OptionGroup` in its signature, and passes the command one group with
    the values that Typer found. Its docstring is what `--help` prints first.
    """
    docstring = inspect.getdoc(command) or ""
    documented = read_options(docstring)
    groups: dict[str, type[Any]] = {}
    parameters: list[Parameter] = []
    # Modules postpone the evaluation of annotations; here they must be real types.
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        annotation = parameter.annotation
        if inspect.isclass(annotation) and issubclass(annotation, OptionGroup):
            # The group takes the place of its options, so that `--help` keeps the
            # order.
            groups[name] = annotation
            # mypy takes a class for an instance, whose hash would be a method.
            hashable: Any = annotation
            parameters += _list_group_parameters(hashable)
        else:
            # Typer passes everything by keyword, and only keyword parameters may have
            # defaults in any order.
            own = parameter.replace(kind=Parameter.KEYWORD_ONLY)
            parameters.append(_document(own, documented))

    @functools.wraps(command)
    def call_with_groups(**values: Any) -> None:
        for name, group in groups.items():
            members = {field.name: values.pop(field.name) for field in fields(group)}
            # Built for each call: the values are those of one command line.
            values[name] = group(**members)
        command(**values)

    signature = inspect.Signature(parameters)
    call_with_groups.__doc__ = docstring.partition(_HEADING)[0].rstrip()
    call_with_groups.__signature__ = signature  # type: ignore[attr-defined]
    return call_with_groups


@functools.cache  # several commands have the same group, and each start builds all
def _list_group_parameters(group: type[Any]) -> list[Parameter]:
    annotations = get_type_hints(group, include_extras=True)
    documented: dict[str, OptionInfo] = {}
    for base in reversed(group.__mro__):  # a group has the options of its base, too
        documented |= read_options(base.__doc__ or "")
    parameters = []
    for field in fields(group):
        parameter = Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if field.default is MISSING else field.default,
            annotation=annotations[field.name],
        )
        parameters.append(_document(parameter, documented))
    return parameters


def _document(parameter: Parameter, options: dict[str, OptionInfo]) -> Parameter:
    """Return the parameter with the help of its option, if there is one."""
    option = options.get(parameter.name)
    if option is None:
        return parameter
    kind = parameter.annotation
    if get_origin(kind) is Annotated:
        # The type has an option that states limits, or a parser, and nothing else.
        kind, stated = get_args(kind)
        flags, metavar, text = option.param_decls, option.metavar, option.help
        option = copy(stated)
        option.param_decls, option.metavar, option.help = flags, metavar, text
    return parameter.replace(annotation=Annotated[kind, option])


def read_options(docstring: str) -> dict[str, OptionInfo]:
    """Return the options that a docstring describes, by parameter.

    They follow the line "Options:".
    """
    _, _, section = inspect.cleandoc(docstring).partition(_HEADING)
    options = {}
    for entry in _ENTRY.finditer(section):
        flag, metavar, text = entry.group("flag", "metavar", "help")
        # The flag is named, so that Typer adds no second one, such as --no-check.
        option = typer.Option(flag, metavar=metavar, help=" ".join(text.split()))
        options[flag.removeprefix("--").replace("-", "_")] = option
    return options
