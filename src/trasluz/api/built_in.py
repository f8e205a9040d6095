"""recipes(): the built-in recipes by what they are for, a few to begin with or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.messages import _, current_language
from trasluz.recipe import Recipe, built_in_names, load
from trasluz.recipe.about import GROUPS, AboutSection, group_title


@dataclass(frozen=True)
class RecipeSummary:
    """One built-in recipe and what it says about itself."""

    name: str
    description: dict[str, str]
    about: AboutSection | None

    def line(self) -> str:
        """What it is for, or what it is where it does not say that, in the language in force."""
        if self.about is not None:
            return self.about.what_for()
        return self.description.get(current_language(), self.description.get("en", ""))

    def to_dict(self) -> dict[str, Any]:
        """Plain values; sentences in the language in force."""
        about = self.about
        told = {} if about is None else about.model_dump(exclude={"purpose"})
        words = {} if about is None else {"needs": about.needs(), "command": about.command(self.name)}
        return {"name": self.name, "purpose": self.line(), **told, **words}


@dataclass(frozen=True, repr=False)
class RecipeList(ShownInNotebooks):
    """Recipes under their headings; shows itself as text, and in a notebook as a table.

    ``hidden``: how many more there are.
    """

    recipes: tuple[RecipeSummary, ...]
    hidden: int = 0
    shown_by: ClassVar[str] = "trasluz.draw.recipe_table:recipes_shown"

    def groups(self) -> Iterator[tuple[str, list[RecipeSummary]]]:
        """Headings in the language in force, each with its recipes by name; those that name no group last."""
        for group in (*GROUPS, ""):
            found = [one for one in self.recipes if (one.about.group if one.about else "") == group]
            if found:
                yield group_title(group), found

    def __str__(self) -> str:
        lines = [] if not self.hidden else [self.lead(), ""]
        width = max((len(one.name) for one in self.recipes), default=0)
        for title, found in self.groups():
            lines.append(title)
            for one in found:
                lines.append(f"  {one.name.ljust(width)}  {one.line()}")
                if self.hidden and one.about is not None:
                    lines.append(f"  {' ' * width}  {one.about.command(one.name)}")
            lines.append("")
        return "\n".join([*lines, self.ending()])

    def __repr__(self) -> str:
        return str(self)

    def lead(self) -> str:
        """How to train on data of one's own without knowing any recipe."""
        return _("`trasluz train PHOTOS`, a folder of yours in the place of a recipe, chooses one. To choose yourself:")

    def ending(self) -> str:
        """Where there is more to read."""
        more = _("What one of them needs and takes, and all its fields: trasluz recipes show NAME")
        if not self.hidden:
            return more
        return "\n".join((_("All {n} recipes: trasluz recipes --all").format(n=self.hidden + len(self.recipes)), more))


def recipes(all: bool = False) -> RecipeList:
    """The built-in recipes to begin with on data of one's own, or ``all`` of them."""
    every = tuple(_summary(load(name)) for name in built_in_names())
    shown = every if all else tuple(one for one in every if one.about is not None and one.about.use is not None)
    return RecipeList(shown, len(every) - len(shown))


def _summary(recipe: Recipe) -> RecipeSummary:
    return RecipeSummary(recipe.name, recipe.description, recipe.about)
