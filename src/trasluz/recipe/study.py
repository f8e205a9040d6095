"""Study: a question that several runs answer. One recipe, variants that change something of it, seeds and folds.

A variant names what it changes (``name → {dotted field: value}``); all else is the base's, so that a difference has
one cause.  A study ``over`` fields searches their values: what it tries are its trials, which are variants, too.
Built-in studies lie in ``recipes/studies/``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, model_validator

from trasluz.components import configure
from trasluz.errors import RecipeError
from trasluz.messages import _, did_you_mean
from trasluz.recipe.about import AboutSection
from trasluz.recipe.base import Section
from trasluz.recipe.files import load
from trasluz.recipe.migrations import FIRST, VERSION, migrate, present_fields
from trasluz.recipe.recipe import Recipe
from trasluz.recipe.searching import FoldsSection, SearchSection, Varied
from trasluz.recipe.text import read_yaml_file, write_yaml

_BUILT_IN = Path(__file__).parent.parent / "recipes" / "studies"
VARIANT = "variant"  # what the choice among variants is called beside the fields that are searched
_NAME = r"^[a-z0-9][a-z0-9._-]*$"
VariantName = Annotated[str, Field(pattern=_NAME, max_length=64)]


class Study(Section):
    """What a study trains and how it judges.

    ``base``: the recipe, a built-in name or a YAML file; ``set``: dotted fields changed for all variants.
    ``variants``: what each changes further; the key ``recipe`` instead names another base for that variant.
    ``seeds``: runs per variant, with consecutive seeds from ``seed`` (the base's by default) on.
    ``split``: the split whose numbers count; ``metrics``: those to show first, all when empty.
    ``reference``: the variant that the others are compared with; the first by default.
    ``over``: fields whose values are searched (``recipe/searching.py``), beside ``variants`` or in their place, and
    ``search``: how.  ``folds``: what each is judged by in the place of one validation split.  ``outer``: folds that
    judge the whole search: for each, everything is searched anew in the rest (nested cross-validation).
    """

    version: int = VERSION
    name: VariantName
    description: dict[str, str] = Field(default_factory=dict)
    about: AboutSection | None = None
    base: str
    set: dict[str, Any] = Field(default_factory=dict)
    variants: dict[VariantName, dict[str, Any]] = Field(default_factory=dict)
    over: dict[str, Varied] = Field(default_factory=dict)
    folds: FoldsSection | None = None
    outer: FoldsSection | None = None
    search: SearchSection = SearchSection()
    seeds: Annotated[int, Field(ge=1, le=1000)] = 3
    seed: Annotated[int, Field(ge=0)] | None = None
    split: str = "valid"
    metrics: tuple[str, ...] = ()
    reference: str | None = None

    @model_validator(mode="after")
    def _reference_exists(self) -> Study:
        if self.reference is not None and self.reference not in self.variants:
            message = _("reference must be one of {names}")
            raise ValueError(message.format(names=", ".join(self.variants)))
        return self

    @model_validator(mode="after")
    def _asks_something(self) -> Study:
        if not self.variants and not self.over:
            raise ValueError(_("give variants to compare, or `over` with fields to search"))
        if self.over and VARIANT in self.over:
            raise ValueError(_("over: {name} is no field of a recipe").format(name=VARIANT))
        if self.search != SearchSection() and not self.over:
            raise ValueError(_("search says how to choose values; give `over` with fields to search"))
        if self.outer is not None and not self.over:
            raise ValueError(_("outer judges how a search chooses; give `over` with fields to search"))
        if self.outer is not None and self.split != "valid":
            message = _("outer: the search inside each outer fold chooses by valid, not by {split}; leave out split")
            raise ValueError(message.format(split=self.split))
        return self

    @property
    def compared_with(self) -> str:
        """The name of the variant that the others are compared with."""
        return self.reference or next(iter(self.variants))

    def recipe(self, variant: str, number: int) -> Recipe:
        """The recipe of one cell: ``variant`` with its ``number``-th seed, from 0 on.

        Raises:
            RecipeError: the base does not exist, or a change does not fit it.
        """
        first = self._first(variant, {})
        return first.with_seed(first.seed + number)

    def first_recipes(self) -> dict[str, Recipe]:
        """The recipe of every variant with its first seed; each base is read once.

        Raises:
            RecipeError: a base does not exist, or a change does not fit it.
        """
        bases: dict[str, Recipe] = {}
        return {variant: self._first(variant, bases) for variant in self.variants}

    def _first(self, variant: str, bases: dict[str, Recipe]) -> Recipe:
        """The recipe of a variant's first seed; ``bases`` are those read already."""
        return self.changed(variant, variant, {}, bases)

    def changed(self, name: str, variant: str | None, changes: dict[str, Any], bases: dict[str, Recipe]) -> Recipe:
        """The recipe of the first seed of a ``variant``, or of the base, with more ``changes``, called ``name``;
        ``bases`` are those read already.

        Raises:
            RecipeError: the base does not exist, or a change does not fit it.
        """
        own = {} if variant is None else present_fields(self.variants[variant])
        given = {**present_fields(self.set), **own, **present_fields(changes)}
        named = str(given.pop("recipe", self.base))
        base = bases.get(named) or bases.setdefault(named, load(named))
        return base.override({**given, "name": name, "seed": base.seed if self.seed is None else self.seed})

    def to_yaml(self) -> str:
        """The study as YAML."""
        return write_yaml(self.model_dump(mode="json"))


def study_names() -> tuple[str, ...]:
    """The built-in studies, sorted."""
    return tuple(sorted(path.stem for path in _BUILT_IN.glob("*.yaml")))


def load_study(name: str | Path) -> Study:
    """A built-in study by name, or a YAML file by path.

    Raises:
        RecipeError: there is no such study, or it is not valid.
    """
    path = _BUILT_IN / f"{name}.yaml" if str(name) in study_names() else Path(name)
    if not path.is_file():
        known = study_names()
        hint = did_you_mean(str(name), known)
        message = _("{name}: there is no such study or YAML file; built in are {known}.")
        raise RecipeError(message.format(name=name, known=", ".join(known)) + hint)
    try:
        tree = read_yaml_file(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise RecipeError(_("{path}: cannot be read as YAML: {reason}.").format(path=path, reason=reason)) from None
    if not isinstance(tree, dict):
        message = _("{path}: a study is a YAML mapping with base and variants; see `trasluz study pooling --show`.")
        raise RecipeError(message.format(path=path))
    present = migrate("study", tree, tree.get("version", FIRST))
    return configure(Study, {**present, "version": VERSION}, "")
