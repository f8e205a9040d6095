"""``trasluz look``: one way of seeing inside a run, or the list of those there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Allow, Json, Language, OwnData, RunPath, WeightsName
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import open_run
from trasluz.messages import N_, _

HELP = N_("See inside a trained run: kernels, heat maps, latent space and more.")


def command(
    ctx: typer.Context,
    run: RunPath,
    name: Annotated[
        str | None, typer.Argument(metavar="LOOK", help=N_("The name of a look; without it, those there are."))
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Argument(metavar="IMAGES...", help=N_("Image files or a folder to look at instead of the run's own.")),
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="SPLIT", help=N_("The split to look at; otherwise validation."))
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help=N_("An option of the look; may be given several times.")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=N_("Where to write the page; otherwise looks/LOOK.html in the run.")),
    ] = None,
    lang: Language = None,
    data: OwnData = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Looks, writes a page of it, and prints where that is."""
    from trasluz import api

    console: Console = ctx.obj
    opened = open_run(console, run, weights, data)
    if name is None:
        fitting = [(look, _(api.look_help(look))) for look in opened.looks()]
        if json:
            console.json({"run": str(run), "weights": weights, "looks": [look for look, _help in fitting]})
        else:
            console.result(columns(fitting))
        return
    chosen = api.parse_overrides(options or [])
    page = api.look_page(opened, name, images or None, split, chosen, out, lang, console)
    if json:
        console.json({"run": str(run), "weights": weights, "look": name, "page": str(page)})
    else:
        console.result(str(page))
