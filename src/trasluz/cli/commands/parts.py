"""``trasluz parts``: what recipes and commands can name, and which package brings it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from trasluz.cli.arguments import Json
from trasluz.cli.console import Console, columns
from trasluz.messages import N_, _

HELP = N_("List the parts that recipes and commands can name, and which package brings each.")


def command(
    ctx: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help=N_("Such as families or look.looks; otherwise all kinds."))
    ] = None,
    json: Json = False,
) -> None:
    """One line per part; what is wrong with parts of other packages goes to standard error."""
    from trasluz import api

    console: Console = ctx.obj
    found = api.list_parts(kind)
    if json:
        console.json({"parts": [asdict(part) for part in found]})
        return
    header = (_("kind"), _("part"), _("package"))
    rows = [
        (part.kind, part.name + ("" if part.state == "usable" else " (!)"), f"{part.distribution} {part.version}")
        for part in found
    ]
    console.result(columns([header, *rows]))
    for part in found:
        if part.problem:
            console.warn(part.problem)
