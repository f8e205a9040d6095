"""``trasluz runs``: lists the runs in a folder, deletes one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trasluz.cli.arguments import Json
from trasluz.cli.console import Console, columns
from trasluz.cli.outcome import status_name
from trasluz.errors import RequestError
from trasluz.messages import N_, _

HELP = N_("List or delete runs.")
group = typer.Typer()


@group.command("list", help=N_("List the runs in a folder, oldest first."))
def listing(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=N_("The folder of runs."))] = Path("runs"),
    json: Json = False,
) -> None:
    """One line per run."""
    from trasluz import api

    console: Console = ctx.obj
    found = api.list_runs(folder)
    if json:
        console.json(
            {
                "runs": [
                    {"run": s.path, "status": s.status, "created": s.created, "metrics": s.metrics, "bytes": s.bytes}
                    for s in found
                ]
            }
        )
    elif not found:
        console.say(_("{path}: no runs here; `trasluz train digits-cnn` makes one.").format(path=folder))
    else:
        header = (_("run"), _("status"), _("created"), _("validation loss"), "MB")
        rows = [
            (s.path, status_name(s.status), s.created, s.metrics.get("valid/loss", ""), s.bytes / 1e6) for s in found
        ]
        console.result(columns([header, *rows]))


@group.command(help=N_("Delete a run folder for good."))
def delete(
    ctx: typer.Context,
    run: Annotated[  # whole, because what is deleted by a beginning may not be what was meant
        Path, typer.Argument(metavar="RUN", help=N_("A run folder, by its whole path."), show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=N_("Do not ask."))] = False,
) -> None:
    """Asks, then deletes; refuses what is not a run."""
    from trasluz import api
    from trasluz.locks import lock_of
    from trasluz.runs.deletion import check_deletable

    console: Console = ctx.obj
    check_deletable(run)
    lock_of(run).look()  # before anybody is asked
    if not yes:
        if not sys.stdin.isatty():
            raise RequestError(
                _("{path}: not deleted, because nobody is there to be asked; add --yes.").format(path=run)
            )
        if not typer.confirm(_("Delete {path} for good?").format(path=run), err=True):
            console.say(_("Nothing was deleted."))
            return
    api.delete_run(run)
    console.say(_("{path} was deleted.").format(path=run))
