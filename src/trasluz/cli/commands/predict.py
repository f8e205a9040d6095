"""``trasluz predict``: the classes of images never seen, with probabilities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Allow, Images, Json, Raw, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.cli.outcome import name_unreadable
from trasluz.messages import N_, _

HELP = N_("Classify images, or the rows of a table, that the run has never seen.")


def command(
    ctx: typer.Context,
    run: RunPath,
    images: Images,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=N_("Write a .csv or .json file; otherwise CSV is printed."))
    ] = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    raw: Raw = False,
    json: Json = False,
) -> None:
    """Predicts and prints or writes the table."""
    console: Console = ctx.obj
    found = open_run(console, run, weights).predict(images, reporter=console)
    name_unreadable(console, found.unreadable)
    if out is not None:
        written = found.save(out, raw)
        console.say(_("{n} predictions in {path}.").format(n=len(found.files), path=written))
    if json:
        left_out = [{"file": file, "reason": reason} for file, reason in found.unreadable]
        told = {"out": out, "predictions": found.records(), "unreadable": left_out}
        console.json({"run": str(run), "weights": weights, **told})
    elif out is None:
        console.result(found.to_csv(raw).removesuffix("\n"), raw)
