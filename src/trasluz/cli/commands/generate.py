"""``trasluz generate``: images that a run makes, as marked PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Allow, Json, OwnData, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.messages import N_, _

HELP = N_("Make images with a run; each says in its file that a network made it.")


def command(
    ctx: typer.Context,
    run: RunPath,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help=N_("The folder for the images: a new or an empty one."))
    ] = Path("generated"),
    count: Annotated[int, typer.Option(metavar="N", help=N_("How many images."))] = 64,
    seed: Annotated[int, typer.Option(metavar="N", help=N_("Another seed gives other images."))] = 0,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="CLASSES", help=N_("Classes to make, taken in turns, separated by commas, if the run can.")
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(metavar="prior|mixture", help=N_("Where codes come from; mixture: fitted to the training codes.")),
    ] = "prior",
    grid: Annotated[bool, typer.Option("--grid", help=N_("Also write all images as one picture, grid.png."))] = False,
    data: OwnData = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Generates, writes, and says where."""
    from trasluz import api

    console: Console = ctx.obj
    opened = open_run(console, run, weights, data)
    api.check_parent(out)
    wanted = [label.strip() for label in labels.split(",")] if labels else None
    made = opened.generate(count, seed=seed, labels=wanted, source=source, reporter=console)
    made.save(out, grid=grid, reporter=console)
    if json:
        told = {"out": out, "count": len(made), "seed": seed, "source": source}
        console.json({"run": str(run), "weights": weights, **told})
    else:
        console.result(str(out))
        console.say(_("{n} images, each marked as generated.").format(n=len(made)))
