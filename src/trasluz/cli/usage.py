"""What is wrong with the words of a command, in one sentence of ours: typer's own are English and name no way out.

Typer's classes for it are private, so their fields are asked, and the few English sentences that carry what was given.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from trasluz.cli.help import places_said
from trasluz.field_errors import explain, places_of
from trasluz.messages import _, did_you_mean, short

_TOO_MANY = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((?P<words>.*)\)\.?")


def usage_sentence(error: Any, words: Sequence[str]) -> str:
    """The sentence for what typer raised while it read ``words``."""
    ctx = getattr(error, "ctx", None)
    first = f" {words[0]}" if words and not words[0].startswith("-") else ""
    path = ctx.command_path if ctx else f"trasluz{first}"
    if hasattr(error, "possibilities"):
        return _unknown_option(str(getattr(error, "option_name", "")), error, path, words)
    parameter = getattr(error, "param", None)
    name = "" if parameter is None else _name(parameter)
    text = str(getattr(error, "message", "") or "")
    if parameter is not None and not text:
        return _("{name} is missing; `{command} --help` shows how the command is used.").format(name=name, command=path)
    if hasattr(error, "option_name"):
        message = _("{option}: give a value after it; `{command} --help` says which.")
        return message.format(option=error.option_name, command=path)
    if isinstance(error.__cause__, ValidationError):
        return explain(error.__cause__, BaseModel, name)
    if found := _TOO_MANY.fullmatch(text):
        message = _("{words}: too many words; `{command} --help` shows what goes where.")
        return message.format(words=short(found["words"]), command=path)
    problem = error.format_message().rstrip(".") + "."
    return _("{problem} See `{command} --help`.").format(problem=problem, command=path)


def _name(parameter: Any) -> str:
    """An argument by what the help calls it, an option by its longest word."""
    option = max(parameter.opts, key=len)
    return option if option.startswith("-") else places_said(str(parameter.metavar or option))


def _unknown_option(option: str, error: Any, command: str, words: Sequence[str]) -> str:
    """Says which field of a recipe was meant, if one was, else the nearest option."""
    field = _field(option, error)
    if field:
        setting = shlex.quote(f"{field}={_value(option, words)}")
        message = _("{option}: `{command}` has no such option, but recipes have such a field: --set {setting}")
        return message.format(option=option, command=command, setting=setting)
    hint = did_you_mean(option, error.possibilities or ())
    message = _("{option}: `{command}` has no such option; `{command} --help` lists them.")
    return message.format(option=option, command=command) + hint


def _field(option: str, error: Any) -> str:
    """The dotted field of recipes that an option is called like, where the command takes ``--set``; else empty."""
    options = {word for parameter in error.ctx.command.params for word in parameter.opts} if error.ctx else set()
    if "--set" not in options:
        return ""
    from trasluz.recipe import Recipe

    found = places_of(Recipe, option.lstrip("-").replace("-", "_"))
    return found[0] if found else ""


def _value(option: str, words: Sequence[str]) -> str:
    """What was given for an option, as far as its words tell."""
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == option:
            following = words[number + 1] if number + 1 < len(words) else ""
            return value if equals else following if following and not following.startswith("--") else _("VALUE")
    return _("VALUE")
