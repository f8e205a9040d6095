"""A command."""

from __future__ import annotations

import typer

HELP = "Say that the lantern is lit."


def command(ctx: typer.Context, name: str = "nobody") -> None:
    """Says so."""
    ctx.obj.result(f"The lantern is lit for {name}.")
