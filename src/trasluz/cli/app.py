"""The program ``trasluz``, put together from the files in ``commands/``."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from trasluz import components
from trasluz.cli import commands
from trasluz.cli.arguments import Language
from trasluz.cli.console import Console
from trasluz.cli.help import HelpContext
from trasluz.errors import RequestError
from trasluz.messages import N_, _, did_you_mean

HELP = N_(
    "Trains image networks and holds them up to the light: a recipe in, a run out, and a page on what it learned."
)


class Commands(TyperGroup):
    """A group that lists its commands by name, and answers an unknown or missing one with those there are."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the alphabet."""
        return sorted(self.commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the words of this group.

        Raises:
            RequestError: there are none, and the group does nothing by itself.
        """
        if not args and not self.invoke_without_command:
            message = _("`{group}` needs a command; allowed: {known}.")
            raise RequestError(message.format(group=ctx.command_path, known=", ".join(self.list_commands(ctx))))
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begins with.

        Raises:
            RequestError: there is no such command.
        """
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            hint = did_you_mean(args[0], known)
            message = _("{name}: there is no such command; allowed: {known}.")
            raise RequestError(message.format(name=args[0], known=", ".join(known)) + hint)
        return super().resolve_command(ctx, args)


class Program(Commands):
    """The group of all commands; those of other packages are looked for when a word is none of our own."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begins with.

        Raises:
            RequestError: there is no such command, or another package brings it and it cannot be loaded.
        """
        name = args[0]
        if name not in self.commands and name in components.foreign(commands.__name__):
            module = components.load(commands.__name__, name, "trasluz")
            self.add_command(_foreign_command(name, module), name)
        return super().resolve_command(ctx, args)


def build(console: Console) -> Any:
    """The whole program as one command, its help in the language in force."""
    app = typer.Typer(
        name="trasluz", cls=Program, help=HELP, add_completion=False, rich_markup_mode=None, context_settings=_SETTINGS
    )
    app.callback(invoke_without_command=True)(_root)
    for name in command_names():
        _add(app, name.replace("_", "-"), importlib.import_module(f"{commands.__name__}.{name}"))
    program = typer.main.get_command(app)
    program.context_settings = {**_SETTINGS, "obj": console}
    _translate(program)
    return program


def _add(app: typer.Typer, title: str, module: Any) -> None:
    """Adds a module of commands under the name ``title``."""
    if hasattr(module, "group"):
        app.add_typer(module.group, name=title, cls=getattr(module, "Group", Commands), help=module.HELP)
    else:
        app.command(title, help=module.HELP)(module.command)


def _foreign_command(name: str, module: Any) -> Any:
    """The command of another package's module, its help in the language in force where the catalogue knows it."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_SETTINGS)
    app.callback()(lambda: None)  # without one, typer makes a program of a single command, not a group
    _add(app, name, module)
    program: Any = typer.main.get_command(app)
    _translate(program)
    return program.commands[name]


def command_names() -> list[str]:
    """File names in ``commands/``, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


_SETTINGS = {"help_option_names": ["-h", "--help"]}


def _root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=N_("Print the version and stop."))] = False,
    lang: Language = None,
    debug: Annotated[bool, typer.Option("--debug", help=N_("Show the traceback of an unexpected error."))] = False,
) -> None:
    console: Console = ctx.obj
    console.debug = debug
    if version:
        from trasluz import __version__

        console.result(f"trasluz {__version__}")
    elif ctx.invoked_subcommand is None:
        console.result(ctx.get_help())


def _translate(command: Any) -> None:
    """Puts every help text of the tree into the language in force: typer reads them in English, at import."""
    command.context_class = HelpContext
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = _(part.help)
    for child in getattr(command, "commands", {}).values():
        _translate(child)
