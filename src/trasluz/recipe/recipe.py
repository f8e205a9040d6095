"""Recipe: the one typed, complete description of a run. YAML outside, frozen pydantic inside.

The ``model`` part is checked by the family that it names (``families/``), because a recipe knows no family.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, model_validator

from trasluz.components import configure
from trasluz.errors import RecipeError
from trasluz.messages import _, current_language, in_unicode, short
from trasluz.recipe.about import AboutSection
from trasluz.recipe.base import Section
from trasluz.recipe.data import AugmentSection, DataSection
from trasluz.recipe.migrations import VERSION, migrate, present_fields
from trasluz.recipe.text import RefusedTextError, read_yaml, write_yaml
from trasluz.recipe.train import ComputeSection, PhaseSection, TrainSection

_TOLD = ("name", "description", "fragile", "about")  # said of a recipe; nothing that is trained depends on it
_DEEPEST = 60  # names in a dotted field; what they make is walked by functions that call themselves
_LONGEST_POSITION = 9  # digits
_WORKED_OUT = ("complete_phases", "hash")  # once for each recipe
_SEEDS = 2**63  # seeds are below, as PyTorch's generators take them


class Recipe(Section):
    """What a run is made from. Two runs of equal recipes on equal data and machine give equal bits.

    ``description`` maps a language to one line; ``model`` names its ``family`` and holds that family's settings;
    ``phases`` is empty for a single phase made of ``train``.  ``fragile`` says, per language, in a sentence or two how
    training can fail although nothing was changed, and what to train instead: whoever meets that is told.  ``about``
    says what the recipe is for, needs and takes.
    """

    version: int = VERSION
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)] = "recipe"
    description: dict[str, str] = Field(default_factory=dict)
    fragile: dict[str, str] = Field(default_factory=dict)
    about: AboutSection | None = None
    data: DataSection = DataSection()
    model: dict[str, Any] = Field(default_factory=lambda: {"family": "classifier"})
    train: TrainSection = Field(default_factory=TrainSection)  # whose parts lean on this package
    phases: tuple[PhaseSection, ...] = ()
    compute: ComputeSection = ComputeSection()
    seed: Annotated[int, Field(ge=0, lt=_SEEDS)] = 0

    @model_validator(mode="after")
    def _fields_go_together(self) -> Recipe:
        names = [phase.name for phase in self.phases]
        if len(names) != len(set(names)):
            raise ValueError(_("phases need distinct names"))
        if in_unicode(self.data.source) != self.data.source:
            message = _("data.source: the name {name} is no UTF-8, as files of runs are; rename it or link to it")
            raise ValueError(message.format(name=in_unicode(self.data.source)))
        if not isinstance(self.model.get("family"), str):
            raise ValueError(_("model.family must name a family"))
        return self

    def resolved_phases(self) -> tuple[tuple[PhaseSection, TrainSection], ...]:
        """Each phase with its complete training settings (``train`` overridden by the phase's own)."""
        return self.complete_phases

    @cached_property  # asked for a dozen times by whoever trains hundreds
    def complete_phases(self) -> tuple[tuple[PhaseSection, TrainSection], ...]:
        """As ``resolved_phases`` gives them."""
        phases = self.phases or (PhaseSection(),)
        base = self.train.to_change()
        return tuple(
            (p, configure(TrainSection, _merge(base, p.train), f"phases.{i}.train")) for i, p in enumerate(phases)
        )

    def augment_in(self, phase: PhaseSection) -> AugmentSection:
        """How images are varied in ``phase``: not at all where it shows them as they are."""
        return self.data.augment if phase.augmented else AugmentSection()

    def override(self, values: dict[str, Any]) -> Recipe:
        """A copy with dotted fields replaced: ``{"train.epochs": 5}``.

        Raises:
            RecipeError: a field is unknown or its value is not allowed.
        """
        tree = {**self.to_dict(), "train": self.train.to_change()}
        for path, value in present_fields(values).items():
            _set(tree, path, value)
        return from_dict(tree)

    def with_seed(self, seed: int) -> Recipe:
        """A copy with another seed, ten times as quick as ``override``.

        Raises:
            RecipeError: the seed is not allowed.
        """
        if not 0 <= seed < _SEEDS:
            return self.override({"seed": seed})  # says why it is not
        return self.model_copy(update={"seed": seed})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other parts, which are not checked; knows nothing of what was worked out for this one."""
        copied = super().model_copy(update=update, deep=deep)
        for name in _WORKED_OUT:
            copied.__dict__.pop(name, None)
        return copied

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, numbers and words."""
        plain: dict[str, Any] = self.model_dump(mode="json", by_alias=True)
        return plain

    @property
    def fragility(self) -> str:
        """What ``fragile`` says in the language in force, else in English; empty where it says nothing."""
        return self.fragile.get(current_language(), self.fragile.get("en", ""))

    def to_yaml(self) -> str:
        """The complete recipe as YAML."""
        return write_yaml(self.to_dict())

    @cached_property
    def hash(self) -> str:
        """16 hexadecimal digits that change when what is trained changes, and not with what a recipe is called, says
        of itself, or is computed on."""
        tree = {name: part for name, part in self.to_dict().items() if name not in (*_TOLD, "compute")}
        return hashlib.blake2b(json.dumps(tree, sort_keys=True).encode(), digest_size=8).hexdigest()

    def __hash__(self) -> int:
        return hash(self.hash)


def from_dict(tree: dict[str, Any]) -> Recipe:
    """A recipe from plain values of any earlier version.

    Raises:
        RecipeError: a field is unknown, a value not allowed, or the version newer than this program.
    """
    _check_numbers(tree, "")
    phases = tree.get("phases")
    present = migrate("recipe", tree, tree.get("version", VERSION))
    recipe = configure(Recipe, {**present, "version": VERSION}, "")
    if phases:
        recipe.resolved_phases()
    return recipe


def from_yaml(text: str, origin: str) -> Recipe:
    """A recipe from YAML text; ``origin`` names the file in errors.

    Raises:
        RecipeError: the text is not YAML, not a mapping, or not a valid recipe.
    """
    try:
        tree = read_yaml(text)
    except RefusedTextError as error:
        where = _(" at line {line}").format(line=error.line) if error.line else ""
        message = _("{origin}: this YAML is not read{where}: {reason}; a recipe is a short text of names and values.")
        raise RecipeError(message.format(origin=origin, where=where, reason=error)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = _(" at line {line}").format(line=mark.line + 1) if mark else ""
        raise RecipeError(
            _("{origin}: this is not YAML{where}; a recipe is a YAML mapping of fields to values.").format(
                origin=origin, where=where
            )
        ) from None
    if not isinstance(tree, dict):
        kind = type(tree).__name__
        raise RecipeError(
            _("{origin}: a recipe is a YAML mapping of fields to values, but this is a {kind}.").format(
                origin=origin, kind=kind
            )
        )
    return from_dict(tree)


def schema() -> dict[str, Any]:
    """The JSON Schema of recipes, without the families' own ``model`` fields."""
    return Recipe.model_json_schema(by_alias=True)


def _check_numbers(tree: object, path: str) -> None:
    """Makes sure that every whole number is one that the libraries below can count with.

    Raises:
        RecipeError: names the first that is not.
    """
    if isinstance(tree, int) and abs(tree) >= _SEEDS:
        message = _("{path}: a whole number of {digits} digits is not allowed: it must be below 2⁶³.")
        raise RecipeError(message.format(path=path, digits=round(math.log10(abs(tree))) + 1))
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        _check_numbers(value, f"{path}.{key}".lstrip("."))


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merge(base[key], value) if both else value
    return merged


def _set(tree: dict[str, Any], path: str, value: object) -> None:
    """Sets a dotted field in place; numbers in the path index lists."""
    *parents, last = path.split(".")
    if len(parents) > _DEEPEST:
        raise RecipeError(_("{path}: no field lies that deep.").format(path=short(path)))
    node: Any = tree
    for depth, part in enumerate(parents):
        where = ".".join(parents[: depth + 1])
        if isinstance(node, list):
            node = node[_index(node, part, where)]
            continue
        if part not in node or node[part] is None:
            node[part] = {}
        node = node[part]
        if not isinstance(node, (dict, list)):
            raise RecipeError(
                _("{path}: {where} is a single value and has no fields.").format(path=short(path), where=short(where))
            )
    if isinstance(node, list):
        node[_index(node, last, path)] = value
    else:
        node[last] = value


def _index(items: list[Any], word: str, where: str) -> int:
    if not word.isdecimal() or len(word) > _LONGEST_POSITION or int(word) >= len(items):
        raise RecipeError(
            _("{where}: give a position from 0 to {last}.").format(where=short(where), last=len(items) - 1)
        )
    return int(word)
