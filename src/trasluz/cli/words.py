"""A group of commands whose first word need not be one of them: ``trasluz search X`` beside ``search worker``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class WithDefault(TyperGroup):
    """Takes a first word that is no command of the group as the beginning of what its command ``DEFAULT`` is given."""

    DEFAULT = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the words."""
        if not args:
            args = ["--help"]
        known = {*self.commands, "-h", "--help"}
        return super().parse_args(ctx, args if args[0] in known else [self.DEFAULT, *args])
