"""An option that takes all words that follow it, as a shell writes `--against sources/*.txt` out."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from typer.core import TyperCommand

VARIADIC_OPTION = "--against"


class VariadicCommand(TyperCommand):
    """A command with one argument whose `--against A B C` is `--against A --against B --against C`.

    Where the argument stands nowhere else, it is the last word without an `--against` of its own, so that
    `check --against A claims.txt` means what it says.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses as every command does, once each source has its own `--against`."""
        spread, last = _expand_option(args)
        given, _, _ = self.make_parser(ctx).parse_args(list(spread))
        missing = any(
            given.get(str(param.name)) is None
            for param in self.params
            if param.param_type_name == "argument"
        )
        if missing and last:
            del spread[last]
        return super().parse_args(ctx, spread)


def _expand_option(args: list[str]) -> tuple[list[str], int]:
    """Put `--against` before each source; also return the last one's index."""
    spread: list[str] = []
    last, rest = 0, list(args)
    while rest:
        spread.append(word := rest.pop(0))
        if word == "--":
            return [*spread, *rest], last
        if word == VARIADIC_OPTION:
            names = list(takewhile(_is_source, rest))
            del rest[: len(names)]
            for number, name in enumerate(names):
                if number:
                    last = len(spread)
                    spread.append(VARIADIC_OPTION)
                spread.append(name)
    return spread, last


def _is_source(word: str) -> bool:
    return word == "-" or not word.startswith("-")
