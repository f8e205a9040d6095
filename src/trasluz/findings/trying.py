"""What to type so that a finding's settings are tried."""

from __future__ import annotations

import shlex
from pathlib import Path

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.recipe import Recipe, built_in_names, load, parse_overrides


def effective(recipe: Recipe, settings: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``settings`` that change what ``recipe`` trains, and that it and its family take; the others dropped."""
    kept: tuple[str, ...] = ()
    changed = recipe
    for setting in settings:
        tried = _with(changed, setting)
        if tried is not None and tried.hash != changed.hash:
            kept, changed = (*kept, setting), tried
    return kept


def _with(recipe: Recipe, setting: str) -> Recipe | None:
    """``recipe`` with one ``--set``; ``None`` where that is refused."""
    from trasluz.families.base import get

    try:
        changed = recipe.override(parse_overrides([setting]))
        changed.resolved_phases()
        model = {name: value for name, value in changed.model.items() if name != "family"}
        components.configure(get(str(changed.model["family"])).Config, model, "model")
    except RecipeError:
        return None
    return changed


def command_line(
    recipe: Recipe, folder: Path, settings: tuple[str, ...], *, in_memory: bool = False, data: str | None = None
) -> str:
    """``trasluz train RECIPE --set …``, or a line of Python where the data were arrays in memory; "" without settings.

    RECIPE is the built-in one's name where the run in ``folder`` used it unchanged, else its own ``recipe.yaml``;
    ``data`` is where its data lie, where that is not what the recipe names.
    """
    if not settings:
        return ""
    stored = str(folder / "recipe.yaml")
    if in_memory:
        return f"tz.train({stored!r}, data=(samples, labels), set={parse_overrides(list(settings))!r})"
    words = ["trasluz", "train", recipe_word(recipe, folder)]
    words += ["--data", data] if data else []
    return shlex.join([*words, *(word for setting in settings for word in ("--set", setting))])


def recipe_word(recipe: Recipe, folder: Path) -> str:
    """What names ``recipe`` at the command line: the built-in one's name where the run in ``folder`` used it
    unchanged, else the path of its own ``recipe.yaml``."""
    unchanged = recipe.name in built_in_names() and load(recipe.name).hash == recipe.hash
    return recipe.name if unchanged else str(folder / "recipe.yaml")
