"""``trasluz recipes``: what there is to train, one line each; one recipe as YAML; the JSON Schema of all."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from trasluz.cli.console import Console, columns
from trasluz.messages import N_, current_language

HELP = N_("List the built-in recipes, or show one.")
group = typer.Typer(invoke_without_command=True)


@group.callback()
def listing(ctx: typer.Context) -> None:
    """One line per built-in recipe."""
    if ctx.invoked_subcommand is not None:
        return
    from trasluz.recipe import built_in_names, load

    console: Console = ctx.obj
    texts = {name: load(name).description for name in built_in_names()}
    console.result(columns([(name, text.get(current_language(), text.get("en", ""))) for name, text in texts.items()]))


@group.command(help=N_("Print a recipe, complete, as YAML: the start of one of your own."))
def show(
    ctx: typer.Context,
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help=N_("A built-in name or a YAML file."), show_default=False)
    ],
) -> None:
    """The recipe with every field."""
    from trasluz.recipe import load

    console: Console = ctx.obj
    console.result(load(recipe).to_yaml().rstrip())


@group.command("schema", help=N_("Print the JSON Schema of recipes, for editors that complete and check YAML."))
def print_schema(ctx: typer.Context) -> None:
    """The schema, indented."""
    from trasluz.recipe import schema

    console: Console = ctx.obj
    console.result(json.dumps(schema(), indent=2, ensure_ascii=False))
