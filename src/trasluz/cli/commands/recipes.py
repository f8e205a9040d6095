"""``trasluz recipes``: what there is to train, by what it is for; one recipe as YAML; the JSON Schema of all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Json
from trasluz.cli.console import Console
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.recipe.about import AboutSection

HELP = N_("List the built-in recipes, a few to begin with or all of them, or show one.")
group = typer.Typer(invoke_without_command=True)


@group.callback()
def listing(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help=N_("All of them, not only those to begin with."))] = False,
    as_json: Json = False,
) -> None:
    """The recipes under their headings."""
    if ctx.invoked_subcommand is not None:
        return
    from trasluz.api import recipes

    console: Console = ctx.obj
    found = recipes(all=everything)
    if as_json:
        console.json({"recipes": [one.to_dict() for one in found.recipes]})
    else:
        console.result(str(found))


@group.command(help=N_("Print a recipe, complete, as YAML: the start of one of your own."))
def show(
    ctx: typer.Context,
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help=N_("A built-in name or a YAML file."), show_default=False)
    ],
) -> None:
    """What it is for, needs and takes, as comments; then the recipe with every field."""
    from trasluz.recipe import load

    console: Console = ctx.obj
    chosen = load(recipe)
    told = [] if chosen.about is None else list(_told(chosen.name, chosen.about))
    console.result("\n".join([*told, chosen.to_yaml().rstrip()]))


def _told(name: str, about: AboutSection) -> Iterator[str]:
    rows = ((_("For"), about.what_for()), (_("Needs"), about.needs()), (_("Takes"), about.takes()))
    for title, text in (*rows, (_("Train it"), about.command(name))):
        yield f"# {title}: {text}"


@group.command("schema", help=N_("Print the JSON Schema of recipes, for editors that complete and check YAML."))
def print_schema(ctx: typer.Context) -> None:
    """The schema, indented."""
    from trasluz.recipe import schema

    console: Console = ctx.obj
    console.result(json.dumps(schema(), indent=2, ensure_ascii=False))
