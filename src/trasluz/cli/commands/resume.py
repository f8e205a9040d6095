"""``trasluz resume``: goes on exactly where a run stopped."""

from __future__ import annotations

import typer

from trasluz.cli.arguments import Allow, Json, Open, OwnData, Report, RunPath, Set
from trasluz.cli.console import Console
from trasluz.cli.ending import check_ending, end_training
from trasluz.cli.opening import require_data
from trasluz.messages import N_

HELP = N_("Go on exactly where a run stopped. With --set train.epochs=N, train a finished one on.")


def command(
    ctx: typer.Context,
    run: RunPath,
    changes: Set = None,
    data: OwnData = None,
    report: Report = True,
    show: Open = False,
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Resumes and says how it ended."""
    from trasluz import api
    from trasluz.locks import lock_of
    from trasluz.recipe import parse_overrides
    from trasluz.runs.folder import RunFolder

    console: Console = ctx.obj
    check_ending(report, show)
    RunFolder.open(run)  # what is no run, or is trained by others, is refused at once, not after PyTorch was imported
    lock_of(run).look()
    require_data(data)
    trained = api.resume(run, set=parse_overrides(changes or []), data=data, reporter=console)
    end_training(console, trained, json, report, show)
