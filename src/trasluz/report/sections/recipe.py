"""How can it be repeated: the complete recipe and the command that runs it again."""

from __future__ import annotations

import shlex

from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 110


def applies(context: Context) -> bool:
    """Every run has a recipe."""
    return True


def answer(context: Context) -> Phrase:
    """That one command does it, and by what the recipe is known."""
    given = context.info.get("recipe_hash") or context.recipe.hash
    return both("With one command; the recipe is {hash}.", hash=given)


def render(context: Context) -> Section:
    """The YAML, and one command."""
    where = ["--data", context.data] if context.data else []
    command = shlex.join(["trasluz", "train", str(context.folder.path / "recipe.yaml"), *where])
    html = fill(
        "sections/recipe.html",
        yaml=context.recipe.to_yaml(),
        command=command,
        fingerprint=context.info.get("fingerprint", ""),
        recipe_hash=context.info.get("recipe_hash") or context.recipe.hash,
    )
    return Section(both("How can it be repeated?"), "recipe", html, "numbers")
