"""``trasluz reconstruct``: images beside what an autoencoder makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Allow, Images, Json, Raw, RunPath, WeightsName
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import open_run
from trasluz.cli.outcome import name_unreadable
from trasluz.messages import N_, _

HELP = N_("Put images through an autoencoder and keep both sides.")


def command(
    ctx: typer.Context,
    run: RunPath,
    images: Images,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=N_("Write pairs of images and errors.csv there; otherwise only the errors are printed.")
        ),
    ] = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    raw: Raw = False,
    json: Json = False,
) -> None:
    """Reconstructs and prints the errors."""
    console: Console = ctx.obj
    found = open_run(console, run, weights).reconstruct(images, reporter=console)
    name_unreadable(console, found.unreadable)
    if out is not None:
        written = found.save(out, raw)
        console.say(_("{n} reconstructions in {path}.").format(n=len(found.files), path=written))
    errors = [(file, float(error)) for file, error in zip(found.files, found.errors, strict=True)]
    if json:
        console.json({"run": str(run), "weights": weights, "out": out, "mse": dict(errors)})
    else:
        from trasluz.metrics.names import metric_name

        console.result(columns([(_("file"), metric_name("mse")), *errors]))
