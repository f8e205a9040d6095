"""The option tables of docs/commands.md, from the commands themselves, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trasluz.cli.app import build
from trasluz.cli.console import Console
from trasluz.messages import language


def tables() -> Iterator[str]:
    """One table for the program and one per command, in English."""
    with language("en"):
        yield from _command("trasluz", build(Console()))


def _command(path: str, command: Any) -> Iterator[str]:
    words = [f"`{path}`", *(f"`{_name(p)}`" for p in command.params if not _name(p).startswith("-"))]
    yield f"### {' '.join(words)}\n"
    yield f"{command.help}\n"
    if command.params:
        yield "| word | meaning | default |\n| --- | --- | --- |"
        for param in command.params:
            yield f"| {_words(param)} | {param.help} | {_default(param)} |"
        yield ""
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _command(f"{path} {name}", child)


def _name(param: Any) -> str:
    option: str = param.opts[0]
    return option if option.startswith("-") else param.metavar or option.upper()


def _words(param: Any) -> str:
    names = ", ".join(f"`{name}`" for name in param.opts) if param.opts[0].startswith("-") else f"`{_name(param)}`"
    takes = _name(param).startswith("-") and not getattr(param, "is_flag", False)
    return (f"{names} `{param.metavar}`" if takes else names).replace("|", "\\|")


def _default(param: Any) -> str:
    if param.required:
        return "required"
    return "" if param.default in (None, False, [], ()) else f"`{param.default}`"
