"""What a search asks: the recipes and cells of a trial, how many trials there are, and which number decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from trasluz.errors import RecipeError
from trasluz.families import base as families
from trasluz.messages import _, did_you_mean
from trasluz.metrics.described import described_names
from trasluz.metrics.described import metric as described
from trasluz.recipe import Recipe
from trasluz.recipe.searching import Sampler
from trasluz.recipe.study import VARIANT, Study
from trasluz.search.folder import Cell, cells_of_variant
from trasluz.search.trials.space import Space

_USUAL_TRIALS = 50  # where neither a number nor minutes are given, and no grid says how many there are


@dataclass(frozen=True)
class Plan:
    """A study that searches.  ``folds``: how many the data have where one group is left out, else ``None``."""

    study: Study
    space: Space
    folds: int | None = None
    _bases: dict[str, Recipe] = field(default_factory=dict)

    @staticmethod
    def of(study: Study, folds: int | None = None, bases: dict[str, Recipe] | None = None) -> Plan:
        """The plan of a study; that its recipes can be made was tried.  ``bases``: recipes by the names that the study
        gives them, where these name no file.

        Raises:
            RecipeError: a field that is searched is unknown or does not take its values, a metric is unknown, or what
                was asked does not go together.
        """
        plan = Plan(study, Space.of(study), folds, dict(bases or {}))
        plan._check()
        return plan

    @property
    def sampler(self) -> Sampler:
        """How values are drawn."""
        return self.study.search.sampler or ("grid" if self.space.is_small else "tpe")

    @property
    def compares(self) -> bool:
        """Whether its trials are judged on the same samples, so that one of them is the best."""
        return True

    @property
    def points(self) -> Sequence[Mapping[str, Any]] | int | None:
        """The points of a grid, else how many trials there shall be; ``None`` for as many as the minutes allow."""
        search = self.study.search
        if self.sampler == "grid":
            return self.space.grid()[: search.trials]
        return search.trials or (None if search.minutes is not None else _USUAL_TRIALS)

    @property
    def split(self) -> str:
        """The split that decides."""
        split, slash, _name = (self.study.search.metric or "").rpartition("/")
        return split if slash else self.study.split

    @cached_property
    def metric(self) -> str:
        """The number that decides, as evaluations call it."""
        asked = (self.study.search.metric or "").rpartition("/")[2]
        return asked or ("accuracy" if "classify" in self._family.capabilities else "loss")

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Which way the number is better: as its description says, and lower for a term of a loss."""
        known = described(self.metric)
        return "higher" if known is not None and known.better == "higher" else "lower"

    @property
    def steps(self) -> int:
        """Epochs of a whole trial for pruning by epochs, folds for pruning by folds."""
        cells = self.study.seeds * self._fold_count
        if self.study.search.pruner != "asha":
            return cells
        return cells * sum(train.epochs for _phase, train in self.recipe("steps", {}).resolved_phases())

    @property
    def _fold_count(self) -> int:
        asked = self.study.folds
        return 1 if asked is None else (self.folds or asked.count) * asked.repeats

    @property
    def cells_of_each(self) -> int:
        """How many cells a trial has."""
        return self.study.seeds * self._fold_count

    @property
    def _family(self) -> type[families.BaseFamily]:
        return families.get(str(self.recipe("family", {}).model["family"]))

    def recipe(self, name: str, values: Mapping[str, Any]) -> Recipe:
        """The recipe of a trial's first seed.

        Raises:
            RecipeError: a value does not fit its field.
        """
        changes = dict(values)
        variant = changes.pop(VARIANT, next(iter(self.study.variants), None))
        return self.study.changed(name, variant, changes, self._bases)

    def folded(self, recipe: Recipe) -> Recipe:
        """The recipe of the first fold, where the study has folds.

        Raises:
            RecipeError: they do not fit it.
        """
        asked = self.study.folds
        return recipe if asked is None else recipe.override({"data.fold": asked.field(0, 0)})

    def first_fold(self) -> Recipe:
        """The recipe of the first fold of the base, or of the first variant."""
        return self.folded(self.recipe("first", {}))

    def cells(self, point: int, values: Mapping[str, Any]) -> list[Cell]:
        """The cells of a trial.

        Raises:
            RecipeError: a value does not fit its field.
        """
        name = trial_name(point)
        return cells_of_variant(self.study, name, self.recipe(name, values), self.folds)

    @cached_property
    def tried(self) -> tuple[Recipe, ...]:
        """A recipe for every choice and at both ends of every range: one of each that a field could refuse.

        Raises:
            RecipeError: a field is unknown, or does not take a value.
        """
        ends = ((dimension, value) for dimension in self.space.dimensions for value in dimension.ends)
        return tuple(self.recipe("trial", {**one.when, one.field: value}) for one, value in ends)

    def _check(self) -> None:
        for recipe in self.tried:
            if recipe.compute.devices * recipe.compute.nodes > 1:
                message = _(
                    "compute.devices: a search trains each run by one process; leave devices and nodes at 1, and start "
                    "a worker (`trasluz search worker`) for each device."
                )
                raise RecipeError(message)
        self._check_metric()
        if self.study.search.pruner == "folds" and self.study.folds is None:
            raise RecipeError(_("search.pruner: folds compares fold by fold; give --folds N as well."))
        if self.sampler == "grid":
            self.space.grid()

    def _check_metric(self) -> None:
        asked = self.study.search.metric
        if asked is None:
            return
        split, slash, name = asked.rpartition("/")
        if slash and split == "test":
            message = _(
                "search.metric: {metric} would choose by test data, which then tell nothing of what was chosen."
            )
            raise RecipeError(message.format(metric=asked))
        if slash and split != self.study.split:
            message = _("search.metric: {metric} is of the split {split}, but this study judges on {judged}.")
            raise RecipeError(message.format(metric=asked, split=split, judged=self.study.split))
        if name != "loss" and described(name) is None:
            known = described_names()
            message = _(
                "search.metric: nothing is called {name}; give what evaluations measure, such as accuracy or loss."
            )
            told = message.format(name=name)
            raise RecipeError(told + did_you_mean(name, known))


def trial_name(point: int) -> str:
    """What a trial is called, and its runs."""
    return f"trial-{point}"
