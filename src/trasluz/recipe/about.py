"""What a recipe says about itself to whoever looks for one: what it is for, what it needs, and what it takes.

Nothing of it trains anything: it belongs neither to a recipe's hash nor to what tells runs apart.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from trasluz.messages import LANGUAGES, N_, _, current_language
from trasluz.numerals import duration, significant
from trasluz.recipe.base import Section

Group = Literal["photographs", "images", "tables", "generators", "architectures", "notebooks", "comparisons"]
Needed = Literal["labelled images", "images", "folders of images", "labelled rows", "rows", "images of a run"]
GROUPS: tuple[Group, ...] = get_args(Group)

_GROUP_TITLES: dict[Group, str] = {
    "photographs": N_("Your own photographs"),
    "images": N_("Small images: digits, clothes, symbols"),
    "tables": N_("Tables"),
    "generators": N_("Images that a model makes"),
    "architectures": N_("Well-known architectures"),
    "notebooks": N_("The notebooks', as they have it and tuned"),
    "comparisons": N_("Comparisons: one against another"),
}
_DATA: dict[Needed, str] = {
    "labelled images": N_("images, a folder for each class"),
    "images": N_("images; no classes are needed"),
    "folders of images": N_("images of two kinds, a folder for each"),
    "labelled rows": N_("a table (CSV) with a column that tells the class"),
    "rows": N_("a table (CSV) of numbers; no classes are needed"),
    "images of a run": N_("a trained generator's run, and real images"),
}
_WEIGHTS = {
    "none": "",
    "imagenet": N_("weights pretrained on ImageNet"),
    "run": N_("a run of another recipe, whose weights it starts from"),
}
_PLACES = {"PHOTOS": N_("PHOTOS"), "IMAGES": N_("IMAGES"), "TABLE": N_("TABLE"), "COLUMN": N_("COLUMN")}


class AboutSection(Section):
    """What a recipe is for, needs and takes; nothing that trains depends on it.

    ``group``: under which heading `trasluz recipes` lists it.  ``purpose`` maps a language to one line.  ``data`` and
    ``weights``: the kind of data and the weights that it needs.  ``memory``: measured gigabytes of main memory;
    ``minutes``: measured minutes of training on two cores; both only where they were measured.

    ``use``: what to write after `trasluz train NAME` for data of one's own, where the recipe is one to begin with.
    """

    group: Group
    purpose: dict[str, str]
    data: Needed
    weights: Literal["none", "imagenet", "run"] = "none"
    memory: Annotated[float, Field(gt=0)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None
    use: str | None = None

    @field_validator("purpose")
    @classmethod
    def _in_english(cls, value: dict[str, str]) -> dict[str, str]:
        if not value.get("en"):
            raise ValueError(
                _("it needs a line in English; its languages are {known}").format(known=", ".join(LANGUAGES))
            )
        return value

    def what_for(self) -> str:
        """The purpose in the language in force, else in English."""
        return self.purpose.get(current_language(), self.purpose["en"])

    def needs(self) -> str:
        """Data, weights and memory, in the language in force."""
        parts = [_(_DATA[self.data])]
        if self.weights != "none":
            parts.append(_(_WEIGHTS[self.weights]))
        if self.memory is not None:
            parts.append(_("{size} GB of memory").format(size=significant(self.memory, 2)))
        return "; ".join(parts)

    def takes(self) -> str:
        """How long it trains, in the language in force; says so where that was not measured."""
        if self.minutes is None:
            return _("not measured; a training says before it begins how long it will take")
        return _("{time} on two cores").format(time=duration(60 * self.minutes))

    def command(self, name: str) -> str:
        """What to type to train the recipe ``name``, on data of one's own where ``use`` says how."""
        words = self.use or ""
        for place, translated in _PLACES.items():
            words = words.replace(place, _(translated))
        return f"trasluz train {name} {words}".rstrip()


def group_title(group: str) -> str:
    """The heading of a group, in the language in force."""
    return next((_(title) for name, title in _GROUP_TITLES.items() if name == group), _("Others"))
