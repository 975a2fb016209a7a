"""Lets a command take options that travel together as one parameter.

Such a group is a frozen dataclass whose fields are Typer options:

    @expand_groups
    def summarize(source: Source, *, llm: LLMOptions) -> None:
        settings = llm.load_settings()
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from inspect import Parameter
from typing import Any, get_type_hints


class OptionGroup:
    """Base class of the dataclasses that `expand_groups` expands."""


def expand_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options as single parameters.

    Typer reads a command's parameters from its signature. The returned function has the
    fields of each `OptionGroup` in its signature, and passes the command one group with
    the values that Typer found.
    """
    groups: dict[str, type[Any]] = {}
    parameters: list[Parameter] = []
    # Modules postpone the evaluation of annotations; here they must be real types.
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        annotation = parameter.annotation
        if inspect.isclass(annotation) and issubclass(annotation, OptionGroup):
            groups[name] = annotation
            parameters += _list_group_parameters(annotation)
        else:
            # Typer passes everything by keyword, and only keyword parameters may have
            # defaults in any order.
            parameters.append(parameter.replace(kind=Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def call_with_groups(**values: Any) -> None:
        for name, group in groups.items():
            members = {field.name: values.pop(field.name) for field in fields(group)}
            values[name] = group(**members)
        command(**values)

    signature = inspect.Signature(parameters)
    call_with_groups.__signature__ = signature  # type: ignore[attr-defined]
    return call_with_groups


def _list_group_parameters(group: type[Any]) -> list[Parameter]:
    annotations = get_type_hints(group, include_extras=True)
    parameters = []
    for field in fields(group):
        parameters.append(
            Parameter(
                field.name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if field.default is MISSING else field.default,
                annotation=annotations[field.name],
            )
        )
    return parameters
