"""``trasluz report``: one HTML file that shows a run."""

from __future__ import annotations

import typer

from trasluz.cli.arguments import Json, Language, RunPath
from trasluz.cli.console import Console
from trasluz.messages import N_

HELP = N_("Write a run's report as one HTML file.")


def command(
    ctx: typer.Context,
    run: RunPath,
    lang: Language = None,
    json: Json = False,
) -> None:
    """Writes the report and prints its path."""
    from trasluz import api

    console: Console = ctx.obj
    path = api.open_run(run).report(lang, reporter=console)
    if json:
        console.json({"run": str(run), "report": str(path)})
    else:
        console.result(str(path))
