"""``trasluz translate``: images of one domain as a run would have them in another, as marked PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Allow, Images, Json, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.cli.outcome import name_unreadable
from trasluz.messages import N_, _

HELP = N_("Translate images into another domain; each says in its file that a network made it.")


def command(
    ctx: typer.Context,
    run: RunPath,
    images: Images,
    to: Annotated[str, typer.Option("--to", metavar="DOMAIN", help=N_("The domain to translate into."))],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help=N_("The folder for the images: a new or an empty one."))
    ] = Path("translated"),
    weights: WeightsName = "final",
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Translates, writes, and says where."""
    from trasluz import api

    console: Console = ctx.obj
    opened = open_run(console, run, weights)
    api.check_parent(out)
    made = opened.translate(images, to, reporter=console)
    name_unreadable(console, made.unreadable)
    made.save(out, console)
    if json:
        console.json({"run": str(run), "weights": weights, "out": out, "count": len(made), "to": made.domain})
    else:
        console.result(str(out))
        console.say(_("{n} images, each marked as translated.").format(n=len(made)))
