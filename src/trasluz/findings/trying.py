"""What to type so that a finding's settings are tried."""

from __future__ import annotations

import shlex
from pathlib import Path

from trasluz.recipe import Recipe, built_in_names, load, parse_overrides


def command_line(recipe: Recipe, folder: Path, settings: tuple[str, ...], *, in_memory: bool = False) -> str:
    """``trasluz train RECIPE --set …``, or a line of Python where the data were arrays in memory; "" without settings.

    RECIPE is the built-in one's name where the run in ``folder`` used it unchanged, else its own ``recipe.yaml``.
    """
    if not settings:
        return ""
    stored = str(folder / "recipe.yaml")
    if in_memory:
        return f"tz.train({stored!r}, data=(samples, labels), set={parse_overrides(list(settings))!r})"
    unchanged = recipe.name in built_in_names() and load(recipe.name).hash == recipe.hash
    words = ["trasluz", "train", recipe.name if unchanged else stored]
    return shlex.join([*words, *(word for setting in settings for word in ("--set", setting))])
