"""Nested folds: a search inside each outer fold, and the trainings that the fold then judges.

A search with ``outer`` folds is several searches in one storage.  The first is on all samples, as without them.  One
more for each outer fold is the same without the samples of that fold (``InnerPlan``): they are its recipes' test data,
which no search reads.  At last the setting that each of these chose is trained on all samples outside of its fold, and
judged on the fold (``JudgedPlan``).  Cells of all of them are ordinary runs, which say in their recipes which fold is
left out (``data.test_fold``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trasluz.recipe import Recipe
from trasluz.recipe.searching import FoldsSection, Sampler, SearchSection
from trasluz.recipe.study import Study
from trasluz.search.folder import Cell, cells_of_variant
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.space import Space
from trasluz.search.trials.working import CellDone, Trainer, Watch

FIELD = "data.test_fold"


@dataclass(frozen=True)
class OuterFold:
    """One outer fold: the ``index``-th of the ``repeat``-th dealing.  ``folds``: how many inner ones the rest has,
    where these leave one group out each."""

    index: int
    repeat: int = 0
    folds: int | None = None

    @property
    def name(self) -> str:
        """Such as ``outer-2``, and ``outer-2-again-1`` of another dealing: what its runs are called."""
        return f"outer-{self.index}" + (f"-again-{self.repeat}" if self.repeat else "")


@dataclass(frozen=True)
class Chosen:
    """What the search inside an outer fold chose: the ``trial``, its ``values``, and its ``score`` there."""

    trial: str
    values: Mapping[str, Any]
    score: float


@dataclass(frozen=True)
class InnerPlan(Plan):
    """The search inside one outer fold."""

    outer: OuterFold = field(default_factory=lambda: OuterFold(0))

    @staticmethod
    def inside(study: Study, fold: OuterFold, bases: Mapping[str, Recipe] | None = None) -> InnerPlan:
        """The plan of ``study``'s search without the samples of ``fold``."""
        dealt = _dealt(study)
        without = {**study.set, FIELD: dealt.field(fold.index, fold.repeat)}
        own = study.model_copy(update={"set": without, "outer": None})
        return InnerPlan(own, Space.of(study), fold.folds, dict(bases or {}), fold)

    def cells(self, point: int, values: Mapping[str, Any]) -> list[Cell]:
        """The cells of a trial, whose runs are called by the fold as well."""
        name = f"{self.outer.name}-{trial_name(point)}"
        return cells_of_variant(self.study, name, self.recipe(name, values), self.folds)


@dataclass(frozen=True)
class JudgedPlan(Plan):
    """The trainings that outer folds judge: one trial for each of ``outer``, in that order, of what was ``chosen``."""

    dealt: FoldsSection = field(default_factory=FoldsSection)
    outer: tuple[OuterFold, ...] = ()
    chosen: tuple[Chosen, ...] = ()

    @staticmethod
    def judging(
        study: Study,
        outer: Sequence[OuterFold],
        chosen: Sequence[Chosen] = (),
        bases: Mapping[str, Recipe] | None = None,
    ) -> JudgedPlan:
        """The plan for what the searches inside ``outer`` chose; without that it only says how many there are."""
        plain = SearchSection(metric=study.search.metric, seed=study.search.seed)
        own = study.model_copy(update={"folds": None, "outer": None, "search": plain})
        return JudgedPlan(own, Space(()), None, dict(bases or {}), _dealt(study), tuple(outer), tuple(chosen))

    @property
    def sampler(self) -> Sampler:
        """Nothing is drawn."""
        return "random"

    @property
    def compares(self) -> bool:
        """Each is judged on a fold of its own."""
        return False

    @property
    def points(self) -> int:
        """One for each outer fold."""
        return len(self.outer)

    @property
    def split(self) -> str:
        """The outer fold itself."""
        return "test"

    def cells(self, point: int, values: Mapping[str, Any]) -> list[Cell]:
        """The setting that was chosen without this fold, trained on all samples outside of it, with each seed.

        Where the search had no inner folds, these are the recipes of the very runs by which it chose.
        """
        fold = self.outer[point]
        changes = {**self.chosen[point].values, FIELD: self.dealt.field(fold.index, fold.repeat)}
        return cells_of_variant(self.study, fold.name, self.recipe(fold.name, changes))


class Judging(Trainer):
    """Trains what ``plan`` says by another trainer, and keeps in each record what was chosen.

    What was trained to choose it may be the same run, so that each is looked for.
    """

    def __init__(self, trainer: Trainer, plan: JudgedPlan) -> None:
        self._trainer = trainer
        self._chosen = {fold.name: one for fold, one in zip(plan.outer, plan.chosen, strict=True)}

    @property
    def at_once(self) -> int:
        """As many as the other one likes."""
        return self._trainer.at_once

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        """Trains and judges cells."""
        for done in self._trainer.train(cells, watch, False):
            one = self._chosen[done.cell.variant]
            told = {"trial": one.trial, "values": dict(one.values), "inner": one.score}
            yield replace(done, record={**done.record, "chosen": told}) if done.record else done


def _dealt(study: Study) -> FoldsSection:
    assert study.outer is not None
    return study.outer
