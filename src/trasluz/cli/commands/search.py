"""``trasluz search``: what several trainings of one recipe tell."""

from __future__ import annotations

import typer

from trasluz.cli import search_curve
from trasluz.messages import N_

HELP = N_("What several trainings of one recipe tell.")
group = typer.Typer()
group.callback()(lambda: None)  # without one, typer makes a program of a single command, not a group
group.command("curve", help=search_curve.HELP)(search_curve.curve)
