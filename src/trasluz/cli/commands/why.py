"""``trasluz why``: what to try next with a run."""

from __future__ import annotations

import typer

from trasluz.cli.arguments import Allow, Json, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.messages import N_

HELP = N_("Say what to try next with a run, what is likely to help most first, each with what to type.")


def command(
    ctx: typer.Context, run: RunPath, weights: WeightsName = "final", allow: Allow = None, json: Json = False
) -> None:
    """Prints the steps; nothing is computed."""
    console: Console = ctx.obj
    found = open_run(console, run, weights).why()
    if json:
        console.json({"run": str(run), "weights": weights, **found.to_dict()})
    else:
        console.result(str(found))
