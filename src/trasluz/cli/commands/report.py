"""``trasluz report``: one HTML file that shows a run."""

from __future__ import annotations

import typer

from trasluz.cli.arguments import Allow, Json, Language, Name, OwnData, RunPath, WeightsName
from trasluz.cli.console import Console
from trasluz.cli.opening import open_run
from trasluz.messages import N_

HELP = N_("Write a run's report as one HTML file.")


def command(
    ctx: typer.Context,
    run: RunPath,
    lang: Language = None,
    data: OwnData = None,
    weights: WeightsName = "final",
    name: Name = None,
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Writes the report and prints its path."""
    console: Console = ctx.obj
    path = open_run(console, run, weights, data).report(lang, reporter=console, name=name)
    if json:
        console.json({"run": str(run), "weights": weights, "report": str(path)})
    else:
        console.result(str(path))
